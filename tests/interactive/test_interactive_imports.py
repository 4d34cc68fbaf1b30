"""`import nbflow` costs nothing, and offers everything."""

import subprocess
import sys

import pytest

import nbflow


def modules_after(statement):
    program = f"import sys\nbefore = set(sys.modules)\n{statement}\n"
    program += "print(*sorted(set(sys.modules) - before))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_importing_nbflow_imports_nothing_else():
    assert modules_after("import nbflow") == ["nbflow"]


def test_importing_the_runtime_imports_nothing_of_the_verbs():
    assert modules_after("import nbflow.runtime") == ["nbflow", "nbflow.runtime"]


def test_completion_offers_the_verbs_and_nothing_private():
    assert {"load", "check", "run", "publish", "trigger", "runs", "this"} <= set(dir(nbflow))
    assert [name for name in dir(nbflow) if name.startswith("_")] == ["__version__"]


def test_what_is_not_there_is_said():
    with pytest.raises(AttributeError, match="no attribute 'runn'"):
        nbflow.runn  # noqa: B018


def test_a_room_is_still_imported_by_name():
    from nbflow import runtime

    assert runtime.__name__ == "nbflow.runtime"

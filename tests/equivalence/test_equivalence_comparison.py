"""The comparison itself sees what differs and passes over what is noise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from comparison import compare, report
from programs import read_program
from shells import Shells, failure


def notebook(*cells: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "cells": [
            {"cell_type": "code", "id": f"cell-{index}", "source": "", "outputs": outputs}
            for index, outputs in enumerate(cells)
        ]
    }


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def shown(**data: str) -> dict[str, Any]:
    mimes = {f"text/{kind}": text for kind, text in data.items()}
    return {"output_type": "display_data", "data": mimes, "metadata": {}}


def test_streams_are_joined_before_they_are_compared() -> None:
    left = notebook([stream("a\n"), shown(plain="1"), stream("b\n")])
    right = notebook([stream("a\nb\n"), shown(plain="1")])
    assert compare(left, right) == ()


def test_a_changed_word_is_reported_with_its_cell() -> None:
    found = compare(notebook([], [stream("one\n")]), notebook([], [stream("two\n")]))
    assert [(one.cell, one.index, one.what) for one in found] == [("cell-1", 2, "stdout")]
    assert "-one" in report(found)
    assert "+two" in report(found)


def test_stdout_and_stderr_are_told_apart() -> None:
    found = compare(notebook([stream("a")]), notebook([stream("a", "stderr")]))
    assert [one.what for one in found] == ["outputs"]


def test_addresses_colours_and_times_are_noise() -> None:
    left = notebook([stream("<A at 0x7f1fd3336b90> \x1b[31mred\x1b[0m\nWall time: 3 ms\n")])
    right = notebook([stream("<A at 0x7f1fd3330000> red\nWall time: 5.2 s\n")])
    assert compare(left, right) == ()


def test_an_output_more_is_a_difference() -> None:
    assert compare(notebook([shown(plain="1")]), notebook([])) != ()
    assert compare(notebook([]), notebook([shown(plain="1")])) != ()


def test_a_missing_cell_is_a_difference() -> None:
    assert compare(notebook([], []), notebook([])) != ()


def test_errors_are_compared_by_name_and_text() -> None:
    def error(evalue: str, traceback: str) -> dict[str, Any]:
        return {
            "output_type": "error",
            "ename": "ValueError",
            "evalue": evalue,
            "traceback": [traceback],
        }

    assert compare(notebook([error("x", "here")]), notebook([error("x", "there")])) == ()
    assert compare(notebook([error("x", "")]), notebook([error("y", "")])) != ()


def test_pictures_are_compared_by_their_pixels() -> None:
    import base64
    import io

    from PIL import Image

    def picture(colour: str, **options: Any) -> dict[str, Any]:
        stored = io.BytesIO()
        Image.new("RGB", (4, 4), colour).save(stored, "png", **options)
        data = {"image/png": base64.b64encode(stored.getvalue()).decode()}
        return {"output_type": "display_data", "data": data}

    assert compare(notebook([picture("red")]), notebook([picture("red", compress_level=0)])) == ()
    assert compare(notebook([picture("red")]), notebook([picture("blue")])) != ()


def test_a_fork_runs_cells_as_a_kernel_does(shells: Shells, tmp_path: Path) -> None:
    program = read_program(
        """
# %%
import sys
print("numpy" in sys.modules, "pandas" in sys.modules)
# %%
import numpy as np
np.arange(3)
# %%
import pandas as pd
pd.DataFrame({"a": [1]}).shape
# %%
display(_)
print("err", file=sys.stderr)
# %%
1 / 0
# %%
print("not reached")
"""
    )
    done = shells.execute(program.notebook(), cwd=tmp_path)
    outputs = [cell["outputs"] for cell in done["cells"]]
    assert outputs[0][0]["text"] == "False False\n"
    assert outputs[1][0]["data"] == {"text/plain": "array([0, 1, 2])"}
    assert outputs[2][0]["data"] == {"text/plain": "(1, 1)"}
    assert [output["output_type"] for output in outputs[3]] == ["display_data", "stream"]
    assert failure(done) == ("cell-4", "ZeroDivisionError", "division by zero")
    assert outputs[5] == []


def test_forks_share_nothing(shells: Shells, tmp_path: Path) -> None:
    first = read_program(
        "# %%\nimport random, os\nx = 1\nos.environ['LEFT'] = '1'\nrandom.random()"
    )
    second = read_program("# %%\nimport os\n'x' in globals(), os.environ.get('LEFT')")
    one = shells.execute(first.notebook(), cwd=tmp_path)
    other = shells.execute(first.notebook(), cwd=tmp_path)
    assert compare(one, other) != ()  # each fork has random state of its own
    shown = shells.execute(second.notebook(), cwd=tmp_path)
    assert shown["cells"][0]["outputs"][0]["data"]["text/plain"] == "(False, None)"

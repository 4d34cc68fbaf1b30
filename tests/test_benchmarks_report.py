"""What the benchmarks say: the arithmetic of ratios, and the page."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.measure import (
    Cost,
    Fact,
    MeasureError,
    Row,
    Samples,
    Unmeasured,
    floor,
    in_turns,
    total,
)
from benchmarks.places import environment, place
from benchmarks.report import as_json, machine, render


def row(*, ours=(1.0, 2.0, 6.0), theirs=(10.0, 10.0, 20.0), at_most=0.25):
    return Row("two", "two cells", Samples(ours), "`papermill`", Samples(theirs), at_most)


def test_a_ratio_is_of_medians_and_its_spread_of_turns():
    assert row().ratio == pytest.approx(0.2)
    assert row().spread == pytest.approx((0.1, 0.3))


def test_a_target_is_held_up_to_the_target_itself():
    assert row(at_most=0.2).held
    assert not row(at_most=0.19).held
    assert row(at_most=None).held


def test_works_take_turns_and_a_warm_up_does_not_count():
    order = []

    def work(name, amounts):
        def once():
            order.append(name)
            return next(amounts)

        return once

    works = {"a": work("a", iter([9.0, 1.0, 2.0])), "b": work("b", iter([9.0, 3.0, 4.0]))}
    taken = in_turns(works, repeat=2, warm=1, say=lambda _: None)
    assert order == ["a", "b"] * 3
    assert taken == {"a": Samples((1.0, 2.0)), "b": Samples((3.0, 4.0))}
    assert total(list(taken.values())) == Samples((4.0, 6.0))


def test_the_page_says_what_was_held_what_was_missed_and_what_could_not_be_measured():
    findings = [
        row(),
        row(at_most=0.1),
        Fact("crash", "kill -9", "at most 1 cell lost", True),
        Cost("limits", "a Python process", Samples((0.01, 0.02, 0.03)), "two"),
        Unmeasured("compile", "Kale is not installed"),
    ]
    page = render(
        findings,
        about={"cores": "2"},
        turns=3,
        plot="results.png",
        when=datetime(2026, 1, 2, tzinfo=UTC),
    )
    held, missed = (line for line in page.splitlines() if "two cells" in line)
    assert "2.000 s (1.000 to 6.000)" in held
    assert "**0.2** (0.1 to 0.3) | 0.25 | held |" in held
    assert "| 0.1 | **missed** |" in missed
    assert "2026-01-02, median of 3." in page
    assert "| kill -9 | at most 1 cell lost | held |" in page
    assert (
        "| a Python process | 0.020 s (0.010 to 0.030) | 0.002 of `papermill` (target 0.25)" in page
    )
    assert "- compile: Kale is not installed" in page
    assert "(results.png)" in page
    told = json.loads(as_json(findings, about={}))["findings"]
    assert [one.get("held") for one in told] == [True, False, True, None, False]


def test_a_target_that_a_floor_of_the_same_run_exceeds_is_below_the_floor():
    below, above = (Cost("limits", "a pass", Samples((taken,)), "two") for taken in (0.99, 1.01))
    other = Cost("limits", "another pass", Samples((5.0,)), "three")
    beside = Cost("limits", "something to compare with", Samples((5.0,)))
    missed = row(at_most=0.1)  # leaves one second
    assert floor(missed, [below, other, beside]) is None
    assert floor(missed, [below, above, other, beside]) is above
    page = render([missed, above], about={}, turns=3)
    assert "| 0.1 | below the floor |" in page


def test_what_changes_how_python_runs_does_not_reach_a_work(tmp_path):
    given = {
        "PATH": "/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "JUPYTER_PATH": "/x",
        "HOME": "/home/me",
    }
    found = environment(tmp_path, given, bytecode=True)
    assert found["PATH"] == "/bin"
    assert Path(found["HOME"]).is_relative_to(tmp_path)
    assert {"PYTHONDONTWRITEBYTECODE", "JUPYTER_PATH"}.isdisjoint(found)


def test_a_process_that_fails_is_no_measurement(tmp_path):
    program = "import sys; sys.stderr.write('oh no'); sys.exit(3)"
    with place(repeat=1) as where:
        with pytest.raises(MeasureError, match="ended with 3: oh no"):
            where.run((sys.executable, "-c", program), cwd=tmp_path)
        with pytest.raises(MeasureError, match="no-such-program is not installed"):
            where.run((tmp_path / "no-such-program",), cwd=tmp_path)
        folder = where.folder
    assert not folder.exists()


def test_the_page_does_not_name_this_machine():
    import platform

    said = " ".join(machine().values())
    assert platform.node() not in said
    assert str(Path.home()) not in said


def test_the_picture_is_small(tmp_path):
    from benchmarks.plot import draw

    draw([row(), row(at_most=0.1), row(at_most=None)] * 6, tmp_path / "out.png")
    assert 1_000 < (tmp_path / "out.png").stat().st_size < 100_000

"""What is run whole, what is cut, and what comes of each cell."""

import json

import pytest

from nbflow import analysis, notebook
from nbflow.model import Failure, Run, RunState, StepRun
from nbflow.proving import Verdict, cut_every_cell, whole_notebook
from nbflow.proving.verdicts import Judge


def document(*cells):
    """A notebook; a cell is its source or (tags, source)."""
    written = []
    for number, cell in enumerate(cells, 1):
        tags, source = ("", cell) if isinstance(cell, str) else cell
        kind = "markdown" if tags == "text" else "code"
        one = {"cell_type": kind, "id": f"c{number}", "metadata": {"tags": tags.split()}}
        one["source"] = source
        written.append(one if kind == "markdown" else {**one, "outputs": []})
    text = json.dumps({"cells": written, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    return notebook.parse(text, name="one")


def pipeline(*cells):
    return analysis.analyse(notebook.outline(document(*cells)))


CELLS = (
    ("text", "# Title"),
    "import math",
    ("parameters", "n = 1\nname = 'a'\nwhen = math.floor(2.5)"),
    ("step:one", "x = n"),
    ("skip", "boom"),
    "y = x",
    ("step:two", "print(y, name)"),
)


def sources(whole):
    return [cell["source"] for cell in whole["cells"]]


def test_the_whole_notebook_is_the_pipelines_cells_in_their_order():
    found = whole_notebook(pipeline(*CELLS), given={})
    assert sources(found) == [source for tags, source in map(_pair, CELLS) if tags not in _OUT]
    assert found["metadata"]["kernelspec"]["name"] == "python3"


_OUT = ("text", "skip")


def _pair(cell):
    return ("", cell) if isinstance(cell, str) else cell


def test_given_values_come_behind_the_parameters_in_their_types():
    given = {"n": "9007199254740993", "name": "it's {{ n }}", "when": None}
    found = sources(whole_notebook(pipeline(*CELLS), given=given))
    assert found[2] == 'n = 9007199254740993\nname = "it\'s {{ n }}"'
    assert found[1].startswith("n = 1")
    assert found[3] == "x = n"


def cut(*cells):
    found = cut_every_cell(notebook.outline(document(*cells)))
    return {step.name: step.cells for step in notebook.outline(found).steps}


def test_each_cell_that_computes_becomes_a_step():
    assert cut(*CELLS) == {
        "cell_2": ("c2",),
        "cell_4": ("c4",),
        "cell_6": ("c6",),
        "cell_7": ("c7",),
    }
    assert cut("a = 1", "", "b = a") == {"cell_1": ("c1", "c2"), "cell_3": ("c3",)}


def test_setup_stays_setup_when_every_cell_is_cut():
    cells = (("setup", "import math"), "k = 2", ("step:one", "a = k"), ("imports", "import os"))
    found = cut_every_cell(notebook.outline(document(*cells)))
    assert found.cell("c2").tags == ("setup",)
    assert cut(*cells) == {"cell_3": ("c3",)}


def test_what_is_said_of_steps_does_not_outlive_them():
    cells = (("step:a limit:cpu:1", "x = 1"), ("step:b prev:a cache:enabled", "print(x)"))
    found = cut_every_cell(notebook.outline(document(*cells)))
    assert found.cell("c1").tags == ("limit:cpu:1", "step:cell_1")
    assert found.cell("c2").tags == ("step:cell_2",)
    assert notebook.outline(found).diagnostics == ()


# What comes of each cell

STEPS = pipeline(("step:one", "a = 1"), ("step:two", "print(a)"), ("step:three", "print(a)"))


def executed(**texts):
    """A notebook whose cells printed these texts; the others did not run."""
    cells = []
    for cell in ("c1", "c2", "c3"):
        text = texts.get(cell)
        outputs = [{"output_type": "stream", "name": "stdout", "text": text}] if text else []
        count = None if text is None else 1
        one = {"cell_type": "code", "id": cell, "execution_count": count, "outputs": outputs}
        cells.append(one)
    return {"cells": cells, "metadata": {}}


def run(**failures):
    steps = tuple(
        StepRun(
            one.name,
            RunState.FAILED if one.name in failures else RunState.SUCCESS,
            cells_done=1,
            failure=failures.get(one.name),
        )
        for one in STEPS.steps
    )
    return Run("one", "r", RunState.FAILED if failures else RunState.SUCCESS, steps)


def verdicts(merged, *wholes, **failures):
    judge = Judge(STEPS, run(**failures), merged)
    for whole in wholes:
        judge.take(whole)
    return [cell.verdict for cell in judge.verdicts()], judge.unexplained


SAME, DIFFERENT, UNSTEADY = Verdict.SAME, Verdict.DIFFERENT, Verdict.NOT_DETERMINISTIC


@pytest.mark.parametrize(
    ("again", "verdict", "unexplained"),
    [([], DIFFERENT, True), ([2], DIFFERENT, True), ([3], UNSTEADY, False),
     ([2, 3], UNSTEADY, False)],
)  # fmt: skip
def test_what_differs_from_itself_is_not_the_cuts_fault(again, verdict, unexplained):
    whole = executed(c1="", c2="2", c3="x")
    more = [executed(c1="", c2=str(one), c3="x") for one in again]
    found = verdicts(executed(c1="", c2="5", c3="x"), whole, *more)
    assert found == ([SAME, verdict, SAME], unexplained)


def test_a_cell_that_only_one_of_them_ran_is_not_compared():
    found = verdicts(executed(c1="", c3="x"), executed(c1="", c2="2"))
    assert found == ([SAME, Verdict.NOT_RUN, Verdict.NOT_RUN], False)


def test_a_refusal_is_told_apart_from_other_failures():
    whole, merged = executed(c1="", c2="", c3=""), executed(c1="StoreError: no", c2="", c3="")
    refusal = Failure("StoreError", "cannot cross")
    assert verdicts(merged, whole, one=refusal) == ([Verdict.REFUSED, SAME, SAME], False)
    bug = Failure("TypeError", "of nbflow's")
    assert verdicts(merged, whole, one=bug) == ([DIFFERENT, SAME, SAME], True)

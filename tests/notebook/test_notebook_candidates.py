import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_notebooks import code, document, text

from nbflow import notebook

CONSTANTS = "trees = 10  # in the forest\ncountry: str = 'de'"


def candidate(*cells, **metadata):
    """The position of the cell that could be the parameters cell; None where there is none."""
    read = document(*cells, **metadata)
    found = notebook.parameters_candidate(read)
    return next((cell.index for cell in read.cells if cell.id == found), None)


@pytest.mark.parametrize(
    "above",
    [
        (),
        (text("# Churn"), code("")),
        (code("import pandas as pd\nfrom math import pi"),),
        (code("%matplotlib inline\n!pip list"), code("import os")),
        (code("print('not run')", "skip"), code("helper = 1", "functions")),
    ],
)
def test_the_first_cell_of_plain_values_could_be_the_parameters_cell(above):
    assert candidate(*above, code(CONSTANTS), code("print(trees)")) == len(above)


def test_a_tag_of_another_tool_is_no_matter():
    assert candidate(code(CONSTANTS, "hide-input"), code("pass", "step:a")) == 0


@pytest.mark.parametrize(
    "source",
    [
        "trees = 10\nprint(trees)",
        "trees = count()",
        "trees = 10\nmore = trees + 1",
        "rows = []",
        "found = {}",
        "if True:\n    trees = 10",
        "trees += 1",
        "a = 1\na = 2",
        "'''trees'''",
        "password = 'hunter2hunter2'",
        "list = 3",
        "trees = ",
        "%%bash\ntrees=10",
        "def f(): pass",
    ],
)
def test_what_is_more_than_plain_values_is_none_and_neither_is_what_stands_below_it(source):
    assert candidate(code(source), code(CONSTANTS)) is None


def test_below_the_first_step_there_is_none():
    assert candidate(code("pass", "step:a"), code(CONSTANTS)) is None
    assert candidate(code(CONSTANTS, "step:a")) is None


def test_where_a_cell_has_the_parameters_already_there_is_none():
    assert candidate(code(CONSTANTS), code("trees = 1", "parameters")) is None


def test_of_another_language_there_is_none():
    kernel = {"name": "ir", "language": "R"}
    assert candidate(code("trees = 10"), kernelspec=kernel, language_info={"name": "R"}) is None


@given(st.text(max_size=60))
def test_whatever_a_cell_holds_what_is_named_gives_parameters_without_faults(source):
    found = candidate(code(source))
    if found is not None:
        made = notebook.outline(document(code(source, "parameters"), code("pass", "step:a")))
        assert made.parameters
        assert not [one for one in made.diagnostics if one.cell == made.parameters[0].cell]

"""The merged notebook of a run on this machine: its header, pages, and where it stops."""

import json
import os

import pytest
from commands import nbflow, outputs, write_notebook

pytestmark = pytest.mark.slow

CELLS = [
    ("parameters", "divisor = 2"),
    ("step:load", "rows = [1, 2, 3]\nprint(rows)"),
    ("step:divide", "print(6 / divisor)\nthird = 6 / divisor"),
    ("step:report", "print(third)"),
]


@pytest.fixture
def sales(tmp_path):
    """A folder with a notebook."""
    write_notebook(tmp_path / "sales.ipynb", *CELLS)
    return tmp_path


def cells(path):
    return json.loads(path.read_text())["cells"]


def header(path):
    first = cells(path)[0]
    assert first["metadata"] == {"nbflow": {"role": "header"}}
    return "".join(first["source"])


def test_a_merged_notebook_says_which_run_it_is_of(sales):
    ran = nbflow("run", "sales.ipynb", "-p", "divisor=3", "-o", "out.ipynb", "--json", cwd=sales)
    assert ran.status == 0, ran.err
    said = header(sales / "out.ipynb")
    for words in (ran.json["run_id"], "✓ success", "divisor = 3", "nbflow 0.1.0 · Python 3.11."):
        assert words in said
    for step in ("load", "divide", "report"):
        assert f"| {step} | ✓ success | 1/1 |" in said
    assert "MiB | default | 1 |" in said


def test_the_same_run_gives_the_same_cells_and_without_header_the_authors_cells(sales):
    ran = nbflow("run", "sales.ipynb", "-o", "first.ipynb", "--json", cwd=sales)
    name = f"sales/{ran.json['run_id']}"
    for out, more in (("again.ipynb", ()), ("bare.ipynb", ("--no-header",))):
        done = nbflow("output", name, "-o", out, *more, cwd=sales)
        assert done.status == 0, done.err
    assert cells(sales / "first.ipynb") == cells(sales / "again.ipynb")
    assert cells(sales / "first.ipynb")[1:] == cells(sales / "bare.ipynb")
    assert [cell["id"] for cell in cells(sales / "bare.ipynb")] == [
        f"cell-{n}" for n in (1, 2, 3, 4)
    ]
    ran = nbflow("run", "sales.ipynb", "--no-header", "-o", "none.ipynb", cwd=sales)
    assert cells(sales / "none.ipynb")[0]["id"] == "cell-1"


def test_a_merged_notebook_can_be_run_again(sales):
    nbflow("run", "sales.ipynb", "-o", "once.ipynb", cwd=sales)
    ran = nbflow("run", "once.ipynb", "-o", "twice.ipynb", cwd=sales)
    assert ran.status == 0, ran.err
    assert outputs(sales / "twice.ipynb") == outputs(sales / "once.ipynb")
    assert (
        sum("role" in cell["metadata"].get("nbflow", {}) for cell in cells(sales / "twice.ipynb"))
        == 1
    )


def test_a_failed_run_stops_at_the_failing_cell_with_its_traceback(sales):
    ran = nbflow("run", "sales.ipynb", "-p", "divisor=0", "-o", "out.ipynb", cwd=sales)
    assert ran.status == 10
    said = header(sales / "out.ipynb")
    assert (
        "✗ failed: step divide, [the cell that failed](#cell-id=cell-3): ZeroDivisionError" in said
    )
    assert "| report | upstream failed |" in said
    _, _, load, divide, report = cells(sales / "out.ipynb")
    assert load["outputs"]
    assert "ZeroDivisionError" in "".join(divide["outputs"][-1]["traceback"])
    assert (report["outputs"], report["execution_count"]) == ([], None)


def test_a_page_shows_the_header_and_every_output(sales):
    ran = nbflow("run", "sales.ipynb", "-o", "out.html", cwd=sales)
    assert ran.status == 0, ran.err
    page = (sales / "out.html").read_text()
    for words in (
        "<title>sales</title>",
        "[1, 2, 3]",
        "<td>success",
        "success",
        'id="cell-id=cell-3"',
    ):
        assert words in page or words == "<td>success"
    assert nbflow("output", "sales", "-o", "again.html", cwd=sales).status == 0
    assert "[1, 2, 3]" in (sales / "again.html").read_text()


def test_another_kind_of_file_is_refused(sales):
    refused = nbflow("run", "sales.ipynb", "-o", "out.pdf", cwd=sales)
    assert (refused.status, ".ipynb or .html" in refused.err) == (2, True)


def test_a_page_without_nbconvert_is_refused_before_anything_runs(sales):
    hidden = sales / "hide"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(
        "import importlib.util as known\n"
        "find = known.find_spec\n"
        "known.find_spec = lambda name, *more: None if name == 'nbconvert' else find(name, *more)\n"
    )
    path = os.pathsep.join([str(hidden), *filter(None, [os.environ.get("PYTHONPATH")])])
    refused = nbflow("run", "sales.ipynb", "-o", "out.html", cwd=sales, PYTHONPATH=path)
    assert refused.status == 5
    assert "nbflow[html]" in refused.err
    assert not (sales / ".nbflow").exists()

"""The merged notebook of a run on this machine: its header, pages, and where it stops."""

import json
import os

import nbformat
import pytest
from commands import nbflow, outputs, write_notebook
from nbclient import NotebookClient

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


def test_run_top_to_bottom_in_one_kernel_it_shows_the_same(sales):
    nbflow("run", "sales.ipynb", "-p", "divisor=4", "-o", "once.ipynb", cwd=sales)
    _, parameters, given, *_ = found = cells(sales / "once.ipynb")
    assert [cell["source"] for cell in (parameters, given)] == [
        ["divisor = 2"],
        ["# Parameters\n", "divisor = 4"],
    ]
    assert [cell["execution_count"] for cell in found[1:]] == [1, 2, 3, 4, 5]
    again = NotebookClient(nbformat.read(sales / "once.ipynb", as_version=4)).execute()
    nbformat.write(again, sales / "again.ipynb")
    assert outputs(sales / "again.ipynb") == outputs(sales / "once.ipynb")


def test_a_merged_notebook_is_a_source_with_the_defaults_that_are_written(sales):
    nbflow("run", "sales.ipynb", "-p", "divisor=4", "-o", "once.ipynb", cwd=sales)
    told = nbflow("check", "once.ipynb", cwd=sales)
    assert (told.status, "NB108" in told.out + told.err) == (0, True)
    ran = nbflow("run", "once.ipynb", "-p", "divisor=6", "-o", "twice.ipynb", cwd=sales)
    assert ran.status == 0, ran.err
    assert [cell["id"] for cell in cells(sales / "twice.ipynb")] == [
        cell["id"] for cell in cells(sales / "once.ipynb")
    ]
    assert outputs(sales / "twice.ipynb")["cell-3"] == "1.0\n"
    nbflow("run", "once.ipynb", "-o", "plain.ipynb", cwd=sales)
    assert outputs(sales / "plain.ipynb")["cell-3"] == "3.0\n"
    assert "divisor = 4" not in (sales / "plain.ipynb").read_text()


def test_a_failed_run_stops_at_the_failing_cell_with_its_traceback(sales):
    ran = nbflow("run", "sales.ipynb", "-p", "divisor=0", "-o", "out.ipynb", cwd=sales)
    assert ran.status == 10
    said = header(sales / "out.ipynb")
    assert (
        "✗ failed: step divide, [the cell that failed](#cell-id=cell-3): ZeroDivisionError" in said
    )
    assert "| report | upstream failed |" in said
    _, _, given, load, divide, report = cells(sales / "out.ipynb")
    assert given["metadata"]["tags"] == ["injected-parameters"]
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


WRITES = [
    ("step:load", "from pathlib import Path\nPath('rows.csv').write_text('1,2')"),
    ("", "Path('draft.txt').write_text('draft')\nPath('given.txt').read_text()"),
    ("step:report", "Path('draft.txt').unlink()\nPath('out').mkdir()"),
    ("", "Path('out/report.html').write_text(Path('rows.csv').read_text())"),
]


def test_the_files_that_a_notebook_wrote_are_written_out_as_it_left_them(tmp_path):
    (tmp_path / "given.txt").write_text("given")
    write_notebook(tmp_path / "files.ipynb", *WRITES)
    ran = nbflow("run", "files.ipynb", cwd=tmp_path)
    assert ran.status == 0, ran.err
    done = nbflow("output", "files", "--files", "made", cwd=tmp_path)
    assert done.status == 0, done.err
    assert done.out.split() == ["made/out/report.html", "made/rows.csv"]
    made = tmp_path / "made"
    left = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    assert left == {"out/report.html", "rows.csv"}
    assert (made / "out" / "report.html").read_text() == "1,2"
    again = nbflow("output", "files", "--files", "made", cwd=tmp_path)
    assert again.status == 2
    assert "made is not empty" in again.err
    taken = nbflow("output", "files", "--files", "given.txt", cwd=tmp_path)
    assert taken.status == 2
    assert "given.txt is there already" in taken.err
    assert (tmp_path / "given.txt").read_text() == "given"


def test_a_run_that_left_no_files_says_so_and_one_says_what_is_wanted(sales):
    assert nbflow("run", "sales.ipynb", cwd=sales).status == 0
    done = nbflow("output", "sales", "--files", "made", cwd=sales)
    assert (done.status, done.out) == (0, "")
    assert "the run has left no files" in done.err
    nothing = nbflow("output", "sales", cwd=sales)
    assert nothing.status == 2
    assert "--files" in nothing.err

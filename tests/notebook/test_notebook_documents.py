import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_notebooks import as_json, code, document, outlined, text

from nbflow import notebook
from nbflow.errors import NotebookError

GOOD = as_json(code("x = 1"))
BAD = {
    "empty": ("", "empty"),
    "blank": (" \n", "empty"),
    "not JSON": ('{"cells": [,]}', "not JSON: .* at line 1, column 12"),
    "cut off": (GOOD[:40], "not JSON: .* at line 1"),
    "a list": ("[]", "it holds a list, not an object"),
    "a number": ("3", "it holds a number, not an object"),
    "no format": ('{"cells": []}', "no `nbformat` number"),
    "no cells": ('{"nbformat": 4, "metadata": {}}', "no list of `cells`"),
    "metadata a list": ('{"nbformat": 4, "cells": [], "metadata": []}', "`metadata` is not"),
    "newer": ('{"nbformat": 5, "cells": []}', "format 5, and nbflow reads formats up to 4"),
    "a cell a string": ('{"nbformat": 4, "cells": ["x"]}', "cell 1 is a string"),
    "unknown cell": ('{"nbformat": 4, "cells": [{"cell_type": "heading"}]}', "'heading'"),
    "no source": ('{"nbformat": 4, "cells": [{"cell_type": "code"}]}', "`source` of cell 1"),
    "old and broken": ('{"nbformat": 3}', "cannot be upgraded"),
    "deep": ("[" * 200_000, "not readable as JSON"),
    "huge number": ('{"nbformat": ' + "4" * 5000 + "}", "not readable as JSON"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_a_notebook_is_refused_with_one_clear_message(name: str) -> None:
    content, message = BAD[name]
    with pytest.raises(NotebookError, match=message) as caught:
        notebook.parse(content, name="book")
    assert caught.value.hint
    assert "\n" not in caught.value.message


def test_the_message_names_the_file(tmp_path) -> None:
    path = tmp_path / "train.py"
    path.write_text("import os\n")
    with pytest.raises(NotebookError, match=r"train\.py: not JSON") as caught:
        notebook.read(path)
    assert "jupytext" in (caught.value.hint or "")


def test_a_missing_file_is_told_with_the_nearest_one(tmp_path) -> None:
    (tmp_path / "train.ipynb").write_text(GOOD)
    with pytest.raises(NotebookError, match=r"trian\.ipynb does not exist") as caught:
        notebook.read(tmp_path / "trian.ipynb")
    assert caught.value.hint == "Did you mean 'train.ipynb'?"
    for far in ("missing.ipynb", "nope.ipynb"):
        with pytest.raises(NotebookError) as caught:
            notebook.read(tmp_path / far)
        assert caught.value.hint == "Notebooks there: train.ipynb."
    with pytest.raises(NotebookError) as caught:
        notebook.read(tmp_path / "nowhere" / "x.ipynb")
    assert "nowhere does not exist either" in (caught.value.hint or "")


def test_a_folder_is_not_a_notebook(tmp_path) -> None:
    with pytest.raises(NotebookError, match="is a folder"):
        notebook.read(tmp_path)


def test_a_path_through_a_file_is_told(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotebookError, match="cannot be read: Not a directory"):
        notebook.read(tmp_path / "file" / "x.ipynb")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_told(tmp_path) -> None:
    path = tmp_path / "book.ipynb"
    path.write_text(GOOD)
    path.chmod(0)
    with pytest.raises(NotebookError, match="cannot be read: Permission denied"):
        notebook.read(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (GOOD.encode("utf-16"), "UTF-16"),
        (b'{"cells": "\xe9"}', r"not UTF-8 text \(byte 12\)"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not UTF-8"),
    ],
)
def test_other_encodings_are_told(tmp_path, content: bytes, message: str) -> None:
    path = tmp_path / "book.ipynb"
    path.write_bytes(content)
    with pytest.raises(NotebookError, match=message):
        notebook.read(path)


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(tmp_path) -> None:
    path = tmp_path / "book.ipynb"
    content = as_json(code("a = 1\r\nb = 2\r\n"))
    path.write_bytes(b"\xef\xbb\xbf" + content.replace(", ", ",\r\n").encode())
    assert notebook.read(path).cells[0].source == "a = 1\nb = 2\n"
    assert notebook.parse("\ufeff" + content, name="x").cells[0].source == "a = 1\nb = 2\n"


def test_sources_and_outputs_are_joined() -> None:
    cell = code()
    cell["source"] = ["a = 1\n", "a"]
    cell["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": ["x\n", "y\n"]},
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {"text/plain": ["a\n", "b"], "application/json": ["a", "b"]},
        },
    ]
    found = document(cell).raw["cells"][0]
    assert found["source"] == "a = 1\na"
    assert found["outputs"][0]["text"] == "x\ny\n"
    assert found["outputs"][1]["data"] == {
        "text/plain": "a\nb",
        "application/json": ["a", "b"],
    }


@pytest.mark.parametrize("minor", [0, 1, 2, 3, 4, 5, 6])
def test_every_minor_format_becomes_4_5(minor: int) -> None:
    raw = json.loads(as_json(code("x"), text("y")))
    raw["nbformat_minor"] = minor
    found = notebook.parse(json.dumps(raw), name="x")
    assert found.raw["nbformat_minor"] == 5
    assert [cell.id for cell in found.cells] == ["cell-0000", "cell-0001"]


def test_an_older_format_is_upgraded_the_same_way_each_time() -> None:
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": "old"},
        "worksheets": [
            {
                "cells": [
                    {"cell_type": "heading", "level": 1, "source": ["Title"], "metadata": {}},
                    {
                        "cell_type": "code",
                        "input": ["x = 1\n", "x"],
                        "language": "python",
                        "metadata": {},
                        "outputs": [],
                        "prompt_number": 3,
                        "collapsed": False,
                    },
                ]
            }
        ],
    }
    found = notebook.parse(json.dumps(old), name="old")
    assert [(cell.id, cell.kind, cell.source) for cell in found.cells] == [
        ("cell-0000", "markdown", "# Title"),
        ("cell-0001", "code", "x = 1\nx"),
    ]
    assert found == notebook.parse(json.dumps(old), name="old")


def test_missing_ids_come_from_positions_and_avoid_those_that_exist() -> None:
    named = code("b") | {"id": "cell-0000"}
    found = document(code("a"), named, code("c"))
    assert [cell.id for cell in found.cells] == ["cell-0000-2", "cell-0000", "cell-0002"]
    assert found.repaired == ()


def test_double_and_invalid_ids_are_repaired_with_a_warning() -> None:
    cells = [code("a") | {"id": "same"}, code("b") | {"id": "same"}, code("c") | {"id": "no good"}]
    found = outlined(*cells)
    assert [cell.id for cell in found.document.cells] == ["same", "same-2", "cell-0002"]
    assert [(d.code, d.cell) for d in found.diagnostics] == [
        ("NB109", "same-2"),
        ("NB109", "cell-0002"),
    ]
    assert "another cell has" in found.diagnostics[0].message


@pytest.mark.parametrize(
    ("metadata", "language", "kernel"),
    [
        ({}, "python", "python3"),
        ({"language_info": {"name": "Python"}}, "python", "python3"),
        ({"language_info": {"name": "R"}, "kernelspec": {"name": "ir"}}, "r", "ir"),
        ({"kernelspec": {"name": "julia-1.9", "language": "julia"}}, "julia", "julia-1.9"),
        ({"kernelspec": {"name": "julia-1.9"}}, "julia", "julia-1.9"),
        ({"kernelspec": {"name": "ir"}}, "r", "ir"),
        ({"kernelspec": "nonsense", "language_info": 3}, "python", "python3"),
        ({"language_info": {"name": "ipython"}}, "python", "python3"),
    ],
)
def test_the_language_is_found(metadata: dict, language: str, kernel: str) -> None:
    found = document(code("x"), **metadata)
    assert (found.language, found.kernel) == (language, kernel)


def test_malformed_tags_are_read_as_far_as_they_go_and_told() -> None:
    found = outlined(code("x", tags="step:a"), code("y", tags=["step:b", 3]))
    assert [step.name for step in found.steps] == ["a", "b"]
    assert [d.code for d in found.diagnostics] == ["NB117", "NB117"]


def test_fifty_megabytes_of_outputs_are_read(tmp_path) -> None:
    cell = code("x")
    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 1_000_000}]
    path = tmp_path / "big.ipynb"
    path.write_text(as_json(*[cell] * 50))
    assert len(notebook.outline(notebook.read(path)).document.cells) == 50


texts = st.text(alphabet=st.characters(codec="utf-8"), max_size=20)
jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
streams = st.builds(lambda found: {"output_type": "stream", "name": "stdout", "text": found}, texts)
displays = st.builds(
    lambda plain, value: {
        "output_type": "display_data",
        "metadata": {},
        "data": {"text/plain": plain, "application/json": value},
    },
    texts,
    jsons,
)


@st.composite
def notebooks(draw) -> dict:
    cells = []
    for index in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(["code", "markdown", "raw"]))
        source = draw(texts).replace("\r", "")
        metadata = draw(st.dictionaries(texts.filter(lambda key: key != "tags"), jsons, max_size=2))
        cell = {"cell_type": kind, "id": f"c{index}", "metadata": metadata, "source": source}
        if kind == "code":
            cell["execution_count"] = draw(st.none() | st.integers(1, 99))
            cell["outputs"] = draw(st.lists(streams | displays, max_size=2))
        cells.append(cell)
    metadata = draw(st.dictionaries(texts, jsons, max_size=3))
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


@given(notebooks())
def test_what_is_written_is_read_back_unchanged(tmp_path_factory, found: dict) -> None:
    path = tmp_path_factory.getbasetemp() / "round-trip.ipynb"
    notebook.write(found, path)
    once = notebook.read(path)
    assert once.raw == found
    notebook.write(once.raw, path)
    assert notebook.read(path).raw == found


@given(notebooks())
def test_no_notebook_makes_the_outline_raise(found: dict) -> None:
    outline = notebook.outline(notebook.parse(json.dumps(found), name="book"))
    assert outline.roles.keys() == outline.document.by_id.keys()


@given(st.text(max_size=200))
def test_no_text_makes_reading_raise_anything_else(found: str) -> None:
    with pytest.raises(NotebookError):
        notebook.parse(found, name="book")

"""Options change in the file of a notebook, and nothing else does."""

import json
import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbflow import notebook
from nbflow.errors import NotebookError, UsageError

CELL = {"cell_type": "code", "id": "a", "metadata": {}, "source": ["x = 'ä'\n"], "outputs": []}


def whole(metadata, **more):
    return {"cells": [CELL], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5, **more}


def written(tmp_path, content, name="train.ipynb", **layout):
    path = tmp_path / name
    text = content if isinstance(content, str) else json.dumps(content, **layout)
    path.write_bytes(text.encode())
    return path


def test_an_option_is_added_where_jupyter_would_put_it(tmp_path):
    before = whole({"kernelspec": {"name": "python3"}, "widgets": {}})
    path = written(tmp_path, before, indent=1, ensure_ascii=False)
    assert notebook.edit_options(path, {"schedule": "0 3 * * *"}, seen={})
    metadata = {"kernelspec": {"name": "python3"}, "nbflow": {"schedule": "0 3 * * *"}}
    expected = json.dumps(whole({**metadata, "widgets": {}}), indent=1, ensure_ascii=False)
    assert path.read_text() == expected


def test_an_option_is_changed_and_those_beside_it_stay(tmp_path):
    options = {"owner": "me", "steps": {"fit": {"retries": 1}, "load": {"profile": "big"}}}
    path = written(tmp_path, whole({"nbflow": options}), indent=2)
    patch = {"steps": {"fit": {"profile": "big"}, "load": {"profile": None}}, "owner": None}
    assert notebook.edit_options(path, patch, seen=options)
    changed = {"steps": {"fit": {"retries": 1, "profile": "big"}}}
    assert path.read_text() == json.dumps(whole({"nbflow": changed}), indent=2)


def test_what_is_said_already_writes_nothing(tmp_path):
    path = written(tmp_path, whole({"nbflow": {"owner": "me"}}))
    moment = path.stat().st_mtime_ns
    assert not notebook.edit_options(path, {"owner": "me", "team": None}, seen={"owner": "me"})
    assert path.stat().st_mtime_ns == moment


def test_cells_that_were_saved_meanwhile_are_kept(tmp_path):
    path = written(tmp_path, whole({}))
    options = notebook.raw_options(notebook.read(path))
    later = {**whole({}), "cells": [{**CELL, "source": "y = 2"}]}
    written(tmp_path, later)
    notebook.edit_options(path, {"owner": "me"}, seen=options)
    assert notebook.read(path).cells[0].source == "y = 2"


def test_options_that_somebody_else_changed_meanwhile_are_not_overwritten(tmp_path):
    path = written(tmp_path, whole({"nbflow": {"schedule": "@daily"}}))
    with pytest.raises(NotebookError, match="have changed since they were read") as raised:
        notebook.edit_options(path, {"schedule": "@hourly"}, seen={})
    assert "Read the notebook again" in raised.value.hint
    assert "@daily" in path.read_text()


def test_options_that_break_their_schema_are_not_written(tmp_path):
    path = written(tmp_path, whole({}))
    with pytest.raises(UsageError, match="max_active_runs is 0, less than 1"):
        notebook.edit_options(path, {"max_active_runs": 0}, seen={})
    assert path.read_text() == json.dumps(whole({}))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"nbformat": 4}'])
def test_what_is_no_notebook_is_left_alone(tmp_path, text):
    path = written(tmp_path, text)
    with pytest.raises(NotebookError):
        notebook.edit_options(path, {"owner": "me"}, seen={})
    assert path.read_text() == text


def test_a_byte_order_mark_and_the_file_s_rights_stay(tmp_path):
    path = written(tmp_path, "\ufeff" + json.dumps(whole({})))
    path.chmod(0o640)
    notebook.edit_options(path, {"owner": "me"}, seen={})
    assert path.read_bytes().startswith(b"\xef\xbb\xbf{")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_notebook_can_be_seen_as_it_would_be(tmp_path):
    path = written(tmp_path, whole({"nbflow": {"owner": "me"}}))
    document = notebook.edited(notebook.read(path), {"schedule": "@daily"})
    assert notebook.raw_options(document) == {"owner": "me", "schedule": "@daily"}
    assert "schedule" not in path.read_text()


names = st.text(st.characters(codec="utf-8"), max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=30)
@given(
    metadata=st.dictionaries(names.filter(lambda name: name != "nbflow"), values, max_size=4),
    more=st.dictionaries(st.sampled_from(["a", "z", "nbflow"]), values, max_size=2),
    old=st.none() | st.fixed_dictionaries({"owner": names.filter(bool)}),
    indent=st.sampled_from([None, 0, 1, 4, "\t"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    plain=st.booleans(),
    owner=names.filter(bool),
)
def test_in_every_layout_only_the_options_change(
    tmp_path_factory, metadata, more, old, indent, newline, plain, owner
):
    folder = tmp_path_factory.getbasetemp()
    given_metadata = {**metadata, **({} if old is None else {"nbflow": old})}
    content = whole(given_metadata, **more)
    text = json.dumps(content, indent=indent, ensure_ascii=plain).replace("\n", newline)
    path = written(folder, text, "layout.ipynb")
    changed = notebook.edit_options(path, {"owner": owner}, seen=old or {})
    assert changed == (old != {"owner": owner})
    after = path.read_bytes().decode()
    assert json.loads(after) == whole({**metadata, "nbflow": {"owner": owner}}, **more)
    if newline == "\r\n" and indent is not None:
        assert "\n" not in after.replace("\r\n", "")
    # Back again, the file is what it was, but for the empty options where there were none.
    notebook.edit_options(path, {"owner": (old or {}).get("owner")}, seen={"owner": owner})
    assert json.loads(path.read_bytes()) == whole({**metadata, "nbflow": old or {}}, **more)

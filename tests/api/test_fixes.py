"""What mends a finding, told as data, mends it."""

import pytest

from nbflow import api
from nbflow.model import Fix, TagEdit, WordEdit

SETTINGS = """
profiles:
  gpu-small: {cpu: 8, memory: 64Gi, gpu: 1}
teams:
  churn: {}
"""

CASES = {
    "NB101 of a name": (["stepp:load"], {}, ["write `step:load`"]),
    "NB101 of a word": (["step:a", "param"], {}, ["write `parameters`"]),
    "NB102 of a name": (["step:Load All"], {}, ["write `step:load_all`"]),
    "NB102 of capitals": (["step:Load"], {}, ["write `step:load`"]),
    "NB102 of a resource": (
        ["step:a limit:gpu:1"],
        {},
        ["write `limit:nvidia.com/gpu:1`"],
    ),
    "NB103": (["step:a skip"], {}, ["remove `skip`", "remove `step:a`"]),
    "NB103 of a list": (["step:a;b"], {}, ["write `step:a`", "write `step:b`"]),
    "NB104": (
        ["step:a retries:1", "retries:2"],
        {},
        ["remove `retries:2`", "remove `retries:1`"],
    ),
    "NB104 with options": (
        ["step:a retries:1"],
        {"steps": {"a": {"retries": 2, "timeout": "1h"}}},
        ["remove `metadata.nbflow.steps.a.retries`", "remove `retries:1`"],
    ),
    "NB105": (["retries:1 prev:a;b", "step:a"], {}, ["remove `retries:1`, `prev:a;b`"]),
    "NB106": (["setup retries:1", "step:a"], {}, ["remove `retries:1`"]),
    "NB107": (["text step:a hide", "step:a"], {}, ["remove `step:a`"]),
    "NB108": (["step:a", "injected-parameters"], {}, ["delete the cell"]),
    "NB111": (["step:a"], {"name": "my pipeline"}, ["write `my_pipeline`"]),
    "NB113": (
        ["step:train-it"],
        {"steps": {"trian-it": {"retries": 1}}},
        ["write `train_it`", "remove `metadata.nbflow.steps.trian-it`"],
    ),
    "NB113 of nothing near": (
        ["step:a"],
        {"steps": {"other": {"retries": 1}}},
        ["remove `metadata.nbflow.steps.other`"],
    ),
    "NB206": (
        ["parameters", "step:a"],
        {"parameters": {"y": {"help": "why"}}},
        ["remove `metadata.nbflow.parameters.y`"],
    ),
    "NB401": (
        ["step:load-all", "step:b", "step:c prev:lod-all;b"],
        {},
        ["write `prev:load_all;b`", "write `prev:b`"],
    ),
    "NB401 of nothing near": (["step:a", "step:b prev:xyz"], {}, ["remove `prev:xyz`"]),
    "NB402": (["step:a prev:a"], {}, ["remove `prev:a`"]),
    "NB601": (["step:a profile:gpu-smal"], {}, ["write `profile:gpu-small`"]),
    "NB601 in options": (
        ["step:a"],
        {"profile": "gpu_small", "steps": {"a": {"profile": "gpu_small"}}},
        ["write `profile:gpu-small`"],
    ),
    "NB602": (["step:a"], {"team": "chrun"}, ["write `churn`"]),
}


def notebook(cells, options, sources=()):
    """A notebook of cells with these tags; `text` is a text cell."""
    sources = [*sources, *["x = 1"] * len(cells)]
    written = []
    for number, tags in enumerate(cells):
        kind, names = ("markdown", tags[5:]) if tags.startswith("text ") else ("code", tags)
        code = {"outputs": [], "execution_count": None} if kind == "code" else {}
        parts = names.split() if number or "Load All" not in names else [names]
        written.append(
            {
                "cell_type": kind,
                "id": f"c{number}",
                "metadata": {"tags": parts} if parts else {},
                "source": sources[number],
                **code,
            }
        )
    metadata = {"nbflow": options} if options else {}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": written}


def found(content, folder, code):
    inspected = api.inspect_content(content, path=folder / "book.ipynb")
    return [one for one in inspected.diagnostics if one.code == code]


def mended(content, fix):
    """The notebook with a fix, as a face applies it."""
    cells = [
        {**cell, "metadata": {"tags": retagged(cell, fix.tags)}}
        for cell in content["cells"]
        if cell["id"] not in fix.removed
    ]
    metadata = merged(content["metadata"], {"nbflow": fix.options} if fix.options else {})
    return {**content, "cells": cells, "metadata": metadata}


def retagged(cell, edits):
    tags = cell["metadata"].get("tags", [])
    for edit in edits:
        if edit.cell != cell["id"]:
            continue
        if edit.tag is None:
            tags = [*tags, edit.becomes]
        else:
            assert edit.tag in tags
            tags = [edit.becomes if tag == edit.tag else tag for tag in tags]
    return [tag for tag in tags if tag is not None]


def merged(said, patch):
    result = dict(said)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            result[key] = merged(result.get(key) or {}, value)
        else:
            result[key] = value
    return result


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "nbflow.yaml").write_text(SETTINGS)
    return tmp_path


@pytest.mark.parametrize("name", CASES)
def test_each_fix_of_a_finding_mends_it(name, folder):
    cells, options, titles = CASES[name]
    code = name.split()[0]
    content = notebook(cells, options)
    (one, *_) = found(content, folder, code)
    assert [fix.title for fix in one.fixes] == titles
    for fix in one.fixes:
        assert found(mended(content, fix), folder, code) == []


def test_a_renamed_key_keeps_what_it_says(folder):
    content = notebook(["step:train"], {"steps": {"trian": {"retries": 1}}, "owner": "me"})
    (one,) = found(content, folder, "NB113")
    after = mended(content, one.fixes[0])["metadata"]["nbflow"]
    assert after == {"steps": {"train": {"retries": 1}}, "owner": "me"}


def test_two_steps_that_change_one_object_are_put_one_after_the_other(folder):
    sources = ["rows = [1]", "rows.append(2)", "rows.append(3)", "print(rows)"]
    tags = ["step:a", "step:b prev:a", "step:c prev:a", "step:d prev:b prev:c"]
    content = notebook(tags, {}, sources)
    (one,) = found(content, folder, "NB405")
    assert one.fixes == (Fix("add `prev:b`", (TagEdit("c2", None, "prev:b"),)),)
    assert found(mended(content, one.fixes[0]), folder, "NB405") == []


def test_a_step_that_means_the_newer_value_comes_after_what_binds_it(folder):
    sources = ["rows = 1", "rows = 2", "print(rows)"]
    content = notebook(["step:a", "step:b prev:a", "step:c prev:a"], {}, sources)
    (one,) = found(content, folder, "NB404")
    assert one.fixes == (Fix("add `prev:b`", (TagEdit("c2", None, "prev:b"),)),)
    assert found(mended(content, one.fixes[0]), folder, "NB404") == []


def test_what_differs_each_time_is_cached_no_more(folder):
    content = notebook(["step:a cache:enabled"], {}, ["import time\nprint(time.time())"])
    (one,) = found(content, folder, "NB608")
    assert [fix.title for fix in one.fixes] == ["remove `cache:enabled`"]
    assert found(mended(content, one.fixes[0]), folder, "NB608") == []


@pytest.mark.parametrize(("tag", "code"), [("profile", "NB101"), ("retries:many", "NB102")])
def test_where_it_is_not_clear_what_was_meant_nothing_is_offered(tag, code, folder):
    (one,) = found(notebook([f"step:a {tag}"], {}), folder, code)
    assert one.fixes == ()


def test_a_name_that_is_nearly_another_one_is_written_as_that(folder):
    sources = ["trees = 10", "rows = [1]", "x = 'tree'\nprint(len(rows), tree + 1)"]
    content = notebook(["parameters", "step:a", "step:b"], {}, sources)
    (one,) = found(content, folder, "NB301")
    assert one.hint.startswith("Did you mean `trees`? ")
    assert one.fixes == (Fix("write `trees`", words=(WordEdit("c2", 2, "tree", "trees"),)),)


@pytest.mark.parametrize("line", ["tree['tree']", "print(nowhere)", "re"])
def test_a_name_is_not_written_where_it_is_not_clear_which_or_where(line, folder):
    content = notebook(["parameters", "step:a"], {}, ["trees = rows = 10", line])
    (one,) = found(content, folder, "NB301")
    assert one.fixes == ()


def test_a_finding_tells_its_fixes_as_data(folder):
    (one,) = found(notebook(["step:a skip"], {}), folder, "NB103")
    assert one.as_json()["fixes"][0] == {
        "title": "remove `skip`",
        "tags": [{"cell": "c0", "tag": "skip", "becomes": None}],
        "options": {},
        "words": [],
        "removed": [],
    }
    (plain,) = found(notebook(["step:a"], {}, ["print(nowhere)"]), folder, "NB301")
    assert "fixes" not in plain.as_json()

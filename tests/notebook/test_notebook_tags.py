import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_notebooks import code, codes, outlined, text

from nbflow import notebook

# Kale 2's own language, as the peers' notes give it: each of these is one of its tags.
KALE_TAGS = [
    "skip",
    "imports",
    "functions",
    "pipeline-parameters",
    "pipeline-metrics",
    "step:load_data",
    "step:_a1",
    "step:",
    "prev:load",
    "annotation:example.com/a.b:c",
    "label:app:x",
    "limit:nvidia.com/gpu:2",
    "limit:memory:4Gi",
    "secret:db-credentials:password:DB_PASSWORD",
    "image:python:3.11-slim",
    "cache:enabled",
    "cache:disabled",
    "report:enabled",
    "block:load-data",
    "block:",
    "prev:a;b",
]
NEAR = {
    "stpe:compare": "step:compare",
    "pref:load": "prev:load",
    "setp:compare": "step:compare",
    "steps:train": "step:train",
    "step train": "step:train",
    "step=train": "step:train",
    "step-train": "step:train",
    "Step:x": "step:x",
    "STEP:x": "step:x",
    "param": "parameters",
    "params": "parameters",
    "parameter": "parameters",
    "Parameters": "parameters",
    "pipeline_parameters": "pipeline-parameters",
    "prevs:load": "prev:load",
    "profil:gpu": "profile:gpu",
    "import": "imports",
    "function": "functions",
    "step": "step:NAME",
    "prev": "prev:NAME",
    "setup:": "setup",
    "setup:x": "setup",
    "retry:3": "retries:3",
    "limits:memory:4Gi": "limit:memory:4Gi",
    "secrets:a:b:C": "secret:a:b:C",
    "Skip": "skip",
    "pipline-metrics": "pipeline-metrics",
    "time-out:30m": "timeout:30m",
}
FOREIGN = [
    "remove-input",
    "remove-output",
    "remove-cell",
    "hide-input",
    "hide-output",
    "hide-cell",
    "raises-exception",
    "hide_input",
    "remove_cell",
    "nbval-ignore-output",
    "nbval-check-output",
    "nbval-skip",
    "exercise",
    "slide",
    "skip-execution",
    "papermill-error-cell",
    "full-width",
    "solution",
    "keep_output",
    "toc",
    "my-own-tag",
    "eda",
    "figure-1",
    "chapter:2",
    "todo",
    "active-ipynb",
    "test",
    "data",
    "nbval-anything",
    "lang:fr",
]
BAD = {
    "retries:x": ("'x' is not a whole number", "retries:N"),
    "retries:-1": ("'-1' is not a whole number", "retries:N"),
    "retries:": ("lacks a whole number", "retries:N"),
    "timeout:abc": ("is not a duration", "timeout:1h30m"),
    "timeout:30x": ("is not a duration", "timeout:1h30m"),
    "timeout:0": ("not longer than nothing", "timeout"),
    "limit:memory:lots": ("is not a Kubernetes quantity", "limit:RESOURCE:QTY"),
    "limit:memory:64GB": ("is not a Kubernetes quantity", "limit"),
    "limit:memory:-1": ("is negative", "limit"),
    "limit:memory": ("'memory' is not a resource and a quantity", "limit:memory:64Gi"),
    "limit:gpu:1": ("did you mean 'nvidia.com/gpu'?", "limit"),
    "limit:nvidia.com/gpu:0.5": ("whole numbers", "limit"),
    "limit:memory:1e99": ("too large", "limit"),
    "limit:memory:1e999999999": ("too large", "limit"),
    "timeout:86400000000000": ("too long", "timeout"),
    "cache:maybe": ("'maybe' is not 'enabled' or 'disabled'", "cache:enabled|disabled"),
    "secret:db:password": ("is not a secret's name", "secret:NAME:KEY:ENV"),
    "secret:db:password:1X": ("is not a secret's name", "secret:NAME:KEY:ENV"),
    "profile:": ("lacks the name of a profile", "profile:NAME"),
    "image:": ("lacks a container image", "image:REF"),
    "prev:": ("lacks the name of a step", "prev:NAME"),
    "prev: ": ("lacks the name of a step", "prev:NAME"),
    "step:Train": ("no capitals", "Write `step:train`."),
    "step:load data": ("'load data' is not a name", "Write `step:load_data`."),
    "step:Größe": ("is not a name", "Write `step:groesse`."),
    "step:Café au lait": ("is not a name", "Write `step:cafe_au_lait`."),
    "step:模型": ("is not a name", "step:NAME"),
    "step: Train": ("is not a name", "Write `step:train`."),
    "step: train": ("is not a name", "Write `step:train`."),
    f"step:{'x' * 201}": ("at most 200 letters", "Shorten"),
    "step:1st": ("'1st' is not a name", "step:NAME"),
    "label:team:a b": ("letters, digits", "label:KEY:VALUE"),
    "label:team": ("a key and a value", "label:KEY:VALUE"),
    "annotation:a b:c": ("is not a key", "annotation:KEY:VALUE"),
    "image:has space": ("image reference", "image"),
}


@pytest.mark.parametrize("tag", [tag.example for tag in notebook.GRAMMAR] + KALE_TAGS)
def test_every_form_of_the_grammar_is_understood(tag: str) -> None:
    extra = {"notebook_path": "other.ipynb"} if tag.startswith("notebook:") else {}
    source = "" if extra else "print(x)"
    found = outlined(code("", "step:a"), code(source, tag, **extra))
    assert not {"NB101", "NB102"} & set(codes(found))


@pytest.mark.parametrize("tag", NEAR)
def test_a_near_miss_warns_with_the_tag_that_was_meant(tag: str) -> None:
    found = outlined(code("", "step:a"), code("", tag))
    assert codes(found) == ["NB101"]
    assert f"did you mean {NEAR[tag]!r}?" in found.diagnostics[0].message
    assert found.diagnostics[0].cell == "cell-0001"


@pytest.mark.parametrize("tag", FOREIGN)
def test_the_tags_of_other_tools_pass_without_a_word(tag: str) -> None:
    assert codes(outlined(code("", "step:a"), code("", tag))) == []


@pytest.mark.parametrize("tag", BAD)
def test_a_bad_argument_is_an_error_with_cell_and_fix(tag: str) -> None:
    message, hint = BAD[tag]
    found = outlined(code("", "step:a"), code("", tag))
    assert codes(found) == ["NB102"]
    (diagnostic,) = found.diagnostics
    assert diagnostic.severity == "error"
    assert diagnostic.cell == "cell-0001"
    assert message in diagnostic.message
    assert hint in diagnostic.hint


@pytest.mark.parametrize("tag", ["step:a", "parameters", "profile:gpu", "prev:x", "retries:x"])
def test_our_tags_on_markdown_warn_and_do_nothing(tag: str) -> None:
    found = outlined(text("# Title", tag), code("x"))
    assert codes(found) == ["NB107"]
    assert [step.name for step in found.steps] == ["main"]


@pytest.mark.parametrize("tag", ["skip", "step:", "exercise", "Step:x"])
def test_other_tags_on_markdown_do_not_warn(tag: str) -> None:
    assert codes(outlined(text("# Title", tag), code("x"))) == []


def test_the_grammar_describes_itself_completely() -> None:
    for tag in notebook.GRAMMAR:
        assert tag.example.split(":")[0] == tag.form.split(":")[0] == tag.name
        assert tag.meaning.endswith(".")
        assert bool(tag.argument) == bool(tag.expects) == (":" in tag.form)
        assert tag.same_as is None or tag.same_as in notebook.TAGS


def test_the_reference_has_one_line_for_each_tag() -> None:
    lines = notebook.tag_reference().splitlines()
    assert len(lines) == len(notebook.GRAMMAR) + 2
    assert all(len(re.split(r"(?<!\\)\|", line)) == 6 for line in lines)
    assert lines[2].startswith("| `parameters` |")


def test_every_rule_has_a_code_of_its_own_in_this_rooms_hundreds() -> None:
    found = [rule.code for rule in notebook.RULES]
    assert found == sorted(set(found))
    assert {code[:3] for code in found} == {"NB1", "NB2", "NB7", "NB8"}
    assert len({rule.name for rule in notebook.RULES}) == len(found)


heads = st.sampled_from([tag.name for tag in notebook.GRAMMAR])
tags = st.text(max_size=30) | st.builds("{}:{}".format, heads, st.text(max_size=30))


@given(st.lists(tags, max_size=4), st.lists(tags, max_size=4))
def test_no_tag_makes_the_outline_raise(first: list[str], second: list[str]) -> None:
    found = outlined(code("x", *first), code("y", *second))
    assert len(found.roles) == 2
    for diagnostic in found.diagnostics:
        assert diagnostic.hint

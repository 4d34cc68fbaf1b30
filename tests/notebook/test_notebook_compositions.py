"""Pipelines of several notebooks, as their files say them."""

from datetime import timedelta
from pathlib import Path

import pytest

from nbflow.errors import NotebookError
from nbflow.model import Operation, Reference
from nbflow.notebook import escaped, read_composition, read_condition, read_value

WEEKLY = """
name: weekly
schedule: "0 6 * * 1"
team: churn
parameters:
  regions: [eu, us]
  threshold: {default: 0.9, help: "the least", minimum: 0, maximum: 1}
stages:
  ingest:
    notebook: ingest.ipynb
    parameters: {day: "2026-01-01", note: "$${day}"}
  train:
    notebook: train.ipynb
    foreach: {region: "${regions}"}
    parallel: 3
    parameters: {rows: "${ingest.rows}", options: {deep: ["${threshold}"]}}
    profile: highmem
    retries: 2
    timeout: 30m
  release:
    approve: "Release?"
    message: "Look **first**."
    approvers: [ada]
    timeout: 1d
    after: train
  report:
    notebook: report.ipynb
    when: "${train.accuracy} != [] and not ${threshold} == 1"
    after: [release]
"""


@pytest.fixture
def read(tmp_path):
    def read_text(text):
        path = tmp_path / "project" / "pipeline.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return read_composition(path)

    return read_text


def faults(found):
    return [(one.code, one.line, one.message) for one in found]


def test_a_file_says_parameters_stages_and_what_passes_between_them(read):
    made, found = read(WEEKLY)
    assert found == ()
    assert (made.name, made.options.schedule, made.options.team) == ("weekly", "0 6 * * 1", "churn")
    regions, threshold = made.parameters
    assert (regions.kind.value, regions.default) == ("list", ["eu", "us"])
    assert (threshold.default, threshold.help, threshold.constraints["maximum"]) == (
        0.9,
        "the least",
        1,
    )
    ingest, train, release, report = made.stages
    assert ingest.given == {"day": "2026-01-01", "note": "${day}"}
    assert train.given["rows"] == Reference("rows", "ingest")
    assert train.given["options"] == {"deep": [Reference("threshold")]}
    assert (train.foreach.parameter, train.foreach.items) == ("region", Reference("regions"))
    assert (train.foreach.parallel, train.options.profile, train.options.retries) == (
        3,
        "highmem",
        2,
    )
    assert train.options.timeout == timedelta(minutes=30)
    assert (release.approval.approvers, release.approval.timeout) == (("ada",), timedelta(days=1))
    assert (train.needs, release.needs, report.needs) == (
        ("ingest",),
        ("train",),
        ("train", "release"),
    )
    assert made.outputs("ingest") == ("rows",)


def test_a_pipeline_without_a_name_has_that_of_its_folder(read):
    made, found = read("stages: {one: {notebook: a.ipynb}}")
    assert (made.name, found) == ("project", ())


def test_stages_stand_behind_what_they_need_whatever_the_files_order(read):
    made, _ = read(
        "stages:\n  b: {notebook: b.ipynb, after: [a]}\n  a: {notebook: a.ipynb}\n"
        "  c: {notebook: c.ipynb}\n"
    )
    assert [one.name for one in made.in_order] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("stages:\n  a:\n    notebok: a.ipynb\n", 3, "notebok is not a known key"),
        ("shedule: x\nstages: {a: {notebook: a.ipynb}}\n", 1, "is not a known key"),
        ("files: [x]\nstages: {a: {notebook: a.ipynb}}\n", 1, "files is not a known key"),
        ("name: weekly\n", 1, "lacks 'stages'"),
        ("stages: {}\n", 1, "stages"),
        ("stages:\n  a.b: {notebook: a.ipynb}\n", 2, "cannot be the name of a stage"),
        ("stages:\n  a:\n    notebook: a.ipynb\n    parallel: 2\n", 4, "for stages with `foreach`"),
        ("stages:\n  a:\n    approve: Q?\n    profile: big\n", 4, "profile is not a known key"),
        ("stages:\n  a:\n    notebook: a.ipynb\n    retries: -1\n", 4, "less than 0"),
        ("stages:\n  a:\n    notebook: a.ipynb\n    timeout: soon\n", 4, "is not a duration"),
        ("stages:\n  a:\n    notebook: a.ipynb\n    parameters: {d: 2026-01-01}\n", 4, "as date"),
        ("parameters: {x: {default: 1, minimun: 2}}\nstages: {a: {notebook: a}}\n", 1, "minimun"),
        ("parameters: {x: {default: 1, minimum: 2}}\nstages: {a: {notebook: a}}\n", 1, "less than"),
        ("schedule: sometimes\nstages: {a: {notebook: a.ipynb}}\n", 1, "schedule"),
        ("stages:\n  a-b: {notebook: a}\n  a_b: {notebook: a}\n", 3, "too much like"),
        ("stages:\n  a: {notebook: a}\n  if_a: {notebook: a}\n", 3, "if_a"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_line(read, text, line, words):
    _, found = read(text)
    assert any(at == line and words in message for _, at, message in faults(found)), faults(found)


def test_a_misspelled_approval_is_told_as_one(read):
    _, found = read("stages:\n  ask:\n    aprove: Q?\n")
    (hint,) = [one.hint for one in found if "aprove" in one.message]
    assert "Did you mean 'approve'?" in hint


@pytest.mark.parametrize("text", ["- a\n", "", "stages: [", "a: 1\na: 2\n"])
def test_what_is_no_pipeline_at_all_cannot_be_read(read, text):
    with pytest.raises(NotebookError):
        read(text)


ELYRA = Path(__file__).parents[1] / "elyra" / "golden"


@pytest.mark.parametrize("name", ["v3", "v4", "v5", "v6", "v7", "v8"])
def test_what_is_imported_from_elyra_is_understood(name):
    made, found = read_composition(ELYRA / f"{name}.yaml")
    assert made.stages
    assert found == ()


def test_a_reference_is_the_whole_value():
    assert read_value("${a}") == Reference("a")
    assert read_value("${a-b.c}") == Reference("c", "a-b")
    assert read_value("costs $${a} {b}") == "costs ${a} {b}"
    for wrong in ("x ${a}", "${a} y", "${a.b.c}", "${}", "${1}"):
        with pytest.raises(ValueError, match="write"):
            read_value(wrong)


@pytest.mark.parametrize("value", ["${a}", "$${a}", "plain", ["${x.y}", {"k": "$${"}], 1, None])
def test_a_value_comes_back_as_it_was_written(value):
    assert escaped(read_value(value)) == value


def test_a_condition_compares_references_and_plain_values():
    tree = read_condition("0.5 < ${train.accuracy} <= ${most} or 'x' in ${names}").tree
    accuracy, most = Reference("accuracy", "train"), Reference("most")
    assert tree == Operation(
        "or",
        (
            Operation(
                "and",
                (Operation(">", (accuracy, 0.5)), Operation("<=", (accuracy, most))),
            ),
            Operation("in", ("x", Reference("names"))),
        ),
    )
    assert read_condition("${a} == null").tree == Operation("is", (Reference("a"), None))
    assert read_condition("not ${a} == -1").tree == Operation("!=", (Reference("a"), -1))


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "${a}.upper() == 'X'",
        "${a}[0] == 1",
        "len(${a}) > 1",
        "${a} + 1 > 2",
        "name == 1",
        "${a} is 1",
        "'${a}' == 'x'",
        "${a} ==",
        "[x for x in ${a}]",
        "lambda: 1",
        "${a.b.c} == 1",
    ],
)
def test_a_condition_evaluates_nothing_else(text):
    with pytest.raises(ValueError, match=r"condition|reference"):
        read_condition(text)

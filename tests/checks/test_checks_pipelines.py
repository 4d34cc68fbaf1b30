"""What is found only with the settings at hand."""

from dataclasses import replace
from pathlib import Path

import pytest

from nbflow.checks import RULES, check
from nbflow.model import (
    Cell,
    Diagnostic,
    Document,
    Pipeline,
    PipelineOptions,
    Severity,
    Step,
    StepOptions,
)
from nbflow.settings import Settings, Team

SETTINGS = Settings(
    root=Path("/project"),
    teams={"churn": Team("churn", profiles=("small",), images=("registry/*",))},
)


def pipeline(*, source="x = 1", tags=(), team=None, **options):
    cell = Cell("c1", 0, "code", source, tags)
    step = Step("train", ("c1",), options=StepOptions(**options))
    document = Document("n", (cell,))
    return Pipeline("n", document, PipelineOptions(team=team), steps=(step,))


def found(*arguments, settings=SETTINGS, **keywords):
    return [(d.code, d.cell) for d in check(pipeline(*arguments, **keywords), settings)]


def test_a_plain_pipeline_is_clean():
    assert found() == []


def test_an_unknown_profile_names_the_cell_with_the_tag_and_the_nearest():
    unknown = pipeline(profile="smal", tags=("profile:smal",))
    (diagnostic,) = check(unknown, SETTINGS)
    assert (diagnostic.code, diagnostic.cell) == ("NB601", "c1")
    assert "Did you mean 'small'?" in diagnostic.hint


def test_an_unknown_default_profile_is_found_too():
    unknown = pipeline()
    options = PipelineOptions(defaults=StepOptions(profile="huge"))
    (diagnostic,) = check(replace(unknown, options=options), SETTINGS)
    assert diagnostic.code == "NB601"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"team": "churm"}, "NB602"),
        ({"team": "churn", "profile": "gpu"}, "NB603"),
        ({"team": "churn", "profile": "small", "image": "elsewhere/x:1"}, "NB604"),
    ],
    ids=["unknown-team", "profile", "image"],
)
def test_what_the_team_may_not_is_an_error(options, code):
    assert [code for code, _ in found(**options)] == [code]


def test_what_the_team_may_is_fine():
    assert found(team="churn", profile="small", image="registry/x:1") == []


@pytest.mark.parametrize("source", ["", "  \n"])
def test_a_notebook_without_code_has_nothing_to_run(source):
    assert [code for code, _ in found(source=source)] == ["NB605"]


def test_findings_stand_in_the_notebooks_order_and_once():
    cells = tuple(Cell(f"c{n}", n, "code", "x = 1") for n in range(3))
    late = Diagnostic("NB999", Severity.ERROR, "m", "h", "c2", 1)
    early = Diagnostic("NB999", Severity.ERROR, "m", "h", "c1", 2)
    whole = Diagnostic("NB999", Severity.WARNING, "m", "h")
    steps = (Step("train", ("c0",)),)
    messy = Pipeline("n", Document("n", cells), steps=steps, diagnostics=(late, early, late, whole))
    assert check(messy, SETTINGS) == (whole, early, late)


def test_a_rules_code_is_used_once():
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_says_what_it_finds_and_the_way_out(rule):
    assert rule.summary.endswith(".")
    assert rule.fix.endswith(".")
    assert rule.name == rule.name.lower().replace(" ", "-")

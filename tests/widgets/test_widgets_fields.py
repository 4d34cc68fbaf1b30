"""Fields of parameters, schedules and profiles: what they hold, and what they say is wrong."""

from datetime import UTC, datetime

import pytest

from nbflow import api
from nbflow.model import Parameter, ParameterKind
from nbflow.widgets.fields import Field
from nbflow.widgets.places import ProfileFields
from nbflow.widgets.schedules import ScheduleFields

NOW = datetime(2026, 3, 27, 12, tzinfo=UTC)


def field(kind, default, **more):
    computed = more.get("computed", False)
    source = more.pop("source", "" if computed else repr(default))
    return Field(Parameter("x", ParameterKind(kind), default, source=source, **more), lambda: None)


def shown(made):
    """What stands below the control, and whether it is marked as wrong."""
    return made.widget.children[1].value, "nbflow-bad" in made.control._dom_classes


@pytest.mark.parametrize(
    ("kind", "default", "typed", "value"),
    [
        ("int", 10, "12", 12),
        ("int", 10, "9007199254740993", "9007199254740993"),
        ("float", 0.5, "1e-3", 0.001),
        ("float", 0.5, "inf", "Infinity"),
        ("str", "a", "007", "007"),
        ("str", "a", "", ""),
        ("bool", False, True, True),
        ("list", [1], '["a", 2]', ["a", 2]),
        ("dict", {}, '{"a": null}', {"a": None}),
        ("any", 1, "text", "text"),
    ],
)
def test_a_value_that_is_typed_is_of_its_parameter_s_type(kind, default, typed, value):
    made = field(kind, default)
    assert not made.touched
    made.control.value = typed
    assert made.touched
    assert made.fault is None
    assert made.value() == value


@pytest.mark.parametrize(
    ("kind", "default", "typed", "fault"),
    [
        ("int", 10, "many", "'many' is not a value of type int"),
        ("int", 10, "", "is not a value of type int"),
        ("float", 0.5, "1,5", "is not a value of type float"),
        ("list", [1], "[1", "is not a value of type list"),
        ("dict", {}, "[]", "is not a value of type dict"),
    ],
)
def test_what_is_no_value_is_said_at_the_field(kind, default, typed, fault):
    made = field(kind, default)
    made.control.value = typed
    assert fault in made.fault
    text, bad = shown(made)
    assert bad
    assert "nbflow-fault" in text
    made.control.value = str(default)
    assert made.fault is None
    assert not shown(made)[1]


def test_bounds_are_said_and_held():
    made = field("int", 10, constraints={"minimum": 1, "maximum": 100}, help="in <the> forest")
    assert "in &lt;the&gt; forest (int, at least 1, at most 100)" in shown(made)[0]
    made.control.value = "500"
    assert made.fault == "500 is greater than the maximum of 100"


def test_choices_are_a_list_and_none_is_one_of_them():
    constraints = {"enum": ["de", "fr", None], "values_display": {"de": "Germany"}}
    made = field("str", None, nullable=True, constraints=constraints)
    assert [label for label, _ in made.control.options] == ["Germany", "fr", "None"]
    assert made.control.label == "None"
    assert not made.touched
    made.control.label = "Germany"
    assert made.value() == "de"
    made.control.label = "None"
    assert made.value() is None


def test_a_flag_that_may_be_none_has_three_choices():
    made = field("bool", True, nullable=True)
    assert [label for label, _ in made.control.options] == ["True", "False", "None"]
    made.control.label = "False"
    assert made.value() is False


def test_none_is_typed_as_python_says_it():
    made = field("int", None, nullable=True)
    assert made.control.value == "None"
    made.control.value = "5"
    assert made.value() == 5
    made.control.value = "None"
    assert not made.touched


def test_a_computed_default_counts_while_the_field_is_empty():
    made = field("any", None, computed=True, source="today()")
    assert (made.control.value, made.control.placeholder) == ("", "today()")
    assert not made.touched
    assert "empty: as the notebook computes it" in shown(made)[0]


def test_what_a_preset_means_can_be_changed():
    made = ScheduleFields(None, "UTC", lambda: None)
    assert made.schedule is None
    made.preset.label = "On weekdays at 7:00"
    assert made.schedule == "0 7 * * mon-fri"
    made.cron.value = "30 7 * * mon-fri"
    assert made.preset.label == "Another time"
    made.look(now=NOW)
    assert made.coming[0] == datetime(2026, 3, 30, 7, 30, tzinfo=UTC)
    made.preset.label = "Only when somebody starts it"
    assert made.schedule is None
    assert made.coming == ()


def test_the_next_five_runs_are_shown_in_the_time_zone():
    made = ScheduleFields("30 2 * * *", "Europe/Berlin", lambda: None)
    made.look(now=NOW)
    text = made._next.value
    # On the 29th clocks go forward, and there is no half past two.
    assert "Sat 28 Mar 2026, 02:30 CET" in text
    assert "Sun 29 Mar 2026, 03:30 CEST" in text
    assert text.count("<li>") == 5


@pytest.mark.parametrize(
    ("cron", "fault"),
    [
        ("0 7 * *", "has 4 fields"),
        ("0 25 * * *", "'25' in '0 25 * * *' is no hour (from 0 to 23)"),
        ("@dayly", "did you mean '@daily'?"),
        ("0 0 31 2 *", "names a day that never comes"),
    ],
)
def test_a_wrong_expression_is_said_while_it_is_typed(cron, fault):
    made = ScheduleFields(None, "UTC", lambda: None)
    made.preset.label = "Every hour"
    made.cron.value = cron
    assert fault in made.fault
    assert made.coming == ()
    assert "nbflow-bad" in made.cron._dom_classes


def test_a_wrong_time_zone_is_said():
    made = ScheduleFields("@daily", "UTC", lambda: None)
    made.timezone.value = "Europe/Berln"
    assert "did you mean 'Europe/Berlin'?" in made.fault
    made.timezone.value = "Europe/Berlin"
    assert made.fault is None


def test_an_emptied_expression_is_still_being_typed():
    made = ScheduleFields("@daily", "UTC", lambda: None)
    made.cron.value = ""
    assert made.preset.label == "Another time"
    assert "say when" in made.fault
    made.cron.value = "0 3 * * *"
    assert made.preset.label == "Every night at 3:00"


def test_profiles_are_those_of_the_team_and_a_tag_s_stays(project):
    from commands import write_notebook

    (project / "nbflow.yaml").write_text(
        "profiles:\n  small: {cpu: 1, memory: 2Gi}\n  large: {cpu: 8, memory: 64Gi}\n"
        "  huge: {cpu: 64}\nteams:\n  churn: {profiles: [small, large]}\n"
    )
    options = {"nbflow": {"team": "churn", "steps": {"fit": {"profile": "huge"}}}}
    steps = (("step:load", "x = 1"), ("step:fit", "x"), ("step:send profile:small", "x"))
    path = write_notebook(project / "train.ipynb", *steps, **options)
    made = ProfileFields(api.inspect(path), lambda: None)
    labels = [label for label, _ in made.whole.options]
    assert labels[1:] == ["large: 8 cpu, 64Gi", "small: 1 cpu, 2Gi"]
    assert made.steps["fit"].label == "huge (not to be had)"
    assert made.steps["send"].disabled
    made.whole.label = "small: 1 cpu, 2Gi"
    made.steps["fit"].value = "large"
    steps = {"load": {"profile": None}, "fit": {"profile": "large"}}
    assert made.patch() == {"profile": "small", "steps": steps}

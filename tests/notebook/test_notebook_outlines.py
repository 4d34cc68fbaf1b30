from datetime import timedelta

import pytest
from written_notebooks import code, codes, outlined, roles, steps, text

from nbflow.model import Outline, Prev, Quantity, Secret, StepOptions

IMPORTS, PARAMETERS = code("import os", "imports"), code("n = 1", "parameters")
PLAIN, LOAD, TRAIN = code("x"), code("a", "step:load"), code("b", "step:train")


def options(found: Outline, name: str) -> StepOptions:
    return next(step.options for step in found.steps if step.name == name)


def prevs(found: Outline, name: str) -> list[str]:
    return [prev.name for step in found.steps if step.name == name for prev in step.prevs]


@pytest.mark.parametrize(
    ("cells", "expected", "names"),
    [
        ([PLAIN, PLAIN], "SS", {"main": [0, 1]}),
        ([PLAIN, code("", "skip"), text("t")], "SKT", {"main": [0]}),
        ([IMPORTS, PLAIN, PARAMETERS, PLAIN], "ESPS", {"main": [1, 3]}),
        ([PARAMETERS], "P", {}),
        ([], "", {}),
        ([text("t")], "T", {}),
        ([LOAD, PLAIN, TRAIN, PLAIN], "SSSS", {"load": [0, 1], "train": [2, 3]}),
        ([IMPORTS, PLAIN, LOAD], "EES", {"load": [2]}),
        ([IMPORTS, text("t"), PLAIN, LOAD], "ETES", {"load": [3]}),
        ([IMPORTS, code("", "skip"), PLAIN, LOAD], "EKES", {"load": [3]}),
        ([PARAMETERS, PLAIN, LOAD], "PLS", {"load": [2]}),
        ([IMPORTS, PARAMETERS, PLAIN, LOAD], "EPLS", {"load": [3]}),
        ([PLAIN, IMPORTS, PLAIN, LOAD], "LEES", {"load": [3]}),
        ([LOAD, IMPORTS, PLAIN, TRAIN], "SEES", {"load": [0], "train": [3]}),
        ([LOAD, PARAMETERS, PLAIN], "SPS", {"load": [0, 2]}),
        ([LOAD, code("", "skip"), PLAIN], "SKS", {"load": [0, 2]}),
        ([LOAD, TRAIN, LOAD, PLAIN], "SSSS", {"load": [0, 2, 3], "train": [1]}),
        ([LOAD, code("y", "step:"), TRAIN], "SSS", {"load": [0, 1], "train": [2]}),
        ([LOAD, code("y", "block:"), TRAIN], "SSS", {"load": [0, 1], "train": [2]}),
        ([code("y", "step:"), PLAIN], "SS", {"main": [0, 1]}),
        ([LOAD, code("print(x)", "pipeline-metrics")], "SS", {"load": [0, 1]}),
        ([LOAD, IMPORTS, code("x", "pipeline-metrics")], "SES", {"load": [0, 2]}),
        ([PLAIN, code("x", "pipeline-metrics")], "SS", {"main": [0, 1]}),
        ([code("y", "block:load-data"), code("z", "step:load_data")], "SS", {"load_data": [0, 1]}),
        ([code("", "setup", "imports")], "E", {}),
        ([code("", "raises-exception", "step:a")], "S", {"a": [0]}),
    ],
)
def test_every_cell_has_its_role(cells: list, expected: str, names: dict) -> None:
    found = outlined(*cells)
    assert roles(found) == expected
    assert steps(found) == names
    assert codes(found) == []


def test_the_options_of_a_step_are_united_over_its_cells() -> None:
    found = outlined(
        code("", "step:a", "profile:gpu", "limit:memory:4Gi", "retries:2", "timeout:1h30m"),
        code("", "limit:cpu:500m", "cache:disabled", "label:a.b/c:d", "image:r:5000/x:1"),
        code("", "step:a", "annotation:url:http://x:80/y", "secret:db:pass.word:DB", "profile:gpu"),
        code("", "report:enabled"),
    )
    assert codes(found) == []
    assert options(found, "a") == StepOptions(
        profile="gpu",
        image="r:5000/x:1",
        limits={"cpu": Quantity("500m"), "memory": Quantity("4Gi")},
        retries=2,
        timeout=timedelta(minutes=90),
        cache=False,
        labels={"a.b/c": "d"},
        annotations={"url": "http://x:80/y"},
        secrets=(Secret("db", "pass.word", "DB"),),
    )


def test_prev_tags_of_all_cells_and_dialects_are_kept_in_order() -> None:
    found = outlined(
        LOAD,
        TRAIN,
        code("", "step:join", "prev:load;train", "prev:other-one"),
        code("", "prev:load"),
    )
    assert found.steps[2].prevs == (
        Prev("load", "cell-0002"),
        Prev("train", "cell-0002"),
        Prev("other_one", "cell-0002"),
    )


@pytest.mark.parametrize(
    ("cells", "places"),
    [
        ([code("", "step:a", "profile:x"), code("", "profile:y")], ("cell 1", "cell 2")),
        ([code("", "step:a", "profile:x", "profile:y")], ("'profile:x'", "'profile:y'")),
        ([code("", "step:a", "limit:cpu:1"), code("", "limit:cpu:2")], ("cell 1", "cell 2")),
        ([code("", "step:a", "cache:enabled", "cache:disabled")], ("cell 1", "cell 1")),
        ([code("", "step:a", "secret:x:k:E", "secret:y:k:E")], ("'secret:x:k:E'", "cell 1")),
        ([code("", "retries:1"), code("", "retries:2")], ("step 'main'", "cell 2")),
    ],
)
def test_two_values_of_one_option_are_an_error_that_names_both(cells: list, places: tuple) -> None:
    found = outlined(*cells)
    assert codes(found) == ["NB104"]
    assert all(place in found.diagnostics[0].message for place in places)


def test_the_same_amount_written_differently_is_no_contradiction() -> None:
    assert codes(outlined(code("", "step:a", "limit:cpu:1"), code("", "limit:cpu:1000m"))) == []


@pytest.mark.parametrize(
    "tags",
    [
        ("step:a", "skip"),
        ("parameters", "step:a"),
        ("step:a", "step:b"),
        ("step:a;b",),
        ("block:a;block-b",),
        ("setup", "parameters"),
        ("imports", "skip"),
        ("step:a", "notebook:b"),
    ],
)
def test_a_cell_that_is_two_things_is_an_error(tags: tuple[str, ...]) -> None:
    found = outlined(code("", *tags, notebook_path="x.ipynb"))
    assert "NB103" in codes(found)
    (diagnostic,) = [d for d in found.diagnostics if d.code == "NB103"]
    assert diagnostic.cell == "cell-0000"
    assert all(tag in diagnostic.message for tag in tags)


def test_one_step_in_two_spellings_is_no_contradiction() -> None:
    assert codes(outlined(code("", "step:load_data", "block:load-data"))) == []


def test_an_option_before_the_first_step_is_an_error() -> None:
    found = outlined(code("x", "profile:gpu"), LOAD)
    assert codes(found) == ["NB105"]
    assert "'profile:gpu' on cell 1, which stands before the first step" in str(found.diagnostics)


def test_an_option_on_a_cell_that_extends_setup_is_an_error() -> None:
    assert codes(outlined(IMPORTS, code("x", "limit:cpu:1"), LOAD)) == ["NB105"]


@pytest.mark.parametrize("tag", ["imports", "parameters"])
def test_an_option_on_a_cell_of_every_step_warns(tag: str) -> None:
    found = outlined(code("x = 1", tag, "profile:gpu", "prev:a"), LOAD)
    assert codes(found) == ["NB106"]
    assert "'prev:a', 'profile:gpu'" in found.diagnostics[0].message


def test_options_in_an_untagged_notebook_are_those_of_its_one_step() -> None:
    found = outlined(code("x", "profile:gpu"), code("y", "retries:1"))
    assert codes(found) == []
    assert options(found, "main") == StepOptions(profile="gpu", retries=1)


def test_metrics_are_the_names_that_the_cell_prints() -> None:
    source = "print(a)\nb\nprint(c, d)\nprint('text')\ne = 1\nf, g\nprint(a)"
    found = outlined(LOAD, code(source, "pipeline-metrics"))
    assert found.metrics == tuple((name, "cell-0001") for name in "abcdfg")


@pytest.mark.parametrize("source", ["", "x = 1", "print(f'{x}')", "not python"])
def test_a_metrics_cell_without_names_warns(source: str) -> None:
    assert codes(outlined(LOAD, code(source, "pipeline-metrics"))) == ["NB116"]


def test_the_cell_that_papermill_injected_is_skipped_with_a_warning() -> None:
    found = outlined(PARAMETERS, code("n = 7", "injected-parameters"), LOAD)
    assert roles(found) == "PKS"
    assert codes(found) == ["NB108"]
    assert [parameter.default for parameter in found.parameters] == [1]


def test_a_notebook_cell_names_the_notebook_that_its_step_runs() -> None:
    cell = code("# see there", "notebook:feat-ures", "prev:load", notebook_path="f.ipynb")
    found = outlined(LOAD, cell, PLAIN, TRAIN)
    assert codes(found) == []
    assert found.steps[1].notebook == "f.ipynb"
    assert steps(found) == {"load": [0], "feat_ures": [1], "train": [2, 3]}
    assert prevs(found, "feat_ures") == ["load"]


@pytest.mark.parametrize(
    "cells",
    [
        [code("", "notebook:f")],
        [code("x = 1", "notebook:f", notebook_path="f.ipynb")],
        [code("", "notebook:f", notebook_path="f.ipynb"), PLAIN],
        [
            code("", "notebook:f", notebook_path="f.ipynb"),
            PLAIN,
            code("", "notebook:g", notebook_path="g.ipynb"),
        ],
    ],
)
def test_a_notebook_cell_that_makes_no_sense_is_an_error(cells: list) -> None:
    assert codes(outlined(*cells)) == ["NB115"]


def test_findings_come_in_the_notebooks_order() -> None:
    found = outlined(
        code("x", "step:a", "Skip"),
        code("p = ", "parameters"),
        code("y", "retries:x"),
        nbflow={"nam": "x"},
    )
    assert codes(found) == ["NB110", "NB101", "NB201", "NB102"]


def test_other_languages_have_steps_and_no_parameters() -> None:
    found = outlined(
        code("n <- 1", "parameters"),
        code("x <- n", "step:a"),
        code("print(x)", "step:b", "prev:a"),
        language_info={"name": "R"},
    )
    assert codes(found) == ["NB211"]
    assert found.parameters == ()
    assert steps(found) == {"a": [1], "b": [2]}

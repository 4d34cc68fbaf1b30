"""What a step depends on of its notebook, and what not."""

import json
from pathlib import Path

import pytest

from nbflow import analysis, notebook, planning
from nbflow.bundles import slices, step_notebooks
from nbflow.settings import Settings

CELLS = {
    "p": ("parameters", "lr = 0.1\nrows = 2\nseed = 1"),
    "s": ("setup", "import random\nrandom.seed(seed)"),
    "a": ("step:load", "def clean(x):\n    return x\n\nx = [rows]"),
    "b": ("step:train", "y = clean(x)"),
    "c": ("", "z = y"),
    "d": ("step:report", "print(z, lr)"),
}


def plan(order="psabcd", **changed):
    cells = [
        {
            "cell_type": "code",
            "id": name,
            "metadata": {"tags": CELLS[name][0].split()},
            "source": changed.get(name, CELLS[name][1]),
            "outputs": [],
            "execution_count": None,
        }
        for name in order
    ]
    written = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    document = notebook.parse(json.dumps(written), name="nb")
    pipeline = analysis.analyse(notebook.outline(document))
    assert not pipeline.errors, pipeline.errors
    return planning.plan(pipeline, settings=Settings(root=Path("/project")))


def changed(**cells):
    """The steps whose slice is another one."""
    before, after = slices(plan()), slices(plan(**cells))
    return {name for name in before if before[name].digest != after[name].digest}


@pytest.mark.parametrize(
    ("cells", "steps"),
    [
        ({}, set()),
        ({"b": "y = clean(x) + []"}, {"train"}),
        ({"d": "print(z, lr, 'more')"}, {"report"}),
        ({"a": "def clean(x):\n    return x\n\nx = [rows, 1]"}, {"load"}),
        ({"a": "def clean(x):\n    return [*x]\n\nx = [rows]"}, {"load", "train"}),
        ({"s": "import random\nrandom.seed(seed)\nn = 1"}, {"load", "train", "report"}),
        ({"p": "lr = 0.2\nrows = 2\nseed = 1"}, {"report"}),
        ({"p": "lr = 0.1\nrows = 3\nseed = 1"}, {"load"}),
        ({"p": "lr = 0.1\nrows = 2\nseed = 1  # the seed"}, set()),
        ({"p": "lr = 0.1\nrows = 2\nseed = 2"}, {"load", "train", "report"}),
        ({"d": "print(z, lr, x)"}, {"report"}),
        ({"d": "print(y, z, lr)"}, {"train", "report"}),
    ],
)
def test_a_change_counts_for_the_steps_that_have_to_do_with_it(cells, steps):
    assert changed(**cells) == steps


def test_the_order_of_cells_counts():
    first, moved = slices(plan())["train"], slices(plan("psacbd", b="y = clean(x)", c="z = [1]"))
    assert first.parts["order"] != moved["train"].parts["order"]


def test_only_a_step_that_may_be_skipped_carries_what_finds_it_again():
    orders = step_notebooks(plan())["train"]["metadata"]["nbflow"]["orders"]
    assert orders["cache"] == ""
    assert orders["reads_parameters"] == ["seed"]

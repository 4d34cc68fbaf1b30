"""The assets that a run updates: on the task that only ends well when all others did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.bundles.layout import LINE, Call, Code, lay_out
from nbflow.bundles.schedules import assets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow.model import Plan, PlannedStep

OPERATOR = "from airflow.providers.standard.operators.empty import EmptyOperator"
_NAME = "update_assets"


def outlets(plan: Plan, step: PlannedStep) -> list[Any]:
    """The assets that a step's task updates: all where every other step leads to it."""
    return assets(plan.pipeline.options.assets.makes) if _last(plan) == [step.name] else []


def needs_gathering(plan: Plan) -> bool:
    """Whether the pipeline ends in several steps, so that none of them speaks for the run.

    Nor does a step of one of several notebooks, which may run once for each item of a list.
    """
    several = bool(plan.stages) or len(_last(plan)) > 1
    return bool(plan.pipeline.options.assets.makes) and several


def gathering(
    plan: Plan, variables: Mapping[str, str], *, common: Mapping[str, Any]
) -> tuple[str, Iterator[str]]:
    """A task behind all steps that updates the assets; the lines that make it and bind it.

    Args:
        plan: of a pipeline that ends in several steps.
        variables: of the steps' tasks; of the stages, where there are several notebooks.
        common: what all tasks are given, some of which is for tasks of steps alone.
    """
    name = _NAME
    while name in variables or name in variables.values():
        name += "_"
    arguments = {
        "task_id": name,
        "doc_md": "Updates what a run makes of which every step went well.",
        "outlets": assets(plan.pipeline.options.assets.makes),
        **{key: None for key in ("pre_execute",) if key in common},
    }
    made = lay_out(Call("EmptyOperator", (), arguments), before=f"{name} = ", indent=4)
    last = _last_stages(plan) if plan.stages else _last(plan)
    ends = [Code(variables[one]) for one in last]

    def binding() -> Iterator[str]:
        yield "# Assets are updated by a run of which every step went well."
        line = f"[{', '.join(one.source for one in ends)}] >> {name}"
        yield (
            line
            if len(line) <= LINE - 4
            else lay_out(Call(f"{name}.set_upstream", (ends,)), indent=4)
        )

    return made, binding()


def _last(plan: Plan) -> list[str]:
    """The steps that no other step needs."""
    needed = {upstream for step in plan.steps for upstream in step.upstream}
    return [step.name for step in plan.steps if step.name not in needed]


def _last_stages(plan: Plan) -> list[str]:
    """The stages that no other stage needs."""
    needed = {name for one in plan.stages for name in one.stage.needs}
    return [one.stage.name for one in plan.stages if one.stage.name not in needed]

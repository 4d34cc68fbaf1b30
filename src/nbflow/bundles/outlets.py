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
    """Whether the pipeline ends in several steps, so that none of them speaks for the run."""
    return bool(plan.pipeline.options.assets.makes) and len(_last(plan)) > 1


def gathering(
    plan: Plan, variables: Mapping[str, str], *, common: Mapping[str, Any]
) -> tuple[str, Iterator[str]]:
    """A task behind all steps that updates the assets; the lines that make it and bind it.

    Args:
        plan: of a pipeline that ends in several steps.
        variables: of the steps' tasks.
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
    ends = [Code(variables[step]) for step in _last(plan)]

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

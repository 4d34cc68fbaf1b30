"""Who answers the approvals of a run on this machine: options, or the person at the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from nbflow.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbflow.api import Compiled
    from nbflow.model import Approval


def answers(
    compiled: Compiled, *, approved: tuple[str, ...], refused: tuple[str, ...], approve_all: bool
) -> Callable[[str, Approval], bool] | None:
    """Who answers; None where nobody can and something will be asked.

    Raises:
        UsageError: an option names a stage that asks nothing, or one stage is named twice.
    """
    asked = [one.stage.name for one in compiled.plan.stages if one.stage.approval]
    for name in (*approved, *refused):
        if name not in asked:
            raise UsageError(
                f"no stage {name!r} asks for an approval",
                hint=f"those that do: {', '.join(asked) or 'none'}",
            )
    both = sorted({*approved} & {*refused})
    if both:
        raise UsageError(f"{both[0]} is both approved and refused")
    open_ = [] if approve_all else [one for one in asked if one not in {*approved, *refused}]
    if open_ and not sys.stdin.isatty():
        return None

    def answer(stage: str, approval: Approval) -> bool:
        if stage in refused:
            return False
        if approve_all or stage in approved:
            return True
        if approval.message:
            click.echo(approval.message, err=True)
        return click.confirm(f"{stage}: {approval.subject}", err=True)

    return answer

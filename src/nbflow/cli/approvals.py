"""Who answers the approvals of a run on this machine: options, or the person at the terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from nbflow.errors import UsageError
from nbflow.model import did_you_mean

if TYPE_CHECKING:
    from nbflow.api import Compiled
    from nbflow.model import Approval, Run


@dataclass(frozen=True)
class Answers:
    """Answers approvals.

    Attributes:
        given: what options say, by stage.
        asks: a person is asked what they do not say.
    """

    given: dict[str, bool]
    asks: bool
    _asking: threading.Event = field(default_factory=threading.Event, init=False)

    def __call__(self, stage: str, approval: Approval) -> bool:
        """Whether a stage's approval is given."""
        if stage in self.given:
            return self.given[stage]
        self._asking.set()
        try:
            if approval.message:
                click.echo(approval.message, err=True)
            return click.confirm(f"{stage}: {approval.subject}", err=True)
        except click.Abort:
            raise KeyboardInterrupt from None  # which it was, to the run that asks
        finally:
            self._asking.clear()

    def undisturbed(self, observe: Callable[[Run], None]) -> Callable[[Run], None]:
        """The same, but that nothing is shown of other stages while a person is asked."""

        def show(run: Run) -> None:
            if not self._asking.is_set():
                observe(run)

        return show


def answers(
    compiled: Compiled, *, approved: tuple[str, ...], refused: tuple[str, ...], approve_all: bool
) -> Answers | None:
    """Who answers; None where nobody can and something will be asked.

    Raises:
        UsageError: an option names a stage that asks nothing, or one stage is named twice.
    """
    asked = [one.stage.name for one in compiled.plan.stages if one.stage.approval]
    for name in (*approved, *refused):
        if name not in asked:
            raise UsageError(
                f"no stage {name!r} asks for an approval",
                hint=f"{did_you_mean(name, asked)}Those that do: {', '.join(asked) or 'none'}.",
            )
    both = sorted({*approved} & {*refused})
    if both:
        raise UsageError(f"{both[0]} is both approved and refused")
    given = dict.fromkeys(asked, True) if approve_all else dict.fromkeys(approved, True)
    given |= dict.fromkeys(refused, False)
    asks = any(name not in given for name in asked)
    return Answers(given, asks) if not asks or sys.stdin.isatty() else None

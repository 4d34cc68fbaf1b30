"""`nbflow profiles suggest`: what steps used, and the smallest profile that would do."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nbflow.cli import options
from nbflow.cli.console import print_json
from nbflow.model import format_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbflow.api import Sizing

_HEADS = (
    "step",
    "profile",
    "tries",
    "memory",
    "peak",
    "unused",
    "cpu",
    "busy",
    "unused",
    "would do",
    "a run costs",
)
_LEAST = 0.0001
"""Costs below this are not told apart."""


@click.command(epilog="Example: nbflow profiles suggest train_models --last 20")
@click.argument("reference", metavar="[DAG | NB]", required=False)
@click.option(
    "--last",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="How many runs to look at, the newest ones.",
)
@options.project
@options.as_json
def suggest(*, reference: str | None, last: int, project: Path, as_json: bool) -> int:
    """Say which profile each step should have, from its last runs.

    It is the smallest one that the team may use, with 25 % more memory and cores than were used.
    Runs are read in the store, whether that is a folder or S3; no Airflow is asked.
    """
    from nbflow import api

    found = api.suggest(
        reference,
        last=last,
        project=project,
        tell=lambda text: click.echo(f"warning: {text}", err=True),
    )
    if as_json:
        print_json([one.as_json() for one in found])
        return 0
    for dag_id, steps in groupby(found, key=lambda one: one.dag_id):
        click.echo(f"{dag_id}:")
        for line in _table([_HEADS, *map(_row, together := list(steps))]):
            click.echo(f"  {line}")
        total = _total(together)
        if total is not None:
            click.echo(f"  {total}")
        for step in together:
            for line in _remarks(step):
                click.echo(f"  {step.step}: {line}")
    return 0


def _row(one: Sizing) -> tuple[str, ...]:
    return (
        one.step,
        (one.profile or "?") + (f" → {one.ended_on}" if one.ended_on else ""),
        str(one.attempts),
        "-" if one.memory is None else format_bytes(one.memory),
        format_bytes(one.peak_memory) if one.attempts else "-",
        _share(one.memory_unused),
        "-" if one.cpu is None else f"{one.cpu:g}",
        "-" if one.cores is None else f"{one.cores:.2f}",
        _share(one.cpu_unused),
        one.suggestion or ("none" if one.attempts else "-"),
        _cost(one),
    )


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _cost(one: Sizing) -> str:
    if one.cost is None and one.cost_then is None:
        return "-"
    if one.suggestion in {None, one.ended_on or one.profile}:
        return _price(one.cost)
    return f"{_price(one.cost)} → {_price(one.cost_then)}"


def _price(cost: float | None) -> str:
    if cost is None:
        return "?"
    if 0 < cost < _LEAST:
        return f"<{_LEAST:g}"
    return f"{cost:.2f}" if cost >= 1 else f"{cost:.4f}"


def _total(steps: Sequence[Sizing]) -> str | None:
    """What a run costs, where every step has a price, and what it would."""
    idle = [one.step for one in steps if not one.attempts]
    steps = [one for one in steps if one.attempts]
    costs = [one.cost for one in steps if one.cost is not None]
    then = [one.cost if one.suggestion is None else one.cost_then for one in steps]
    known = [cost for cost in then if cost is not None]
    if not len(costs) == len(known) == len(steps) or costs == known:
        return None
    return (
        f"a run costs {_price(sum(costs))}, and {_price(sum(known))} with what would do, if that "
        "takes as long"
    ) + (f"; without {', '.join(idle)}: not measured" if idle else "")


def _remarks(one: Sizing) -> Iterable[str]:
    if not one.attempts:
        yield "no run that was looked at measured it"
        return
    if one.ended_on is not None:
        yield f"its newest try was on {one.ended_on}, and each try is priced by its own profile"
    for tag in one.limited_by:
        yield (
            f"its tag `{tag}` is the memory that ran out, whatever its profile has: remove it or "
            "raise it"
        )
    if one.ran_out:
        yield "an attempt ran out of memory; what it needs may be more than the peak says"
    if one.suggestion is None:
        yield (
            f"no profile would do that may be used: it takes {format_bytes(one.peak_memory * 1.25)}"
            + ("" if one.cores is None else f" and {one.cores * 1.25:.2g} cores")
        )
    if one.gpu is not None and one.gpu_memory is not None:
        yield f"GPU: {format_bytes(one.gpu_memory)} at the peak, busy {one.gpu:.0%} of the time"


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]

"""What a cluster said of pods, before notebooks are published."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nbflow.api import PodFinding, Preflight

_MOST = 3
"""So many steps, notebooks or tags are named; of the others the number is."""
_LEAVE_OUT = (
    "`--no-preflight` does not ask; `cluster: {preflight: false}` in nbflow.yaml never does"
)


def print_preflights(asked: Sequence[Preflight | None]) -> None:
    """Say what is not well, each thing once, and in a line that it was looked at."""
    told = [one for one in asked if one is not None]
    for reason, hint in dict.fromkeys((one.unasked, one.hint) for one in told if one.unasked):
        _print("warning", f"whether the steps' pods fit was not asked: {reason}")
        _print_help(*filter(None, (hint, _LEAVE_OUT)))
    for server in dict.fromkeys(one.cluster for one in told if one.cluster):
        here = [one for one in told if one.cluster == server]
        findings = [one for each in here for one in each.findings]
        problems = _grouped(one for one in findings if one.stops)
        warnings = _grouped(
            (one for one in findings if one.warns), but={_said(each[0]) for each in problems}
        )
        for together in (*warnings, *problems):  # what stops stands next to the error
            _print_finding(together)
        click.echo(_summary(here, len(problems), len(warnings)), err=True)


def _summary(here: Sequence[Preflight], problems: int, warnings: int) -> str:
    """`asked https://… about the pods of 3 DAGs: no problems, 1 question not answered`."""
    unknown = {_said(one) for each in here for one in each.findings if one.verdict == "unknown"}
    said = [_count(problems, "problem") if problems else "no problems"]
    said += [_count(warnings, "warning")] if warnings else []
    said += [f"{_count(len(unknown), 'question')} not answered"] if unknown else []
    dags = _count(len(here), "DAG")
    return f"asked {here[0].cluster} about the pods of {dags}: {', '.join(said)}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _said(one: PodFinding) -> tuple[str, str, str | None]:
    return one.check, one.message, one.hint


def _grouped(
    findings: Iterable[PodFinding], *, but: Container[tuple[str, str, str | None]] = ()
) -> list[list[PodFinding]]:
    """What is the same for many pods is said once.

    Args:
        findings: what was found.
        but: what is said already: who mends it there mends it everywhere.
    """
    same: dict[tuple[str, str, str | None], list[PodFinding]] = {}
    for one in findings:
        if _said(one) not in but:
            same.setdefault(_said(one), []).append(one)
    return list(same.values())


def _print_finding(together: Sequence[PodFinding]) -> None:
    one = together[0]
    severity = "problem" if one.stops else "warning"
    _print(severity, f"{_steps(together)}{_when(together)}: {one.message}", about=one.check)
    places = [
        f"{each.notebook}: cell {tag.index + 1} (id {tag.cell}), tag `{tag.tag}`"
        for each in together
        for tag in each.tags
    ]
    for place in _shortened(places, "tag"):
        click.echo(f"  --> {place}", err=True)
    _print_help(*filter(None, (one.hint,)))


def _print(severity: str, text: str, *, about: str = "preflight") -> None:
    colour = "red" if severity == "problem" else "yellow"
    head = click.style(f"{severity}[{about}]", fg=colour, bold=True)
    click.echo(f"{head}: {text}", err=True)


def _print_help(*texts: str) -> None:
    for text in texts:
        click.echo(f"   = help: {text}", err=True)
    click.echo(err=True)


def _steps(together: Sequence[PodFinding]) -> str:
    """`steps load, fit of train_models; step report of other`."""
    by_dag: dict[str, dict[str, None]] = {}
    for one in together:
        by_dag.setdefault(one.dag_id, {}).update(dict.fromkeys(one.steps))
    named = [
        f"{'step' if len(steps) == 1 else 'steps'} {', '.join(_shortened(list(steps), 'step'))}"
        f" of {dag_id}"
        for dag_id, steps in by_dag.items()
    ]
    return "; ".join(_shortened(named, "DAG"))


def _when(together: Sequence[PodFinding]) -> str:
    """On which profiles, and when that would be met."""
    profiles: dict[str, dict[str, None]] = {}
    for one in together:
        profiles.setdefault(str(one.role), {})[one.profile] = None
    if "own" in profiles:
        return f" (profile {', '.join(profiles['own'])})"
    return f", if a try has to go on to profile {', '.join(profiles['next'])}"


def _shortened(names: Sequence[str], noun: str) -> list[str]:
    names = list(dict.fromkeys(names))
    if len(names) <= _MOST + 1:
        return names
    return [*names[:_MOST], f"{len(names) - _MOST} more {noun}s"]

"""`nbflow profiles [check]`: what steps can run on, and whether the cluster has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nbflow.cli import options
from nbflow.cli.console import print_json, print_table
from nbflow.cli.suggestions import suggest
from nbflow.errors import CheckFailed, UsageError

if TYPE_CHECKING:
    from nbflow.cluster import Finding

_COLUMNS = ("name", "cpu", "memory", "gpu", "disk", "image", "price", "fallback", "escalate_to")
_MARKS = {"ok": "✓", "warning": "!", "unknown": "?", "problem": "✗"}
_COLOURS = {"ok": "green", "warning": "yellow", "unknown": "cyan", "problem": "red"}
_WORST_FIRST = ("problem", "warning", "unknown", "ok")
_PLURALS = {"problem": "problems", "warning": "warnings"}
_Said = tuple[str, str, str, str | None]


@click.group(
    name="profiles",
    invoke_without_command=True,
    epilog="Example: nbflow profiles --json | jq '.[].name'; nbflow profiles check gpu",
)
@options.project
@options.as_json
@click.pass_context
def group(context: click.Context, *, project: Path, as_json: bool) -> int:
    """List the profiles that a step can choose with `profile:NAME`.

    With `check`, ask the cluster whether their pods could run there.
    """
    if context.invoked_subcommand is not None:
        if as_json or project != Path():
            raise UsageError(
                "--json and --project stand before `check`",
                hint="write `nbflow profiles check --json`",
            )
        return 0
    from nbflow import api

    current = api.load_settings(project)
    described = api.describe_profiles(current)
    if as_json:
        print_json(described)
        return 0
    print_table(_COLUMNS, [[_cell(one[column]) for column in _COLUMNS] for one in described])
    click.echo(f"\nA step that names no profile gets {current.default_profile!r}.")
    return 0


@group.command(
    epilog="Example: nbflow profiles check gpu highmem --team churn; nbflow profiles check --json"
)
@click.argument("names", metavar="[PROFILE]...", nargs=-1)
@click.option("--team", metavar="TEAM", help="Whose pods; every team that may use it by default.")
@click.option("--context", metavar="CTX", help="Context of the kubeconfig, else as in nbflow.yaml.")
@options.project
@options.as_json
def check(
    *, names: tuple[str, ...], team: str | None, context: str | None, project: Path, as_json: bool
) -> int:
    """Ask the cluster whether the profiles' pods could run there.

    That is before a run finds out. Looked at are nodes, limit ranges and quotas, everything that a
    pod names (Secrets, volumes, accounts, classes), and the rights of Airflow's account. Nothing is
    changed.

    Ends with 0 where there is no problem, with 3 where there is one, with 6 where the cluster
    cannot be reached.
    """
    from nbflow import api

    found = api.check_profiles(api.load_settings(project), names=names, team=team, context=context)
    if as_json:
        print_json([one.as_json() for one in found])
    else:
        _print_findings(found)
    return CheckFailed.exit_status if any(one.verdict == "problem" for one in found) else 0


def _cell(value: Any) -> str:
    """A cell of the list: `2`, `1-4` (set aside, at most), `1+`, `2 nvidia.com/gpu`."""
    from rich.markup import escape

    match value:
        case None:
            return "-"
        case float():
            return f"{value:g}"
        case {"request": request, "limit": limit}:
            if limit is None:
                return f"{request}+"
            return str(limit) if request == limit else f"{request}-{limit}"
        case {"count": count, "resource": resource, "product": product}:
            return escape(f"{count} {resource}{f' ({product})' if product else ''}")
    return escape(str(value))


def _print_findings(found: Sequence[Finding]) -> None:
    from nbflow.cluster import CHECKS

    if not found:
        click.echo("this team may use no profile")
        return
    by_pod: dict[tuple[str, str | None], list[Finding]] = {}
    for one in found:
        by_pod.setdefault((one.profile, one.team), []).append(one)
    print_table(
        ("profile", "team", *CHECKS),
        [
            (profile, team or "-", *(_mark(inside, check) for check in CHECKS))
            for (profile, team), inside in sorted(by_pod.items(), key=lambda item: str(item[0]))
        ],
    )
    same = _grouped(found)
    for verdict, check, message, hint in same:
        pods = _pods(same[verdict, check, message, hint])
        head = click.style(f"{verdict}[{check}]", fg=_COLOURS[verdict], bold=True)
        click.echo(f"\n{head}: {pods}: {message}")
        if hint:
            click.echo(f"   = help: {hint}")
    counts = Counter(verdict for verdict, *_ in same)
    told = [f"{counts[one]} {_PLURALS.get(one, one) if counts[one] > 1 else one}" for one in counts]
    click.echo(f"\n{', '.join(told) or 'no problems'}")


def _grouped(found: Sequence[Finding]) -> dict[_Said, list[Finding]]:
    """What is not well, the worst first; what is the same for many profiles is said once."""
    same: dict[_Said, list[Finding]] = {}
    for one in found:
        if one.verdict != "ok":
            said = (str(one.verdict), one.check, one.message, one.hint)
            same.setdefault(said, []).append(one)
    return {said: same[said] for said in sorted(same, key=lambda it: _WORST_FIRST.index(it[0]))}


def _mark(inside: Sequence[Finding], check: str) -> str:
    verdicts = {str(one.verdict) for one in inside if one.check == check}
    worst = next((one for one in _WORST_FIRST if one in verdicts), None)
    return "-" if worst is None else f"[{_COLOURS[worst]}]{_MARKS[worst]}[/]"


def _pods(findings: Sequence[Finding]) -> str:
    names = dict.fromkeys(one.profile for one in findings)
    teams = dict.fromkeys(one.team for one in findings if one.team)
    whose = f" of team{'s' * (len(teams) > 1)} {', '.join(teams)}" if teams else ""
    return f"profile{'s' * (len(names) > 1)} {', '.join(names)}{whose}"


group.add_command(suggest)

COMMANDS = (group,)

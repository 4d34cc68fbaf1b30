"""The page: where, when and with what it was measured, and what came out."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import Cost, Fact, Finding, Row, Samples, Unmeasured, floor
from benchmarks.places import KALE, OURS, PEERS, Place

_ASKED = {
    OURS: ("nbflow", "ipykernel", "ipython", "papermill", "pandas", "numpy", "apache-airflow"),
    PEERS: ("papermill", "ploomber-engine", "nbclient", "ipykernel", "dill", "pandas", "numpy"),
    KALE: ("kubeflow-kale",),
}
_TITLES = {
    "steps": "What a trivial step costs",
    "airflow": "What a trivial step costs in Airflow",
    "limits": "The floor on this machine",
    "pods": "The floor in a pod",
    "publishing": "What publishing costs",
    "processor": "What a DAG processor makes of it",
}
_HEAD = """\
# Measurements

`make bench` writes this page from one run: whole processes unless a row says otherwise, all sides
in turns, medians. A ratio is our median by theirs, in brackets the smallest and the largest ratio
of one turn. Machines differ in their times, hardly in their ratios. How each row is measured:
[performance](../docs/performance.md).
"""


def machine() -> dict[str, str]:
    """Processor, cores, memory, kernel, load; nothing that names the machine."""
    cores = len(os.sched_getaffinity(0))
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    assert memory is not None
    return {
        "processor": found[1].strip() if found else platform.machine(),
        "cores": str(cores),
        "memory": f"{int(memory[1]) / 2**20:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load average before the run": f"{os.getloadavg()[0]:.1f}",
    }


def versions(place: Place) -> dict[str, str]:
    """What was measured, by environment."""
    program = (
        "import json, sys\nfrom importlib.metadata import version\n"
        "print(json.dumps({name: version(name) for name in sys.argv[1:]}))"
    )
    found = {}
    for programs, names in _ASKED.items():
        if (programs / "python").exists():
            told = place.told((programs / "python", "-c", program, *names), cwd=place.folder)
            listed = ", ".join(f"{name} {number}" for name, number in told.items())
            found[programs.parent.name] = listed
    return found


def render(
    findings: Sequence[Finding],
    *,
    about: Mapping[str, str],
    turns: int,
    bytecode: bool = True,
    plot: str | None = None,
    when: datetime | None = None,
) -> str:
    """The page as Markdown.

    Args:
        findings: what came out.
        about: machine and versions.
        turns: how many counted.
        bytecode: Python could keep what it compiled.
        plot: file name of the picture, beside the page.
        when: of the run; now where None.
    """
    when = when or datetime.now(UTC)
    lines = [_HEAD, f"{when:%Y-%m-%d}, median of {turns}.", ""]
    lines += [f"- {name}: {text}" for name, text in about.items()]
    lines += [] if bytecode else ["- measured without compiled bytecode (`--no-bytecode`)"]
    rows = [one for one in findings if isinstance(one, Row)]
    lines += ["", *_table(rows, findings)]
    if plot:
        lines += ["", f"![Ratios by row, with their targets]({plot})"]
    lines += _costs([one for one in findings if isinstance(one, Cost)], rows)
    unmeasured = [one for one in findings if isinstance(one, Unmeasured)]
    if unmeasured:
        lines += ["", "## Not measured", ""]
        lines += [f"- {one.group}: {' '.join(one.why.split())[:500]}" for one in unmeasured]
    return "\n".join(lines) + "\n"


def _table(rows: Sequence[Row], findings: Sequence[Finding]) -> list[str]:
    facts = [one for one in findings if isinstance(one, Fact)]
    lines = [
        "| work | nbflow | against | that | ratio | at most | |",
        "|---|---|---|---|---|---|---|",
    ]
    lines = lines if rows else []
    for row in rows:
        low, high = row.spread
        target = "" if row.at_most is None else f"{row.at_most:g}"
        lines.append(
            f"| {row.work} | {_amount(row.ours, row.unit)} | {row.against} "
            f"| {_amount(row.theirs, row.unit)} | **{row.ratio:.3g}** ({low:.2g} to {high:.2g}) "
            f"| {target} | {_verdict(row, findings) if target else ''} |"
        )
    if facts:
        lines += ["", "| checked, not timed | found | |", "|---|---|---|"]
        lines += [f"| {one.work} | {one.found} | {_verdict(one, findings)} |" for one in facts]
    return lines


def _costs(costs: Sequence[Cost], rows: Sequence[Row]) -> list[str]:
    lines: list[str] = []
    for group, title in _TITLES.items():
        those = [one for one in costs if one.group == group]
        if not those:
            continue
        lines += ["", f"## {title}", "", "| work | takes | that is |", "|---|---|---|"]
        lines += [
            f"| {one.work} | {_amount(one.taken, 's')} | {_shares(one, rows)} |" for one in those
        ]
    return lines


def _shares(cost: Cost, rows: Sequence[Row]) -> str:
    """The cost as a part of what peers take, beside what the target leaves."""
    aimed = [row for row in rows if cost.bounds(row) and row.at_most]
    return "; ".join(
        f"{cost.taken.median / row.theirs.median:.2g} of {row.against} (target {row.at_most:g})"
        for row in aimed
    )


def _amount(samples: Samples, unit: str) -> str:
    digits = 0 if unit == "MB" else 3
    low, high = min(samples.values), max(samples.values)
    middle = f"{samples.median:.{digits}f}"
    if f"{low:.{digits}f}" == f"{high:.{digits}f}":
        return f"{middle} {unit}"
    return f"{middle} {unit} ({low:.{digits}f} to {high:.{digits}f})"


def _verdict(one: Row | Fact, findings: Sequence[Finding]) -> str:
    if one.held:
        return "held"
    return "below the floor" if isinstance(one, Row) and floor(one, findings) else "**missed**"


def as_json(findings: Sequence[Finding], *, about: Mapping[str, str]) -> str:
    """Everything, every sample, for programs."""
    return json.dumps(
        {"about": dict(about), "findings": [_finding(one) for one in findings]}, indent=1
    )


def _finding(one: Finding) -> dict[str, object]:
    if isinstance(one, Row):
        return {
            "group": one.group,
            "work": one.work,
            "ours": one.ours.values,
            "against": one.against,
            "theirs": one.theirs.values,
            "unit": one.unit,
            "ratio": one.ratio,
            "at_most": one.at_most,
            "held": one.held,
        }
    if isinstance(one, Fact):
        return {"group": one.group, "work": one.work, "found": one.found, "held": one.held}
    if isinstance(one, Cost):
        return {"group": one.group, "work": one.work, "seconds": one.taken.values}
    return {"group": one.group, "why": one.why, "held": False}

"""`make bench`: run every measurement and write what it found."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks import (
    airflow,
    analysing,
    compiling,
    crashing,
    executing,
    frames,
    lab,
    limits,
    parsing,
    pods,
    publishing,
    steps,
)
from benchmarks.measure import Finding, MeasureError, Row, Unmeasured, floor
from benchmarks.places import Place, place
from benchmarks.plot import draw
from benchmarks.report import as_json, machine, render, versions

HERE = Path(__file__).parent
RESULTS, PLOT = HERE / "RESULTS.md", HERE / "results.png"

GROUPS: dict[str, Callable[[Place], Iterator[Finding]]] = {
    "two": executing.two,
    "trivial": executing.trivial,
    "talkative": executing.talkative,
    "crash": crashing.crashing,
    "chain": executing.chain,
    "frame": frames.frames,
    "analysis": analysing.analysing,
    "compile": compiling.compiling,
    "parse": parsing.parsing,
    "steps": steps.steps,
    "limits": limits.limits,
    "airflow": airflow.airflow,
    "pods": pods.pods,
    "publishing": publishing.publishing,
    "processor": publishing.processor,
    "lab": lab.lab,
}
ASKED_FOR = {"airflow", "lab", "pods", "processor", "publishing"}
"""What runs only where it is named: it starts an Airflow, needs a cluster, or takes long."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write, and end with 1 if a target is missed or a row could not be measured."""
    asked = _parser().parse_args(arguments)
    only = [name for name in asked.only.split(",") if name]
    unknown = sorted(set(only) - set(GROUPS))
    if unknown:
        print(f"no such group: {', '.join(unknown)}; there are {', '.join(GROUPS)}")
        return 2
    with place(repeat=asked.repeat, bytecode=asked.bytecode) as where:
        about = machine() | versions(where)
        where.say(f"load average {about['load average before the run']}; best under 0.5")
        names = only or [name for name in GROUPS if name not in ASKED_FOR]
        findings = [one for name in names for one in _measured(name, where)]
    rows = [one for one in findings if isinstance(one, Row)]
    complete = not only and asked.bytecode
    if complete:
        draw(rows, PLOT)
    page = render(
        findings,
        about=about,
        turns=asked.repeat,
        bytecode=asked.bytecode,
        plot=PLOT.name if complete else None,
    )
    if complete:
        RESULTS.write_text(page, encoding="utf-8")
    if asked.page is not None:
        asked.page.write_text(page, encoding="utf-8")
    print(as_json(findings, about=about) if asked.json else page)
    return _verdict(findings)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default="", metavar="A,B", help=f"of {', '.join(GROUPS)}")
    parser.add_argument("--repeat", type=int, default=5, help="turns that count (5)")
    parser.add_argument("--json", action="store_true", help="every sample, as JSON")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write the page there too")
    parser.add_argument(
        "--bytecode",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="let Python keep compiled modules, as an installed package has them",
    )
    return parser


def _measured(name: str, where: Place) -> list[Finding]:
    """What a group found; where it fails, what it had found until then and why."""
    where.say(f"{name}:")
    found: list[Finding] = []
    started = time.perf_counter()
    try:
        found.extend(GROUPS[name](where))
    except (MeasureError, OSError, ValueError, KeyError) as error:
        where.say(f"  not measured: {error}")
        found.append(Unmeasured(name, f"{type(error).__name__}: {error}"))
    where.say(f"  {time.perf_counter() - started:.0f} s")
    return found


def _verdict(findings: Sequence[Finding]) -> int:
    """Say what is missed; the exit status, which a target below the floor does not change."""
    red = 0
    for one in (one for one in findings if not one.held):
        red += 1
        if isinstance(one, Row):
            line = f"missed: {one.work} / {one.against}: {one.ratio:.3g}, at most {one.at_most:g}"
            if below := floor(one, findings):
                red -= 1
                line += f", which is below {below.work}: {below.taken.median:.3f} s"
        elif isinstance(one, Unmeasured):
            line = f"not measured: {one.group}: {one.why}"
        else:
            line = f"missed: {one.group}: {one}"
        print(line, file=sys.stderr)
    return int(bool(red))


if __name__ == "__main__":
    sys.exit(main())

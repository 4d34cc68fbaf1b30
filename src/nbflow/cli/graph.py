"""A pipeline as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click


def render_pipeline(described: dict[str, Any]) -> str:
    """Parameters, steps and edges with their reasons, from `api.describe`."""
    lines = [click.style(described["name"], bold=True)]
    if described["parameters"]:
        lines += ["", "parameters"]
        lines += [f"  {_parameter(parameter)}" for parameter in described["parameters"]]
    if described["setup"]:
        count = len(described["setup"])
        lines += ["", f"setup  {count} cell{'' if count == 1 else 's'}, run in every step"]
    lines += _schedule(described["schedule"])
    lines += _stages(described.get("stages", ()))
    lines += ["", "steps"]
    for step in described["steps"]:
        lines += _step(step)
    return "\n".join(lines)


def _stages(stages: Iterable[dict[str, Any]]) -> list[str]:
    """Of a pipeline of several notebooks: what each is given, for what it is repeated, and when."""
    lines = []
    for stage in stages:
        what = stage["notebook"] or f"asks: {stage['approve']}"
        lines.append(f"  {click.style(stage['name'], fg='cyan')}  {click.style(what, dim=True)}")
        for name, items in (stage["foreach"] or {}).items():
            most = f", {stage['parallel']} at once" if stage["parallel"] else ""
            lines.append(f"    for each {name} in {items}{most}")
        lines += [f"    {name} = {value}" for name, value in stage["parameters"].items()]
        if stage["when"]:
            lines.append(f"    when {stage['when']}")
    return ["", "stages", *lines] if lines else []


def _schedule(schedule: dict[str, Any]) -> list[str]:
    """What starts runs, where that is more than a clock, and what comes of them."""
    about = []
    for mode, uris in schedule.get("waits_for", {}).items():
        about.append(f"waits for {mode} of {', '.join(uris)}")
    if "makes" in schedule:
        about.append(f"makes {', '.join(schedule['makes'])}")
    for name, end in schedule.get("interval", {}).items():
        about.append(f"{name} is the {end} of the data interval")
    for event, to in schedule.get("notify", {}).items():
        after = f" (after {to['after']})" if event == "late" else ""
        channels = to["to"] if event == "late" else to
        about.append(f"tells {', '.join(channels)} of {event}{after}")
    if about and schedule["at"]:
        about.insert(0, f"{schedule['at']}, {schedule['timezone']}")
    return ["", "schedule", *(f"  {line}" for line in about)] if about else []


def _parameter(parameter: dict[str, Any]) -> str:
    computed = parameter["computed"]
    default = f"{computed}  (computed)" if computed is not None else repr(parameter["default"])
    kind = f"{parameter['type']} or None" if parameter["nullable"] else parameter["type"]
    text = f"{parameter['name']}: {kind} = {default}"
    return text + (click.style(f"  # {parameter['help']}", dim=True) if parameter["help"] else "")


def _step(step: dict[str, Any]) -> list[str]:
    count = len(step["cells"])
    about = f"{count} cell{'' if count == 1 else 's'}, profile {step['profile']}"
    if step["profile"] is None:
        about = "an approval"
    if step["metrics"]:
        about += f", records {', '.join(step['metrics'])}"
    lines = [f"  {click.style(step['name'], fg='cyan')}  {click.style(about, dim=True)}"]
    for edge in step["needs"]:
        reasons = "; ".join(_reason(reason) for reason in edge["because"])
        lines.append(f"    ← {edge['step']}  {click.style(reasons, dim=True)}")
    return lines


def _reason(reason: dict[str, Any]) -> str:
    if reason["kind"] == "declared":
        return "declared"
    return f"{reason['kind']}: {', '.join(reason['names'])}"

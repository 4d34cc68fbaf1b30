"""How the steps of a run hang together, and the notebook that they are of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbflow.api import records
from nbflow.api.stages import approvals
from nbflow.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nbflow.model import Run
    from nbflow.settings import Settings

__all__ = ["RunGraph", "graph_of"]


@dataclass(frozen=True)
class RunGraph:
    """The graph of a run.

    Attributes:
        steps: each with its `name` and what it `needs` because of what, below all that it needs;
            of several notebooks also the approvals. None where the run's bundle is gone.
        notebook: the notebook, or the file of several, within its project; None where unknown.
    """

    steps: tuple[Mapping[str, Any], ...] = ()
    notebook: str | None = None


def graph_of(run: Run, *, current: Settings) -> RunGraph:
    """What the bundle of a run says of its steps; who may not read the store learns nothing."""
    try:
        folder = records.find_folder(run, current=current)
    except StoreError:
        return RunGraph()
    if folder is None:
        return RunGraph()
    manifest = records.manifest_of(folder, current=current)
    return RunGraph(tuple(_steps(manifest)), manifest.get("source", {}).get("notebook"))


def _steps(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    steps = [{"name": one["name"], "needs": one["needs"]} for one in manifest.get("steps", ())]
    asked = approvals(manifest)
    if not asked:
        yield from steps
        return
    for stage in manifest["stages"]:
        name = stage["name"]
        if name in asked:
            yield {"name": name, "needs": list(_of_stages(asked[name]["needs"], steps))}
        yield from _within(name, steps)


def _of_stages(
    needs: Iterable[Mapping[str, Any]], steps: Iterable[Mapping[str, Any]]
) -> Iterator[Mapping[str, Any]]:
    """What an approval waits for: the last steps of each stage, or another approval."""
    for need in needs:
        own = _within(need["step"], steps)
        inner = {edge["step"] for step in own for edge in step["needs"]}
        last = [step["name"] for step in own if step["name"] not in inner]
        yield from ({**need, "step": one} for one in last or [need["step"]])


def _within(stage: str, steps: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [step for step in steps if step["name"].partition(".")[0] == stage]

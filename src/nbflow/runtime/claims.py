"""What a step used as it found it, and what it left otherwise, in a manifest's words."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

from nbflow.runtime import shell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbflow.runtime.session import Session
    from nbflow.runtime.standing import Changes

__all__ = ["claims", "handed_on"]


def handed_on(standing: Changes, saved: set[str], deleted: set[str]) -> list[str]:
    """The variables of setup that later steps find as this one left them."""
    return sorted(deleted | {*standing.variables} | (saved & {*standing.kept}))


def claims(
    session: Session,
    *,
    changed: Iterable[str],
    files: dict[str, Any],
    state: dict[str, Any],
    standing: Changes,
) -> dict[str, Any]:
    """The parts of a manifest that tell of it: `read`, `changed`, `places`.

    Args:
        session: the step.
        changed: names of the inputs that it changed in place.
        files: those that it changed, as in the manifest.
        state: what it changed outside of names.
        standing: what it changed and used of what every step makes afresh.
    """
    read = _read(session, state.get("random", {}), standing)
    left = _changed(session, changed=changed, files=files, state=state, standing=standing)
    left |= _origins(session, {f"setting:{one}" for one in standing.hidden.told})
    return {"read": read, "changed": left, "places": _places(session, {*read, *left})}


def _read(session: Session, drawn: dict[str, Any], standing: Changes) -> dict[str, str]:
    """What the step used as it found it, with the step that it is from."""
    assert session.inputs is not None
    origins = session.workspace.origins
    used = set(drawn) - session.randomness.own
    found = {f"random:{library}": session.drawn.get(library, "") for library in used}
    found |= {f"file:{path}": origins.get(path, "") for path in session.reads.files}
    found |= {f"folder:{path}": "" for path in session.reads.folders}
    found |= _origins(session, {f"variable:{name}" for name in standing.used})
    roots = {f"definition:{n}@{standing.prints[n]}" for n in standing.used & {*standing.prints}}
    assert session.standing is not None
    packages = _packages(session)
    kinds = session.surroundings.kinds(packages) | session.standing.hidden.unknown(packages)
    found |= _origins(session, roots | {f"setting:{kind}" for kind in kinds})
    needed = [name for name in session.orders.needs if name in session.inputs.origins]
    return found | {f"variable:{name}": session.inputs.origins[name] for name in needed}


def _changed(
    session: Session,
    *,
    changed: Iterable[str],
    files: dict[str, Any],
    state: dict[str, Any],
    standing: Changes,
) -> dict[str, str]:
    """What the step left otherwise than it found it, with the step that it was from."""
    assert session.inputs is not None
    found = {f"random:{one}": session.drawn.get(one, "") for one in state.get("random", ())}
    found |= {f"variable:{name}": session.inputs.origins[name] for name in changed}
    for path, entry in files.items():
        origin = session.workspace.origins.get(path, "")
        if "folder" not in entry:
            found[f"file:{path}"] = origin
        if path not in session.workspace.seeded or "deleted" in entry:
            found[f"folder:{path.rpartition('/')[0]}"] = ""
    settings = {f"setting:{kind}" for kind in session.surroundings.told(state)}
    return found | _origins(session, _things(standing) | settings)


def _places(session: Session, things: Iterable[str]) -> dict[str, list[str]]:
    """By thing that has a name in the notebook, the step's cells that mention it.

    Where none does, those that mention what uses it.
    """
    from nbflow.runtime.cells import reached

    assert session.standing is not None
    known = session.standing.cells.places
    found: dict[str, list[str]] = {}
    for thing in sorted(things):
        kind, _, name = thing.partition("@")[0].partition(":")
        if kind in {"variable", "definition"}:
            using = [one for one in known if name in reached([one], shell.namespace())]
            found[thing] = known.get(name) or [cell for one in using for cell in known[one]]
    return {thing: list(dict.fromkeys(cells)) for thing, cells in found.items() if cells}


def _things(standing: Changes) -> set[str]:
    """What of all that every step makes afresh this one changed, in a manifest's words."""
    names = {*standing.variables, *(one for one in standing.deleted if isinstance(one, str))}
    roots = {f"definition:{root}@{standing.prints[root]}" for root in standing.roots()}
    return {f"variable:{name}" for name in names} | roots


def _packages(session: Session) -> set[str]:
    """The packages and modules of what the step's cells mention."""
    from nbflow.runtime.cells import reached

    assert session.standing is not None
    space = shell.namespace()
    values = [space[name] for name in reached(session.standing.cells.places, space) & {*space}]
    names = {one.__name__ for one in values if isinstance(one, ModuleType)}
    names |= {str(getattr(one, "__module__", None)) for one in values}
    names |= {type(one).__module__ for one in values}
    return names | {name.partition(".")[0] for name in names}


def _origins(session: Session, things: set[str]) -> dict[str, str]:
    """The things, each with the last ancestor that changed it."""
    found = dict.fromkeys(sorted(things), "")
    for manifest in session.manifests:
        found |= {thing: manifest.step for thing in things if thing in manifest.changed}
    return found

"""What a step left, brought back outside of any step: into the notebook of a person who looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.errors import StoreError
from nbflow.runtime import artifacts, fingerprints, pickles, verification
from nbflow.runtime.shell import namespace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow.runtime.manifests import Manifest
    from nbflow.runtime.store import Store

__all__ = ["recall"]


def recall(name: str, *, manifest: Manifest, run: Store, manifests: Sequence[Manifest]) -> Any:
    """A variable that a step handed on, checked.

    Instances of the notebook's own classes are made of the class of that name here, where that is
    the same one; else of the one that the run kept.

    Args:
        name: the variable.
        manifest: of the step that handed it on.
        run: the run's folder.
        manifests: of all steps of the run, for what they kept of classes and functions.

    Raises:
        StoreError: it is missing or damaged, or a class that it needs is not known here.
    """
    entry = manifest.groups[manifest.variables[name]["group"]]
    what = f"variable {name!r}"
    with pickles.resolving(_Definitions(run, manifests, what)):
        found = artifacts.read(
            entry, run=run, what=what, manifest=manifest, workspace=manifest.workspace
        )
    verification.settle()
    return found[name]


class _Definitions:
    """The notebook's classes and functions, each where it is known."""

    def __init__(self, run: Store, manifests: Sequence[Manifest], what: str) -> None:
        self._run = run
        self._manifests = manifests
        self._what = what
        self._read: dict[str, Any] = {}

    def __call__(self, name: str, print_: str, /) -> Any:
        here = _look_up(name)
        if here is not None and (
            not print_ or fingerprints.same(print_, fingerprints.fingerprint(here))
        ):
            return here
        key = f"{name} {print_}"
        if key not in self._read:
            self._read[key] = self._kept(key, name, differs=here is not None)
        return self._read[key]

    def _kept(self, key: str, name: str, *, differs: bool) -> Any:
        for manifest in reversed(self._manifests):
            if key in manifest.definitions:
                return artifacts.read(
                    manifest.definitions[key],
                    run=self._run,
                    what=f"definition {name!r}",
                    manifest=manifest,
                    workspace=manifest.workspace,
                )
        how = "is another one here than in the run" if differs else "is not defined here"
        raise StoreError(
            f"{self._what} needs the notebook's {name!r}, which {how}",
            hint=f"run the cell that defines {name!r} as it was in the run, then ask again",
        )


def _look_up(name: str) -> Any:
    first, *rest = name.split(".")
    found = namespace().get(first)
    for part in rest:
        found = getattr(found, part, None)
    return found

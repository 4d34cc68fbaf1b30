"""The parameters and steps of a pipeline as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from nbflow.interactive.listings import Listing
from nbflow.model import Parameter, Step

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Parameters", "Steps"]


class Parameters(Listing[Parameter]):
    """What a run may be given."""

    columns: ClassVar[tuple[str, ...]] = ("parameter", "type", "default", "")
    what: ClassVar[str] = "parameter"
    empty: ClassVar[str] = "no parameters"

    def _row(self, item: Parameter) -> Sequence[object]:
        kind = f"{item.kind} or None" if item.nullable else str(item.kind)
        return (item.name, kind, item.source or repr(item.default), item.help or "")


class Steps(Listing[Step]):
    """The steps of a pipeline, with what each needs and why."""

    columns: ClassVar[tuple[str, ...]] = ("step", "cells", "after", "takes", "hands on")
    what: ClassVar[str] = "step"
    empty: ClassVar[str] = "no steps"

    def _row(self, item: Step) -> Sequence[object]:
        return (
            item.name,
            len(item.cells),
            ", ".join(edge.step for edge in item.edges),
            ", ".join(need.name for need in item.needs),
            ", ".join(item.saves),
        )

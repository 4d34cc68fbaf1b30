"""What a step notebook tells its runtime: what to load, what to save, where it stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from nbflow.errors import NotebookError

__all__ = ["CACHE", "VERSION", "DefinitionOrder", "Orders", "ParameterOrder"]

VERSION = 1
_OMITTED = ("outputs", "stage", "slices", "attached")
"""What is left out where it is empty."""

CACHE = "NBFLOW_CACHE"
"""Environment variable; where it is `off`, every step runs, and is remembered."""


@dataclass(frozen=True)
class ParameterOrder:
    """A parameter, as the kernel needs to know it.

    Attributes:
        kind: a `ParameterKind`'s value, the type that a given value is brought to.
        nullable: None is allowed beside values of `kind`.
        computed: the default is code; a given None means: not given.
        default: the default as a JSON value; None where `computed`.
    """

    kind: str = "any"
    nullable: bool = False
    computed: bool = False
    default: Any = None


@dataclass(frozen=True)
class DefinitionOrder:
    """Source that runs before the step's cells: an import, a def, a class, a constant.

    Attributes:
        names: what it binds.
        source: the statement's source text.
        cell: id of the author's cell that it comes from.
        line: its first line in that cell, counted from 1.
    """

    names: tuple[str, ...]
    source: str
    cell: str = ""
    line: int = 1


@dataclass(frozen=True)
class Orders:
    """One step's orders, as the first cell of its notebook passes them to `begin`.

    Attributes:
        dag_id: the pipeline.
        step: the step's name.
        steps: all steps' names, in the notebook's order.
        ancestors, descendants: of this step, in the notebook's order.
        parameters: by name.
        needs: computed variables to load, each with the step whose version is meant.
        saves: variables to hand on.
        reads: every computed variable that the step reads.
        binds: every variable that the step may bind or change in place.
        definitions: in the order in which they run.
        metrics: names to record when the step ends.
        seeded: the notebook seeds a global random generator.
        cells: ids of the author's cells of this step, but for those without code.
        check_in_place: see, when the cells have run, which of the step's inputs they changed.
        cache: digest of the step's code and place, where it may be skipped if nothing changed.
        reads_parameters: the parameters that the step reads.
        outputs: variables whose values other notebooks of a pipeline take.
        stage: the stage of a pipeline of several notebooks that the run's folder is of; empty where
            it is a run's.
        slices: of this step and its ancestors, a digest of what each computes from its inputs.
        attached: of the files that come with the notebook, digests of `names` and `contents`; empty
            where there are none.
    """

    dag_id: str
    step: str
    steps: tuple[str, ...] = ()
    ancestors: tuple[str, ...] = ()
    descendants: tuple[str, ...] = ()
    parameters: Mapping[str, ParameterOrder] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)
    saves: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    binds: tuple[str, ...] = ()
    definitions: tuple[DefinitionOrder, ...] = ()
    metrics: tuple[str, ...] = ()
    seeded: bool = False
    cells: tuple[str, ...] = ()
    check_in_place: bool = True
    cache: str = ""
    reads_parameters: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    stage: str = ""
    slices: Mapping[str, str] = field(default_factory=dict)
    attached: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The orders as plain JSON data, for a notebook's metadata."""
        plain = {
            **vars(self),
            "parameters": {name: vars(one) for name, one in self.parameters.items()},
            "definitions": [vars(one) for one in self.definitions],
        }
        for name in _OMITTED:
            if not plain[name]:
                del plain[name]
        data: dict[str, Any] = json.loads(json.dumps(plain))
        return {"version": VERSION, **data}

    def to_json(self) -> str:
        """The orders as JSON text, the same text for the same orders."""
        return json.dumps(self.as_dict(), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Orders:
        """Read what `to_json` wrote; keys that a later version added are passed over.

        Raises:
            NotebookError: the text is no orders, or of a version that this runtime cannot follow.
        """
        try:
            data = json.loads(text)
            version = data.get("version")
        except (ValueError, AttributeError) as error:
            raise NotebookError(f"the step notebook's orders cannot be read: {error}") from None
        if version != VERSION:
            raise NotebookError(
                f"the step notebook's orders have version {version!r}, nbflow here follows "
                f"version {VERSION}",
                hint="install the nbflow that compiled the notebook, or compile it again",
            )
        return _orders(data)


def _known(kind: type, data: Mapping[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    return {
        name: tuple(value) if isinstance(value, list) and name != "default" else value
        for name, value in data.items()
        if name in names
    }


def _orders(data: Mapping[str, Any]) -> Orders:
    found = _known(Orders, data)
    parameters = found.get("parameters", {})
    definitions = found.get("definitions", ())
    found["parameters"] = {
        name: ParameterOrder(**_known(ParameterOrder, one)) for name, one in parameters.items()
    }
    found["definitions"] = tuple(
        DefinitionOrder(**_known(DefinitionOrder, one)) for one in definitions
    )
    return Orders(**found)

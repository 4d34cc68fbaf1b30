"""What a step's outcome depends on, as far as the notebook and the plan tell it."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow.model import Parameter, Pipeline, Plan, PlannedStep

_WORD = re.compile(r"[^\W\d]\w*")
_QUIET = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


@dataclass(frozen=True)
class Slice:
    """A step's own part of a notebook; two that are equal compute the same of the same inputs.

    Attributes:
        parts: a digest of each, by what it is: `cell ID`, `setup ID`, `definition NAMES ID`,
            `order`, `needs`, `parameters`, `kernel`, `environment`.
        parameters: by name of a parameter that the step reads, a digest of its declaration.
        saves: variables that later steps take from it.
        upstream: all steps that end before it starts.
    """

    parts: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    saves: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """One digest of what is computed, whoever takes it."""
        return _digest([dict(self.parts), dict(self.parameters)])[:16]

    @property
    def digest(self) -> str:
        """One digest of all but the names of the steps before it."""
        return _digest([dict(self.parts), dict(self.parameters), list(self.saves)])

    def as_dict(self) -> dict[str, Any]:
        """The slice as JSON data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Slice:
        """Read what `as_dict` made."""
        return cls(data["parts"], data["parameters"], tuple(data["saves"]), tuple(data["upstream"]))


def slices(plan: Plan) -> dict[str, Slice]:
    """Each step's slice."""
    shared, of_all = dict(_shared(plan.pipeline)), _read_by_all(plan.pipeline)
    return {one.name: _slice(one, plan.pipeline, shared, of_all) for one in plan.steps}


def _slice(
    planned: PlannedStep, pipeline: Pipeline, shared: Mapping[str, str], of_all: set[str]
) -> Slice:
    step = planned.step
    own = {one.name for one in pipeline.parameters if one.cell in step.cells}
    reads = of_all | own | set(step.reads_parameters)
    return Slice(
        parts={**shared, **dict(_parts(planned, pipeline))},
        parameters={
            one.name: _digest(_declared(one)) for one in pipeline.parameters if one.name in reads
        },
        saves=step.saves,
        upstream=pipeline.ancestors(step.name),
    )


def _shared(pipeline: Pipeline) -> Iterator[tuple[str, str]]:
    """What every step has."""
    document = pipeline.document
    for cell in pipeline.setup:
        yield f"setup {cell}", _digest(document.cell(cell).source)
    sources = [document.cell(cell).source for cell in pipeline.parameter_cells]
    plain = {one.name for one in pipeline.parameters if not one.computed}
    yield "parameters", _digest([_without(source, plain) for source in sources])
    yield "kernel", _digest([document.kernel, document.language, pipeline.seeded])


def _parts(planned: PlannedStep, pipeline: Pipeline) -> Iterator[tuple[str, str]]:
    step = planned.step
    for cell_id in step.cells:
        cell = pipeline.document.cell(cell_id)
        yield f"cell {cell_id}", _digest([cell.source, "raises-exception" in cell.tags])
    everywhere = {*pipeline.setup, *pipeline.parameter_cells}
    ran = [one.id for one in pipeline.document.cells if one.id in everywhere]
    yield "order", _digest([*ran, *step.cells])
    found: dict[str, list[str]] = {}
    for one in step.definitions:
        found.setdefault(f"definition {','.join(one.names)} {one.cell}", []).append(one.source)
    yield from ((key, _digest(sources)) for key, sources in found.items())
    yield "definitions", _digest([one.names for one in step.definitions])
    needs = [need.name for need in step.needs]
    yield "needs", _digest([needs, list(step.binds), list(step.metrics)])
    yield "environment", _digest(dict(planned.profile.env))


def _declared(parameter: Parameter) -> list[Any]:
    default = parameter.source if parameter.computed else repr(parameter.default)
    return [str(parameter.kind), parameter.nullable, parameter.computed, default]


def _without(source: str, names: set[str]) -> str:
    """A parameters cell without the plain defaults: those count where they are read."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return source
    return "\n".join(ast.dump(one) for one in tree.body if not set(_bound(one)) & names)


def _bound(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def _read_by_all(pipeline: Pipeline) -> set[str]:
    """Parameters that setup cells use to do something, which no name of theirs tells of."""
    known = {one.name for one in pipeline.parameters}
    found: set[str] = set()
    for cell in pipeline.setup if known else ():
        source = pipeline.document.cell(cell).source
        try:
            body = ast.parse(source).body
        except SyntaxError:
            found |= known & set(_WORD.findall(source))
            continue
        for statement in body:
            if not isinstance(statement, _QUIET) and not _only_binds(statement):
                nodes = ast.walk(statement)
                found |= known & {node.id for node in nodes if isinstance(node, ast.Name)}
    return found


def _only_binds(statement: ast.stmt) -> bool:
    calls = (ast.Call, ast.Await)
    return any(_bound(statement)) and not any(isinstance(n, calls) for n in ast.walk(statement))


def _digest(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, sort_keys=True, default=list)
    return hashlib.sha256(text.encode()).hexdigest()[:32]

"""What a notebook means: parameters, steps, and edges with their reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nbflow.model.diagnostics import Diagnostic, Severity
from nbflow.model.document import Document
from nbflow.model.events import Assets, Interval, Notices

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from nbflow.model.quantities import Quantity


class ParameterKind(StrEnum):
    """The Python type of a parameter, as far as its default tells."""

    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    STR = "str"
    LIST = "list"
    TUPLE = "tuple"
    DICT = "dict"
    NONE = "none"
    ANY = "any"


@dataclass(frozen=True)
class Parameter:
    """A value that a run may be given.

    Attributes:
        name: the Python name that the parameters cell binds.
        kind: the type that a given value is brought to; `ANY` where nothing is known.
        default: the default as a JSON value; None where `computed`.
        computed: the default is code, not a plain literal. It runs as the author wrote it
            unless the run gives a value.
        source: the default's source text.
        nullable: None is allowed beside values of `kind`.
        help: the comment behind the assignment, or None.
        constraints: JSON schema keywords from `metadata.nbflow` (`minimum`, `enum`, …).
        cell: the id of the cell that binds it.
        line: its line in that cell, counted from 1.
    """

    name: str
    kind: ParameterKind
    default: Any
    computed: bool = False
    source: str = ""
    nullable: bool = False
    help: str | None = None
    constraints: Mapping[str, Any] = field(default_factory=dict)
    cell: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Secret:
    """A key of a Kubernetes Secret that a step sees as an environment variable."""

    name: str
    key: str
    env: str


@dataclass(frozen=True)
class StepOptions:
    """Where and how a step runs, as its tags and the notebook's options declare it.

    None and empty mean: not declared here, the next wider scope decides.

    Attributes:
        profile: name of a resource profile.
        image: container image reference, overriding the profile's.
        limits: one number of the profile each, by Kubernetes resource name.
        retries: how often an attempt that failed for no fault of the code is repeated.
        timeout: longest duration of one attempt.
        cache: whether an unchanged step may be skipped.
        labels, annotations: on the pod.
        secrets: Kubernetes secrets as environment variables.
    """

    profile: str | None = None
    image: str | None = None
    limits: Mapping[str, Quantity] = field(default_factory=dict)
    retries: int | None = None
    timeout: timedelta | None = None
    cache: bool | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[Secret, ...] = ()


@dataclass(frozen=True)
class PipelineOptions:
    """Notebook-wide choices, from `metadata.nbflow` (or Kale's and others' metadata).

    Attributes:
        description: for people; the first Markdown cell where the metadata has none.
        schedule: a cron expression or Airflow preset (`@daily`), None for no schedule.
        timezone: IANA name that the schedule is read in.
        start: ISO date from which the schedule counts, None for Airflow's convention here.
        catchup: run the intervals that were missed.
        max_active_runs: how many runs may be under way at once.
        owner: who answers for it.
        tags: Airflow tags.
        team: tenant name.
        defaults: options for every step that says nothing itself.
        files: globs, relative to the notebook, that every step needs beside it.
        check_in_place: whether steps look for inputs that they changed; None: as the settings say.
        assets: the data that it waits for and makes.
        interval: the parameters that get a run's data interval.
        notices: whom it tells what becomes of a run.
    """

    description: str | None = None
    schedule: str | None = None
    timezone: str = "UTC"
    start: str | None = None
    catchup: bool = False
    max_active_runs: int | None = None
    owner: str | None = None
    tags: tuple[str, ...] = ()
    team: str | None = None
    defaults: StepOptions = field(default_factory=StepOptions)
    files: tuple[str, ...] = ()
    check_in_place: bool | None = None
    assets: Assets = field(default_factory=Assets)
    interval: Interval = field(default_factory=Interval)
    notices: Notices = field(default_factory=Notices)


class Role(StrEnum):
    """What a cell is in the pipeline.

    `LEADING` exists only in an outline: untagged code before the first step, of which the
    analysis says whether it is setup or a step named `start`.
    """

    PARAMETERS = "parameters"
    SETUP = "setup"
    STEP = "step"
    LEADING = "leading"
    SKIP = "skip"
    TEXT = "text"


@dataclass(frozen=True)
class Prev:
    """A declared edge: the cell's step comes after the step `name`, by a `tag` or by options."""

    name: str
    cell: str
    tag: str | None = field(default=None, compare=False)


@dataclass(frozen=True)
class StepOutline:
    """A step as its tags declare it, before analysis.

    Attributes:
        name: unique, an identifier of lower-case letters, digits and `_`.
        cells: ids of its code cells, in the notebook's order.
        prevs: declared edges.
        options: from its tags and from `metadata.nbflow.steps[name]`.
        notebook: path of another notebook that this step runs (Kale's `notebook:`), or None.
    """

    name: str
    cells: tuple[str, ...]
    prevs: tuple[Prev, ...] = ()
    options: StepOptions = field(default_factory=StepOptions)
    notebook: str | None = None


@dataclass(frozen=True)
class Outline:
    """A notebook with its tags understood and nothing analysed.

    Attributes:
        name: the pipeline's name, the DAG's id.
        roles: every cell's role, by id.
        steps: in the order of their first cells; without `start`, unless no cell has a step tag
            (then one step holds all that is not parameters, setup or skipped).
        metrics: names to record, each with the id of the cell that names it.
        diagnostics: what the tags, options and parameters got wrong.
        beside: texts of the modules and scripts that lie beside the notebook and that it uses, by
            path; as far as they were read.
    """

    name: str
    document: Document
    options: PipelineOptions = field(default_factory=PipelineOptions)
    roles: Mapping[str, Role] = field(default_factory=dict)
    steps: tuple[StepOutline, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    metrics: tuple[tuple[str, str], ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def cells(self, role: Role) -> tuple[str, ...]:
        """Ids of the code cells that play a role, in the notebook's order."""
        return tuple(
            cell.id
            for cell in self.document.cells
            if cell.kind == "code" and self.roles.get(cell.id) is role
        )


class ReasonKind(StrEnum):
    """Why a step needs another one."""

    DECLARED = "declared"
    VARIABLES = "variables"
    FILES = "files"
    ORDER = "order"


@dataclass(frozen=True, order=True)
class Reason:
    """One reason of an edge.

    Attributes:
        kind: the sort of reason.
        names: sorted; variables, files, or what is shared in order (`numpy.random`,
            `os.environ`, …); the declaring step's name where declared.
    """

    kind: ReasonKind
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edge:
    """The step that holds this edge needs the step `step`, for these reasons (sorted)."""

    step: str
    because: tuple[Reason, ...]


@dataclass(frozen=True)
class Definition:
    """Source that travels into a step: an import, a def, a class, a constant.

    Attributes:
        names: what it binds, sorted.
        source: the statement's source text, decorators included.
        cell: id of the cell that it comes from.
        line: its first line in that cell, counted from 1.
        needs: computed variables that it reads when it runs (a default, a decorator, a base
            class), sorted; they are loaded before it.
    """

    names: tuple[str, ...]
    source: str
    cell: str
    line: int
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Need:
    """A computed variable that a step takes from another.

    Attributes:
        name: the variable.
        step: the step whose version is meant: the last one before it that may bind or change it.
    """

    name: str
    step: str


@dataclass(frozen=True)
class Step:
    """A step with everything that the analysis found.

    Attributes:
        name: unique in the pipeline.
        cells: ids of its code cells, in the notebook's order.
        edges: steps that it needs, in the notebook's order, without itself.
        needs: computed variables that it takes in, sorted by name.
        saves: variables that some later step takes from it, sorted.
        binds: every variable that it may bind or change in place, sorted.
        definitions: source that runs before its cells, in the notebook's order.
        reads_parameters: names of parameters that its code reads, sorted.
        metrics: names to record when it ends, sorted.
        outputs: variables whose values other stages of a pipeline of several notebooks take,
            sorted.
        options: as declared.
        declared: the edges' declarations.
        notebook: path of another notebook that this step runs, or None.
    """

    name: str
    cells: tuple[str, ...]
    edges: tuple[Edge, ...] = ()
    needs: tuple[Need, ...] = ()
    saves: tuple[str, ...] = ()
    binds: tuple[str, ...] = ()
    definitions: tuple[Definition, ...] = ()
    reads_parameters: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    options: StepOptions = field(default_factory=StepOptions)
    declared: tuple[Prev, ...] = ()
    notebook: str | None = None


@dataclass(frozen=True)
class FileUse:
    """A path that the notebook names as a literal.

    Attributes:
        path: as written.
        cell: id of the cell.
        line: line in it, counted from 1.
        step: the step, or None for setup and parameters.
        reads, writes: what is done with it, as far as can be told.
        folder: it is a folder that is made.
        listing: it is a folder whose names are read, or a pattern of names.
        optional: the code goes on where it is not there.
    """

    path: str
    cell: str
    line: int
    step: str | None
    reads: bool
    writes: bool
    folder: bool = False
    listing: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Pipeline:
    """The graph that a notebook means.

    Attributes:
        name: the DAG's id.
        document: the notebook.
        options: notebook-wide choices.
        parameters: in the order of their bindings.
        parameter_cells: ids of the cells that bind them and run in every step. Empty where a
            default must be computed once: then those cells belong to the step `start`.
        setup: ids of the cells that run in every step, in the notebook's order.
        steps: in the notebook's order.
        files: literal paths that the code names.
        modules: top-level names that the code imports, sorted.
        seeded: the notebook seeds a global random generator, so draws are part of its outputs.
        diagnostics: everything found so far, in the notebook's order.
    """

    name: str
    document: Document
    options: PipelineOptions = field(default_factory=PipelineOptions)
    parameters: tuple[Parameter, ...] = ()
    parameter_cells: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    files: tuple[FileUse, ...] = ()
    modules: tuple[str, ...] = ()
    seeded: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Step]:
        """The steps by their names."""
        return {step.name: step for step in self.steps}

    def step(self, name: str) -> Step:
        """The step with this name; KeyError where there is none."""
        return self.by_name[name]

    def ancestors(self, name: str) -> tuple[str, ...]:
        """All steps that must end before this one starts, in the notebook's order."""
        found: set[str] = set()
        waiting = [edge.step for edge in self.by_name[name].edges]
        while waiting:
            upstream = waiting.pop()
            if upstream in found or upstream not in self.by_name:
                continue
            found.add(upstream)
            waiting.extend(edge.step for edge in self.by_name[upstream].edges)
        return tuple(step.name for step in self.steps if step.name in found)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that stop the work."""
        return tuple(d for d in self.diagnostics if d.severity is Severity.ERROR)

"""From a flow of Elyra's to the stages of a pipeline, with what became of each property."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from nbflow.elyra import hints
from nbflow.elyra.dependencies import read_dependencies
from nbflow.elyra.flows import Flow, Node
from nbflow.elyra.names import stage_name, stage_names
from nbflow.elyra.needs import FIELDS, READERS, Needs, Problem, read_needs, says_nothing
from nbflow.elyra.parameters import read_parameters
from nbflow.elyra.report import Note, Verdict
from nbflow.elyra.sizes import Declared, choose_profiles
from nbflow.errors import ForeignFileError
from nbflow.settings import looks_secret

_ONLY_WITH = {"gpu_vendor": "gpu", "include_subdirectories": "dependencies"}
"""Properties that say nothing where another one does not."""


@dataclass(frozen=True)
class Notebook:
    """What has to be known of a notebook that a node runs.

    Attributes:
        path: relative to pipeline.yaml.
        parameters: names that it takes.
        files: globs of its options' `files`.
        folders: those of the node's dependencies that are folders.
        missing: where it was looked for, if it is not there; None if it is.
    """

    path: str
    parameters: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    missing: str | None = None


@dataclass(frozen=True)
class Converted:
    """A pipeline of Elyra's in nbflow's words.

    Attributes:
        version: of Elyra's format.
        pipeline: what pipeline.yaml says.
        comments: what stands above a stage, by its name; by "" above the pipeline.
        profiles: those to paste into nbflow.yaml.
        left_out: labels of the nodes that are no stages.
        notes: what became of each property.
    """

    version: int
    pipeline: Mapping[str, Any]
    comments: Mapping[str, tuple[str, ...]]
    profiles: Mapping[str, Mapping[str, Any]]
    left_out: tuple[str, ...]
    notes: tuple[Note, ...]

    @property
    def warnings(self) -> tuple[Note, ...]:
        """What somebody has to know of."""
        return tuple(note for note in self.notes if note.is_warning)


def convert(
    flow: Flow,
    *,
    name: str,
    notebooks: Mapping[str, Notebook],
    declared: Declared,
) -> Converted:
    """Say a flow in nbflow's words.

    Args:
        flow: the pipeline of Elyra's.
        name: of the pipeline.
        notebooks: what is known of the notebook of each node that runs one, by the node's id.
        declared: the profiles of the settings.

    Raises:
        ForeignFileError: no node runs a notebook.
    """
    return _Conversion(flow, notebooks, declared).converted(name)


@dataclass
class _Conversion:
    flow: Flow
    notebooks: Mapping[str, Notebook]
    declared: Declared
    notes: list[Note] = field(default_factory=list)

    def converted(self, name: str) -> Converted:
        kept = [node for node in self.flow.nodes if node.is_notebook]
        left = [node for node in self.flow.nodes if not node.is_notebook]
        if not kept:
            found = ", ".join(f"{one.label} ({one.op or one.type})" for one in left) or "no node"
            raise ForeignFileError(
                f"no node runs a notebook, so there is no stage; found: {found}",
                hint=hints.no_stage(left[0])[1] if left else "add a notebook in Elyra's editor",
            )
        names = stage_names((node.id, node.label) for node in kept)
        about = self._about_pipeline(name)
        pipeline: dict[str, Any] = {"name": name}
        pipeline |= {key: about[key] for key in ("description", "parameters") if key in about}
        defaults = self._defaults()
        own = {names[node.id]: read_needs(node.properties)[0] for node in kept}
        chosen, new = choose_profiles(
            {stage: _settled(needs.over(defaults)) for stage, needs in own.items()},
            self.declared,
            shared=stage_name(name),
        )
        known = pipeline.get("parameters", {})
        pipeline["stages"] = {
            names[node.id]: self._stage(node, names, known, chosen.get(names[node.id]))
            for node in kept
        }
        self._untaken(pipeline)
        for node in left:
            self._leave_out(node)
        comments = {names[node.id]: node.comments for node in kept if node.comments}
        untied = (*self.flow.comments, *(text for node in left for text in node.comments))
        return Converted(
            self.flow.version,
            pipeline,
            comments | ({"": untied} if untied else {}),
            new,
            tuple(node.label for node in left if not node.is_group),
            tuple(self.notes),
        )

    def _note(
        self,
        node: Node | None,
        name: str,
        value: Any,
        verdict: Verdict,
        where: str | None = None,
        about: tuple[str | None, str | None] = (None, None),
    ) -> None:
        label, number = (None, None) if node is None else (node.label, node.id)
        if looks_secret(name.rpartition(".")[2], value):
            value = None
        self.notes.append(Note(label, number, name, value, verdict, where, *about))

    # The pipeline

    def _about_pipeline(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.flow.name is not None:
            self._note(None, "name", self.flow.name, Verdict.KEPT, f"name: {name}")
        for key, value in {**self.flow.properties, **self.flow.surroundings}.items():
            if says_nothing(value) or key in hints.IDLE:
                self._note(None, key, value, Verdict.IDLE)
            elif key == "description" and isinstance(value, str):
                found["description"] = value
                self._note(None, key, value, Verdict.KEPT, key)
            elif key == "pipeline_parameters":
                parameters, notes = read_parameters(value)
                found |= {"parameters": parameters} if parameters else {}
                self.notes += notes
            elif key in hints.ELSEWHERE:
                self._note(None, key, value, Verdict.KEPT, "nbflow.yaml: target, airflow, backend")
            elif key == "cos_object_prefix":
                self._about_prefix(key, value)
            elif key != "pipeline_defaults" or not isinstance(value, dict):
                about = (hints.NOT_KNOWN, hints.ASK_WHAT_FOR)
                self._note(None, key, value, Verdict.LOST, None, about)
        return found

    def _about_prefix(self, key: str, value: Any) -> None:
        about = (
            "runs are kept in the store, below team, pipeline and run",
            f"say it once for the project: `store: s3://BUCKET/{value}` in nbflow.yaml",
        )
        self._note(None, key, value, Verdict.EDIT, "nbflow.yaml: store", about)

    def _defaults(self) -> Needs:
        """What every node needs; noted once."""
        given = self.flow.properties.get("pipeline_defaults")
        if not isinstance(given, dict):
            return Needs()
        needs, problems = read_needs(given)
        for key, value in given.items():
            name = f"pipeline_defaults.{key}"
            if key == "disable_node_caching" and not says_nothing(value):
                self._about_caching(None, name, value)
            elif says_nothing(value):
                self._note(None, name, value, Verdict.IDLE)
            elif key == "cos_object_prefix":
                self._about_prefix(name, value)
            elif key in READERS:
                where = f"nbflow.yaml: profiles of all stages: {FIELDS.get(key, key)}"
                self._in_profile(None, name, value, where, problems[key])
            else:
                about = (hints.NOT_KNOWN, hints.ASK_WHAT_FOR)
                self._note(None, name, value, Verdict.LOST, None, about)
        return needs

    def _untaken(self, pipeline: Mapping[str, Any]) -> None:
        """Parameters of the pipeline that no node asks for."""
        taken = {name for one in pipeline["stages"].values() for name in one.get("parameters", ())}
        for name in pipeline.get("parameters", {}):
            if name not in taken:
                key, where = f"pipeline_parameters.{name}", f"parameters.{name}"
                self._note(None, key, None, Verdict.EDIT, where, hints.untaken(name))

    # A stage

    def _stage(
        self, node: Node, names: Mapping[str, str], known: Mapping[str, Any], profile: str | None
    ) -> dict[str, Any]:
        name, notebook = names[node.id], self.notebooks[node.id]
        stage: dict[str, Any] = {"notebook": notebook.path}
        given = self._parameters(node, name, notebook, known)
        stage |= {"parameters": given} if given else {}
        before = [names[each] for each in self._stages_before(node.id)]
        stage |= {"after": sorted(before, key=list(names.values()).index)} if before else {}
        self._note(node, "label", node.label, Verdict.KEPT, f"stages.{name}")
        path = node.properties.get("filename")
        where = f"stages.{name}.notebook"
        if notebook.missing is None:
            self._note(node, "filename", path, Verdict.KEPT, where)
        else:
            self._note(node, "filename", path, Verdict.EDIT, where, hints.missing(notebook.missing))
        if before:
            waits = [self._by_id[each].label for each in self.flow.parents[node.id]]
            self._note(node, "links", waits, Verdict.KEPT, f"stages.{name}.after")
        stage |= {"profile": profile} if profile is not None else {}
        _, problems = read_needs(node.properties)
        for key, value in node.properties.items():
            if key not in {"filename", "pipeline_parameters"}:
                where = f"nbflow.yaml: profiles.{profile or '…'}"
                self._property(node, key, value, where, problems)
        for key, value in node.surroundings.items():
            self._surrounding(node, key, value)
        return stage

    @cached_property
    def _by_id(self) -> Mapping[str, Node]:
        return {node.id: node for node in self.flow.nodes}

    def _stages_before(self, node: str) -> Iterator[str]:
        """The stages that a node waits for; those of a node that is left out stand in for it."""
        nodes, seen = self._by_id, set()
        waiting = list(self.flow.parents[node])
        while waiting:
            each = waiting.pop(0)
            if each not in seen:
                seen.add(each)
                if nodes[each].is_notebook:
                    yield each
                else:
                    waiting += self.flow.parents[each]

    def _parameters(
        self, node: Node, stage: str, notebook: Notebook, known: Mapping[str, Any]
    ) -> dict[str, str]:
        key = "pipeline_parameters"
        value = node.properties.get(key)
        found: dict[str, str] = {}
        for name in value if isinstance(value, list) else [value]:
            if says_nothing(name):
                continue
            where = f"stages.{stage}.parameters"
            if not isinstance(name, str) or name not in known:
                about = ("the pipeline has no such parameter", "add it under `parameters:`")
                self._note(node, key, name, Verdict.EDIT, where, about)
                continue
            found[name] = f"${{{name}}}"
            if name in notebook.parameters or notebook.missing is not None:
                self._note(node, key, name, Verdict.KEPT, f"{where}.{name}")
            else:
                about = hints.no_parameter(name, known[name], notebook.path)
                self._note(node, key, name, Verdict.EDIT, f"{where}.{name}", about)
        if says_nothing(value) and key in node.properties:
            self._note(node, key, value, Verdict.IDLE)
        return found

    def _property(
        self,
        node: Node,
        key: str,
        value: Any,
        where: str,
        problems: Mapping[str, list[Problem]],
    ) -> None:
        if key == "disable_node_caching" and not says_nothing(value):
            self._about_caching(node, key, value)
        elif says_nothing(value) or says_nothing(node.properties.get(_ONLY_WITH.get(key, key))):
            self._note(node, key, value, Verdict.IDLE)
        elif key in READERS:
            field_name = FIELDS.get(key, key)
            self._in_profile(node, key, value, f"{where}.{field_name}", problems[key])
        elif key == "include_subdirectories":
            self._note(node, key, value, Verdict.KEPT, "in the globs for `dependencies`")
        elif key == "dependencies":
            self._dependencies(node, key, value)
        elif key == "outputs":
            later = any(node.id in each for each in self.flow.parents.values())
            about = hints.OUTPUTS if later else hints.NO_LATER_STAGE
            self._note(node, key, value, Verdict.LOST, None, about)
        else:
            about = (hints.NOT_KNOWN, hints.ASK_WHAT_FOR)
            self._note(node, key, value, Verdict.LOST, None, about)

    def _in_profile(
        self, node: Node | None, key: str, value: Any, where: str, problems: list[Problem]
    ) -> None:
        hidden = any(isinstance(one.value, str) and one.value.endswith("=…") for one in problems)
        something = READERS[key.rpartition(".")[2]](value)[0] != Needs()
        below_request = key.endswith("_limit") and problems
        if something and not below_request:
            self._note(node, key, None if hidden else value, Verdict.PROFILE, where)
        elif not problems:
            self._note(node, key, value, Verdict.IDLE)
        for one in problems:
            self._note(node, key, one.value, Verdict.EDIT, where, (one.why, one.instead))

    def _about_caching(self, node: Node | None, key: str, value: Any) -> None:
        if str(value).lower() == "true":
            self._note(node, key, value, Verdict.KEPT, "steps are not skipped unless they say so")
            return
        about = ("steps are not skipped unless they say so", "tag those that may be: cache:enabled")
        self._note(node, key, value, Verdict.EDIT, None, about)

    def _dependencies(self, node: Node, key: str, value: Any) -> None:
        notebook = self.notebooks[node.id]
        wanted = read_dependencies(
            value,
            deep=not says_nothing(node.properties.get("include_subdirectories")),
            folders=notebook.folders,
        )
        missing = [one for one in wanted.globs if one not in notebook.files]
        where = f"{notebook.path}: options: files"
        if wanted.inside and not missing:
            self._note(node, key, wanted.inside, Verdict.KEPT, where)
        elif wanted.inside:
            self._note(
                node, key, wanted.inside, Verdict.EDIT, where, hints.files(notebook.path, missing)
            )
        if wanted.outside:
            self._note(node, key, wanted.outside, Verdict.LOST, None, hints.OUTSIDE)

    # A node that is no stage

    def _leave_out(self, node: Node) -> None:
        what = node.op or node.type
        self._note(node, "op", what, Verdict.LOST, None, hints.no_stage(node))
        for key, value in node.properties.items():
            if node.is_group or says_nothing(value):
                self._surrounding(node, key, value)
            else:
                about = (hints.WITH_ITS_NODE, None)
                self._note(node, key, _without_secrets(key, value), Verdict.LOST, None, about)
        for key, value in node.surroundings.items():
            self._surrounding(node, key, value)

    def _surrounding(self, node: Node, key: str, value: Any) -> None:
        if key in hints.IDLE or says_nothing(value):
            self._note(node, key, value, Verdict.IDLE)
        else:
            about = (hints.NOT_KNOWN, hints.ASK_WHAT_FOR)
            self._note(node, key, value, Verdict.LOST, None, about)


def _settled(needs: Needs) -> Needs:
    """Without the kind of the GPUs where there are none."""
    return needs if needs.gpus or needs.gpu_resource is None else needs.without_gpus()


def _without_secrets(key: str, value: Any) -> Any:
    """The value, but for one that must not be shown."""
    if key not in READERS:
        return value
    _, problems = read_needs({key: value})
    return None if any(str(one.value).endswith("=…") for one in problems[key]) else value

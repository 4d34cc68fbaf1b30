"""Pipelines of other tools: read, said in nbflow's words, and what has no equal."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import elyra, notebook, planning, settings
from nbflow.api.airflows import load_settings
from nbflow.api.notebooks import load
from nbflow.errors import ForeignFileError, UsageError

if TYPE_CHECKING:
    from nbflow.elyra import Flow, Node
    from nbflow.settings import Settings


_PROFILES = re.compile(r"profiles\s*:\s*(\{.*)?")
_INDENT = re.compile(r"( +)[^\s#]")


@dataclass(frozen=True)
class Imported:
    """A pipeline of Elyra's as a pipeline of nbflow's.

    Attributes:
        source: the file that was read.
        text: what pipeline.yaml says.
        profiles_text: profiles to paste into nbflow.yaml, as YAML; empty where there are none.
        settings_file: that nbflow.yaml, which need not be there yet.
        converted: the same as data, with what became of each property.
    """

    source: Path
    text: str
    profiles_text: str
    settings_file: Path
    converted: elyra.Converted

    @property
    def to_paste(self) -> tuple[str, str]:
        """What to do with the new profiles, and what to paste; empty where there are none."""
        if not self.profiles_text:
            return "", ""
        file = self.settings_file
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except OSError:
            return f"Write these profiles into {file}, a new file:", self.profiles_text
        place = next((at for at, line in enumerate(lines) if _PROFILES.match(line)), None)
        if place is None:
            return f"Paste these profiles into {file}, at its end:", self.profiles_text
        below = next(filter(None, map(_INDENT.match, lines[place + 1 :])), None)
        own = textwrap.dedent(self.profiles_text.partition("\n")[2])
        text = textwrap.indent(own, below[1] if below else "  ")
        again = _PROFILES.match(lines[place])
        if again and again[1]:
            apart = "in a line of its own, without {}, and paste these below"
            return f"Write each profile of `profiles:` in {file} {apart}:", text
        return f"Paste these profiles into {file}, below its line `profiles:`:", text

    @property
    def warnings(self) -> tuple[elyra.Note, ...]:
        """What has no equal, and what has to be done by hand."""
        return self.converted.warnings

    @property
    def summary(self) -> str:
        """`3 stages, 1 node left out, 2 without an equal`."""
        stages, left = len(self.converted.pipeline["stages"]), len(self.converted.left_out)
        edits = sum(note.verdict is elyra.Verdict.EDIT for note in self.warnings)
        # What goes with a node that is left out is told with it.
        lost = sum(note.instead is not None for note in self.warnings) - edits
        counts = [f"{stages} stage{'' if stages == 1 else 's'}"]
        counts += [f"{left} node{'' if left == 1 else 's'} left out"] if left else []
        counts += [f"{edits} to do by hand"] if edits else []
        counts += [f"{lost} without an equal"] if lost else []
        return ", ".join(counts if self.warnings else [*counts, "everything has an equal"])

    def as_json(self, *, path: Path | None = None) -> dict[str, Any]:
        """What `nbflow import --json` prints; `path` is where the pipeline was written."""
        return {
            "source": str(self.source),
            "version": self.converted.version,
            "pipeline": dict(self.converted.pipeline),
            "yaml": self.text,
            "path": None if path is None else str(path),
            "profiles": dict(self.converted.profiles),
            "settings_file": str(self.settings_file),
            "left_out": list(self.converted.left_out),
            "report": [note.as_json() for note in self.converted.notes],
        }


def import_elyra(path: str | Path, *, output: str | Path | None = None) -> Imported:
    """Say a `.pipeline` file of Elyra's (versions 3 to 8) in nbflow's words; nothing is written.

    Notebooks become stages, links `after`, pipeline parameters `parameters`. What a node asks of
    its pod becomes the smallest profile of the settings that has it, or a new one. Of each property
    the report says what became of it; nothing is dropped in silence.

    Args:
        path: the file.
        output: where pipeline.yaml will be, so that paths in it are right; beside the file where
            None.

    Raises:
        ForeignFileError: it cannot be read, is no pipeline of Elyra's or of another version, is
            broken (links to nothing, circles), or has no notebook; or a node names none.
        NotebookError: a notebook that takes parameters or needs files cannot be read.
        SettingsError: the settings around it cannot be understood.

    Example:
        >>> imported = import_elyra("weekly.pipeline")  # doctest: +SKIP
        >>> [note.key for note in imported.warnings]  # doctest: +SKIP
        ['outputs']
    """
    source = Path(path)
    flow = elyra.read_flow(_text(source), source=source.name)
    folder = source.resolve().parent
    beside = folder if output is None else Path(output).resolve().parent
    current = load_settings(_that_is_there(beside))
    converted = elyra.convert(
        flow,
        name=notebook.dag_id(flow.name or source.stem),
        notebooks=_notebooks(flow, source, beside),
        declared=_declared(current),
    )
    text = elyra.pipeline_text(converted, source=source.name)
    profiles = elyra.profiles_text(converted.profiles)
    return Imported(source, text, profiles, _shortest(current.root / "nbflow.yaml"), converted)


def _that_is_there(folder: Path) -> Path:
    """A folder, or the nearest above it: settings are looked for upward from there."""
    return next(one for one in (folder, *folder.parents) if one.is_dir())


def _shortest(path: Path) -> Path:
    """A path as people write it: from where they are, if it lies below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def write_imported(imported: Imported, path: str | Path) -> None:
    """Write pipeline.yaml.

    Raises:
        UsageError: there is a file already that says something else, or it cannot be written.
    """
    where = Path(path)
    content = imported.text.encode()
    try:
        if where.exists() and where.read_bytes() != content:
            raise UsageError(
                f"{where} is there already, and may have been edited",
                hint="choose another name with -o, or remove the file",
            )
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{where} cannot be written: {error.strerror}") from None


def _declared(current: Settings) -> elyra.Declared:
    """The profiles that somebody has declared: those that are built in are anybody's guess."""
    built_in = settings.default_settings(current.root).profiles
    return elyra.Declared(
        {
            name: replace(one, image=planning.image_of(one, settings=current))
            for name, one in current.profiles.items()
            if built_in.get(name) != one
        },
        current.default_profile,
        frozenset(current.profiles),
    )


def _text(source: Path) -> str:
    try:
        return source.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ForeignFileError(f"{source} is not UTF-8 text") from None
    except OSError as error:
        raise ForeignFileError(f"{source} cannot be read: {error.strerror}") from None


def _notebooks(flow: Flow, source: Path, beside: Path) -> Mapping[str, elyra.Notebook]:
    """What has to be known of the notebook of each node that runs one, by the node's id."""
    found = {}
    wrong = []
    for node in flow.nodes:
        if not node.is_notebook:
            continue
        name = node.properties.get("filename")
        path = source.resolve().parent / name if isinstance(name, str) and name else None
        if path is None or (there := _is_there(path)) is None:
            wrong.append(f"{name} (node {node.label!r})" if name else f"node {node.label!r}")
        elif there:
            found[node.id] = _known(node, path, beside)
        else:
            place = Path(os.path.relpath(path, beside)).as_posix()
            found[node.id] = elyra.Notebook(place, missing=str(_shortest(path)))
    if wrong:
        raise ForeignFileError(
            f"{source}: these nodes name no notebook: {', '.join(wrong)}",
            hint="name a file that ends in .ipynb, in Elyra's editor",
        )
    return found


def _is_there(path: Path) -> bool | None:
    """Whether a notebook is there; None for a name that no notebook can have."""
    try:
        path.stat()
    except FileNotFoundError:
        pass
    except (OSError, ValueError):
        return None
    return path.is_file() if path.suffix == ".ipynb" else None


def _known(node: Node, path: Path, beside: Path) -> elyra.Notebook:
    relative = Path(os.path.relpath(path, beside)).as_posix()
    asked = [node.properties.get(key) for key in ("pipeline_parameters", "dependencies")]
    if not any(asked):
        return elyra.Notebook(relative)
    pipeline = load(path)
    wanted = asked[1] if isinstance(asked[1], list) else []
    folders = {one for one in wanted if isinstance(one, str) and (path.parent / one).is_dir()}
    return elyra.Notebook(
        relative,
        parameters=frozenset(one.name for one in pipeline.parameters),
        files=frozenset(pipeline.options.files),
        folders=frozenset(folders),
    )

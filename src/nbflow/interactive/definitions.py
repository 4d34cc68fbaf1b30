"""A pipeline of several notebooks, as it is put together in Python."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import api
from nbflow.errors import UsageError
from nbflow.model import Reference

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Definition", "Stage", "file_of", "names_of", "pairs_of"]


def file_of(path: str | Path) -> Path:
    """What is meant as the path of a file; UsageError where it cannot be one."""
    try:
        return Path(path)
    except TypeError:
        kind = type(path).__name__
        raise UsageError(
            f"{path!r} ({kind}) is no path of a notebook", hint="Give a text or a pathlib.Path."
        ) from None


def pairs_of(foreach: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """One parameter with its list, as a file says it; UsageError for anything else."""
    if foreach is None:
        return None
    if not isinstance(foreach, Mapping):
        raise UsageError(
            f"`foreach` names no parameter: {foreach} is given without one",
            hint='Write foreach={"PARAMETER": LIST}; the notebook runs for each item of it.',
        )
    said: dict[str, Any] = api.escaped(dict(foreach))
    return said


class Stage:
    """A notebook, or an approval, of a pipeline that is being put together.

    `stage["rows"]` stands for what the notebook's variable `rows` is at its end.

    Attributes:
        name: unique in the pipeline.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __getitem__(self, variable: str) -> Reference:
        return Reference(variable, self.name)

    def __repr__(self) -> str:
        return f"<stage {self.name}>"


class Definition:
    """What a pipeline's file would say.

    Attributes:
        path: where the file would lie.
        content: what it would say.
    """

    def __init__(self, name: str, *, folder: str | Path, options: Mapping[str, Any]) -> None:
        self.path = Path(folder) / f"{name}.yaml"
        self.content: dict[str, Any] = {"name": name, **options}

    @property
    def stages(self) -> dict[str, Any]:
        """The stages, by name."""
        found: dict[str, Any] = self.content.setdefault("stages", {})
        return found

    @property
    def parameters(self) -> dict[str, Any]:
        """What a run may be given, by name."""
        found: dict[str, Any] = self.content.get("parameters", {})
        return found

    def add_parameter(self, name: str, default: Any, about: Mapping[str, Any]) -> Reference:
        """A parameter; what stands for it."""
        plain = not about and not (isinstance(default, dict) and "default" in default)
        said = default if plain else {"default": default, **about}
        # Before the stages, as a person writes it.
        stages = self.content.pop("stages", None)
        self.content.setdefault("parameters", {})[name] = said
        if stages is not None:
            self.content["stages"] = stages
        return Reference(name)

    def reference(self, name: str) -> Reference:
        """What stands for a parameter; raises UsageError where there is none."""
        if name not in self.parameters:
            known = ", ".join(self.parameters) or "none yet"
            raise UsageError(
                f"the pipeline has no parameter {name!r}",
                hint=f'Add it: `p.parameter("{name}", DEFAULT)`. Its parameters: {known}.',
            )
        return Reference(name)

    def add_stage(self, name: str, said: Mapping[str, Any]) -> Stage:
        """A stage of which this is said, as far as it is something.

        Raises:
            UsageError: there is one of this name.
        """
        if name in self.stages:
            raise UsageError(
                f"the pipeline has a stage {name!r} already", hint="Give it another `name=`."
            )
        self.stages[name] = {
            key: value for key, value in said.items() if value is not None and value != {}
        }
        return Stage(name)

    def name_of(self, notebook: str | Path) -> str:
        """A stage's name for a notebook: that of its file, numbered where it is taken."""
        stem = re.sub(r"[^A-Za-z0-9_-]+", "_", file_of(notebook).stem).strip("_-") or "notebook"
        stem = stem if stem[0].isalpha() else f"n_{stem}"
        name, number = stem, 1
        while name in self.stages:
            number += 1
            name = f"{stem}_{number}"
        return name

    def text(self) -> str:
        """The file."""
        import yaml

        content = {**self.content}
        return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)

    def inspect(self) -> api.Inspected:
        """What it means now."""
        return api.inspect_definition(self.content, path=self.path, definition=self.text().encode())


def names_of(stages: Iterable[Stage | str] | Stage | str) -> list[str]:
    """The names of stages that are given as such or by name."""
    several = [stages] if isinstance(stages, Stage | str) else stages
    return [one.name if isinstance(one, Stage) else one for one in several]

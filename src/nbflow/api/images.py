"""From a notebook to the Dockerfile of an image that has what it imports."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nbflow import __version__, analysis, bundles, notebook, planning
from nbflow.analysis import Import
from nbflow.api.notebooks import Inspected, inspect, require_no_errors, require_one_notebook
from nbflow.errors import UsageError

RUNTIME_IMAGE = f"localhost/nbflow-runtime:{__version__}"
"""What `scripts/build_image.sh runtime` makes."""
PROVIDED = frozenset(
    {"cloudpickle", "fsspec", "ipykernel", "ipython", "jupyter-client", "jupyter-core"}
    | {"nbclient", "nbflow", "nbformat", "traitlets"}
)
"""What the runtime image has in the versions that nbflow works with."""
_FILE = "requirements.txt"
_PIN = re.compile(r"[a-z0-9][a-z0-9-]*==[0-9][A-Za-z0-9.!]*")


@dataclass(frozen=True)
class Doubt:
    """Something that the image may lack.

    Attributes:
        message: what was found.
        hint: what to do about it.
        cell: the id of the cell, None where it was found in a file.
        file: the path of that file, relative to the notebook's folder.
        line: the line there.
    """

    message: str
    hint: str
    cell: str | None
    file: str | None
    line: int


@dataclass(frozen=True)
class ImageFile:
    """A Dockerfile for a notebook.

    Attributes:
        text: what is in it.
        base: the image that it starts from.
        base_reason: why that one, for people; None where it was asked for.
        requirements: what it has pip install, options included.
        doubts: imports for which nothing could be found, in the notebook's order.
    """

    text: str
    base: str
    requirements: tuple[str, ...]
    doubts: tuple[Doubt, ...]
    base_reason: str | None = None

    def as_json(self, *, path: Path | None = None) -> dict[str, Any]:
        """What `nbflow image --json` prints."""
        return {
            "base": self.base,
            "base_reason": self.base_reason,
            "requirements": list(self.requirements),
            "dockerfile": self.text,
            "path": None if path is None else str(path),
            "warnings": [asdict(doubt) for doubt in self.doubts],
        }


def image(source: str | Path | Inspected, *, base: str | None = None) -> ImageFile:
    """Say what an image must have for a notebook's steps to run in it; nothing is written.

    What the notebook's cells and the modules beside it import is asked for in the versions that
    are installed here. What a `requirements.txt` beside the notebook names is asked for as it
    says instead.

    Args:
        source: the notebook.
        base: the image to start from; where None the one that the steps run in, of several that of
            the default profile, and nbflow's runtime image where the settings name none.

    Raises:
        NotebookError, SettingsError, CheckFailed: as `compile`.
        UsageError: `base` or a line of `requirements.txt` cannot go into a Dockerfile, or the
            notebook is not in Python.
    """
    inspected = source if isinstance(source, Inspected) else inspect(source)
    require_one_notebook(inspected, doing="an image's file")
    require_no_errors(inspected)
    document, path = inspected.pipeline.document, inspected.path
    start, reason = (base, None) if base is not None else _base(inspected)
    if document.language != "python":
        raise UsageError(
            f"{path} is in {document.language}: only Python's imports can be found",
            hint=f"write a Dockerfile by hand that starts with `FROM {start}`",
        )
    folder = path.resolve().parent
    given = _given(folder)
    wanted = analysis.imports(notebook.outline(document, folder=folder))
    pins, doubts = _pins(wanted, named=given.names)
    arguments = (*given.arguments, *(pins[name] for name in sorted(pins)))
    text = bundles.dockerfile(path.name, base=start, arguments=arguments)
    return ImageFile(text, start, arguments, doubts, reason)


def _base(inspected: Inspected) -> tuple[str, str]:
    """The image to start from where nobody says it, and why that one."""
    current = inspected.settings
    images = planning.step_images(inspected.pipeline, settings=current)
    named = sorted({one for one in images.values() if one is not None})
    if not named:
        return RUNTIME_IMAGE, "nbflow's runtime image: the settings name none for the steps"
    if len(named) == 1 and None not in images.values():
        return named[0], "the image that the notebook's steps run in"
    usual = planning.find_profile(current.default_profile, settings=current)
    start = planning.image_of(usual, settings=current) or RUNTIME_IMAGE
    others = ", ".join(f"{step} in {one or 'an unnamed one'}" for step, one in images.items())
    return start, f"that of the default profile, {usual.name}: the steps run in several ({others})"


def write_image(made: ImageFile, path: Path) -> None:
    """Write a Dockerfile.

    Raises:
        UsageError: there is a file that `nbflow image` has not written, or it cannot be written.
    """
    try:
        known = path.read_bytes().startswith(bundles.DOCKERFILE_MARK.encode())
        if not known:
            raise UsageError(
                f"{path} is there, and `nbflow image` has not written it",
                hint="choose another name with -o, or remove the file",
            )
    except FileNotFoundError:
        pass
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made.text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def _given(folder: Path) -> bundles.Requirements:
    path = folder / _FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return bundles.Requirements()
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8", hint="save it as UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    return bundles.read_requirements(text, source=_FILE)


def _pins(
    wanted: tuple[Import, ...], *, named: frozenset[str]
) -> tuple[dict[str, str], tuple[Doubt, ...]]:
    """The requirement for each distribution, and what is not sure."""
    from importlib.metadata import packages_distributions

    owners = packages_distributions() if wanted else {}
    pins: dict[str, str] = {}
    doubts: dict[str, Doubt] = {}  # one for each cause
    for one in wanted:
        found = _distributions(one, owners)
        if not found and not one.optional and bundles.distribution_name(one.top) not in named:
            message = f"nothing that is installed here brings the module {one.top!r}"
            hint = f"install it here, or name what brings it in a {_FILE} beside the notebook"
            doubts.setdefault(one.top, _doubt(one, message, hint))
        for name in found:
            if name in PROVIDED or name in named:
                continue
            pin, problem = _pin(name)
            if pin is not None:
                pins[name] = pin
            if problem is not None:
                doubts.setdefault(name, _doubt(one, *problem))
    return pins, tuple(doubts.values())


def _doubt(one: Import, message: str, hint: str) -> Doubt:
    return Doubt(message, hint, one.cell, one.file, one.line)


def _distributions(one: Import, owners: Mapping[str, list[str]]) -> tuple[str, ...]:
    """What brings a module: of several that share its first name, those that have the rest."""
    candidates = sorted({bundles.distribution_name(name) for name in owners.get(one.top, ())})
    if len(candidates) > 1:
        for dotted in one.names:
            path = dotted.replace(".", "/")
            holding = [name for name in candidates if any(_within(path, name))]
            if holding:
                return tuple(holding)
    return tuple(candidates)


def _within(path: str, name: str) -> Iterator[bool]:
    beginnings = (f"{path}/", f"{path}.")
    return (file.startswith(beginnings) for file in _files(name))


@cache
def _files(name: str) -> tuple[str, ...]:
    from importlib.metadata import files

    return tuple(file.as_posix() for file in files(name) or ())


def _pin(name: str) -> tuple[str | None, tuple[str, str] | None]:
    """The requirement for the installed version of a distribution, and what is doubtful in it."""
    from importlib.metadata import distribution

    found = distribution(name)
    if (origin := found.read_text("direct_url.json")) is not None:
        message = f"{name} is installed here from {_origin(origin)}, which pip may not find"
        return None, (message, f"say where it comes from in a {_FILE}: `{name} @ URL`")
    public, _, local = str(found.version).partition("+")
    made = f"{name}=={public}"
    if _PIN.fullmatch(made) is None:
        message = f"{name} is installed here without a version that can be asked for"
        return None, (message, f"name it with its version in a {_FILE}")
    if not local:
        return made, None
    message = f"{name} is installed here as {public}+{local}, another build than {public}"
    hint = f"if the build matters, name it in a {_FILE} with `--extra-index-url`"
    return made, (message, hint)


def _origin(text: str) -> str:
    try:
        url = str(json.loads(text)["url"])
    except (ValueError, KeyError, TypeError):
        return "a place of its own"
    return "a folder" if url.startswith("file:") else "an address of its own"

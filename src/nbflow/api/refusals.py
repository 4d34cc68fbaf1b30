"""What a notebook or its settings ask for and no plan can give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nbflow import bundles, checks, planning
from nbflow.errors import SettingsError
from nbflow.model import Diagnostic, Pipeline, Severity
from nbflow.settings import Settings


def refuse_unknown_backend(current: Settings) -> None:
    """Look whether the settings' backend is there.

    Raises:
        SettingsError: it is not; with file and line.
    """
    try:
        bundles.check_backend(current.backend)
    except SettingsError as error:
        place = current.place("backend")
        message = f"{place}: {error.message}" if place else error.message
        raise SettingsError(message, hint=error.hint) from None


def find_refusals(
    pipeline: Pipeline, current: Settings, *, found: Iterable[Diagnostic]
) -> Iterator[Diagnostic]:
    """What would stop a plan, but for what was found already.

    What is refused of the whole notebook is told when nothing else is wrong: a name that the
    notebook's own checks find, for instance, no plan can take either.
    """
    errors = [one for one in found if one.severity is Severity.ERROR]
    try:
        refuse_unknown_backend(current)
    except SettingsError as error:
        yield checks.REFUSED.at(error.message, hint=error.hint)
        return
    named = {one.cell for one in errors if one.code in checks.SETTINGS_CODES}
    told = {step.name for step in pipeline.steps if named & {None, *step.cells}}
    for step, refused in planning.find_refusals(pipeline, settings=current):
        if step not in told and not (step is None and errors):
            yield refused

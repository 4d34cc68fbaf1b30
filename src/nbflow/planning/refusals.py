"""Who asked for what is refused: the profile and its place, or a tag and its cell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from nbflow.errors import PolicyError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from nbflow.model import Cell, Pipeline, Step, StepOptions
    from nbflow.settings import Settings

Value = TypeVar("Value")
Refusal = PolicyError | SettingsError


def blamed_cell(
    pipeline: Pipeline, step: Step, *, error: Refusal, attempt: Callable[[Step], object]
) -> tuple[Cell, str] | None:
    """The cell and the tag without which a step would not be refused, if there is one.

    Args:
        pipeline: for its cells.
        step: that is refused.
        error: with which it is refused.
        attempt: plans a step, and raises where it is refused.
    """
    for start, options in _without_one(step.options):
        try:
            attempt(replace(step, options=options))
        except (PolicyError, SettingsError) as another:
            if another.message == error.message:
                continue
        for cell in map(pipeline.document.cell, step.cells):
            tag = next((tag for tag in cell.tags if tag.startswith(start)), None)
            if tag is not None:
                return cell, tag
    return None


def told(
    error: Refusal,
    step: Step,
    *,
    profile: str,
    blamed: tuple[Cell, str] | None,
    settings: Settings,
) -> Refusal:
    """The error with the step, the profile and its place, and the tag that is to blame."""
    where = [f"profile {profile!r}"]
    if profile in settings.profiles:
        where += [place] if (place := settings.place("profiles", profile)) else []
    where += _default_image(error, profile, settings)
    if blamed is not None:
        cell, tag = blamed
        where.append(f"tag `{tag}` of cell {cell.index + 1}")
    message = f"step {step.name}: {error.message} ({', '.join(where)})"
    return type(error)(message, hint=error.hint)


def _default_image(error: Refusal, profile: str, settings: Settings) -> list[str]:
    """Where the image that is refused is from, if the profile names none."""
    image, known = settings.defaults.image, settings.profiles.get(profile)
    if image is None or known is None or known.image is not None:
        return []
    place = settings.place("defaults", "image")
    return [f"defaults.image, {place}"] if place and f"image {image!r}" in error.message else []


def _without_one(options: StepOptions) -> Iterator[tuple[str, StepOptions]]:
    """How the tag of each choice starts, with the options without that choice."""
    for key in options.limits:
        yield f"limit:{key}:", replace(options, limits=_without(options.limits, key))
    for key in options.labels:
        yield f"label:{key}:", replace(options, labels=_without(options.labels, key))
    for key in options.annotations:
        left = _without(options.annotations, key)
        yield f"annotation:{key}:", replace(options, annotations=left)
    for secret in options.secrets:
        left_secrets = tuple(one for one in options.secrets if one is not secret)
        start = f"secret:{secret.name}:{secret.key}:"
        yield start, replace(options, secrets=left_secrets)
    if options.image is not None:
        yield "image:", replace(options, image=None)
    if options.profile is not None:
        yield "profile:", replace(options, profile=None)


def _without(mapping: Mapping[str, Value], key: str) -> dict[str, Value]:
    return {name: value for name, value in mapping.items() if name != key}

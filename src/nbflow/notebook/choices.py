"""Choices about a step: tags and options alike become one set of step options."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbflow.model import (
    Quantity,
    Secret,
    StepOptions,
    as_identifier,
    parse_duration,
    parse_quantity,
)
from nbflow.notebook.grammar import LONGEST_STEP_NAME, TAGS, TagError, TagUse, match_tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_BUILTIN_RESOURCES = ("cpu", "memory", "ephemeral-storage")
_RESOURCE_GUESSES = {
    "gpu": "nvidia.com/gpu",
    "gpus": "nvidia.com/gpu",
    "cpus": "cpu",
    "mem": "memory",
    "ram": "memory",
    "disk": "ephemeral-storage",
    "storage": "ephemeral-storage",
}
_EXTENDED_RESOURCE = re.compile(
    r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?/[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
)
_LARGEST_EXPONENT = 24
_MAPPINGS = {"limit": "limits", "label": "labels", "annotation": "annotations"}


@dataclass(frozen=True)
class Choice:
    """One choice about a step.

    Attributes:
        option: the canonical name of the tag that makes it.
        key: resource, label, annotation or environment variable; empty where there is only one.
        value: parsed.
        text: as written, for messages.
        cell: id of the cell with the tag, None where the notebook's metadata says it.
        path: where `metadata.nbflow` says it, empty where it does not, or in a list.
    """

    option: str
    key: str
    value: Any
    text: str
    cell: str | None = None
    path: tuple[str, ...] = ()


def step_names(use: TagUse) -> tuple[str, ...]:
    """The steps that a `step:`, `prev:` or `notebook:` tag names; empty for an empty name.

    Raises:
        TagError: a name has capitals.
    """
    written = [name for name in use.values.get("names", "").split(";") if name]
    names = [as_identifier(name) for name in written]
    for name in names:
        if len(name) > LONGEST_STEP_NAME:
            raise TagError(
                f"tag {use.text[:60] + '...'!r}: the name of a step has at most "
                f"{LONGEST_STEP_NAME} letters",
                hint="Shorten the name.",
            )
        if name != name.lower():
            lower = f"{use.tag.name}:{';'.join(names).lower()}"
            raise TagError(
                f"tag {use.text!r}: the name of a step has no capitals",
                hint=f"Write `{lower}`.",
                correction=lower,
            )
    return tuple(dict.fromkeys(names))


def choice(use: TagUse, *, cell: str | None = None) -> Choice | None:
    """What a tag chooses; None for a tag without effect.

    Raises:
        TagError: the value makes no sense.
    """
    values = use.values
    if use.name == "report":
        return None
    if use.name == "secret":
        secret = Secret(values["value"], values["item"], values["key"])
        return Choice("secret", secret.env, secret, use.text, cell)
    if use.name == "cache":
        return Choice("cache", "", values["switch"] == "enabled", use.text, cell)
    try:
        value = _value(use)
    except ArithmeticError:
        raise TagError(f"tag {use.text!r}: the number is too large", hint=_form(use)) from None
    except ValueError as error:
        meant = _RESOURCE_GUESSES.get(values.get("key", "").lower())
        raise TagError(
            f"tag {use.text!r}: {error}",
            hint=_form(use),
            correction=f"limit:{meant}:{values['value']}" if meant else None,
        ) from None
    return Choice(use.name, values.get("key", ""), value, use.text, cell)


def choices_of_options(
    options: Mapping[str, Any], *, where: tuple[str, ...] = ()
) -> tuple[list[Choice], list[tuple[str, str]]]:
    """The choices that a mapping of step options makes, read with the tags' grammar.

    Args:
        options: as `metadata.nbflow` has them, already valid by their schema.
        where: the path that leads to the mapping in `metadata.nbflow`.

    Returns:
        The choices, and message and hint of each that makes no sense.
    """
    made: list[Choice] = []
    wrong: list[tuple[str, str]] = []
    for inside, tag in _as_tags(options):
        path = (*where, *inside)
        text = ".".join(("metadata.nbflow", *path))
        try:
            use = match_tag(tag)
            found = choice(use) if use is not None else None
        except TagError as error:
            message = error.message.split(": ", 1)[-1]
            expected = TAGS[tag.partition(":")[0]].expects
            wrong.append((f"{text}: {message}", f"Write {expected}."))
            continue
        if found is not None:
            listed = found.option == "secret"
            place = () if listed else path
            made.append(Choice(found.option, found.key, found.value, text, path=place))
    return made, wrong


def unite(choices: Iterable[Choice]) -> tuple[StepOptions, list[tuple[Choice, Choice]]]:
    """Make options of choices, the first one of each kind counting.

    Returns:
        The options, and the pairs of choices that contradict each other.
    """
    first: dict[tuple[str, str], Choice] = {}
    conflicts: list[tuple[Choice, Choice]] = []
    for made in choices:
        known = first.setdefault((made.option, made.key), made)
        if known.value != made.value and not _same_amount(known.value, made.value):
            conflicts.append((known, made))
    return _options(first.values()), conflicts


def _form(use: TagUse) -> str:
    return f"The form is `{use.tag.form}`, for example `{use.tag.example}`."


def _options(choices: Iterable[Choice]) -> StepOptions:
    single: dict[str, Any] = {}
    mappings: dict[str, dict[str, Any]] = {field: {} for field in _MAPPINGS.values()}
    secrets: list[Secret] = []
    for made in choices:
        if made.option in _MAPPINGS:
            mappings[_MAPPINGS[made.option]][made.key] = made.value
        elif made.option == "secret":
            secrets.append(made.value)
        else:
            single[made.option] = made.value
    ordered: dict[str, Any] = {
        field: dict(sorted(values.items())) for field, values in mappings.items()
    }
    single["secrets"] = tuple(sorted(secrets, key=lambda secret: secret.env))
    return StepOptions(**single, **ordered)


def _value(use: TagUse) -> Any:
    text = use.values["value"]
    if use.name == "limit":
        return _limit(use.values["key"], text)
    if use.name == "retries":
        return int(text)
    if use.name == "timeout":
        return parse_duration(text)
    return text


def _limit(resource: str, text: str) -> Quantity:
    known = resource in _BUILTIN_RESOURCES or resource.startswith("hugepages-")
    if not known and not _EXTENDED_RESOURCE.fullmatch(resource):
        guess = _RESOURCE_GUESSES.get(resource.lower())
        meant = f"; did you mean {guess!r}?" if guess else ""
        raise ValueError(
            f"{resource!r} is not a resource (cpu, memory, ephemeral-storage or domain/name){meant}"
        )
    quantity = parse_quantity(text)
    if quantity.amount.adjusted() > _LARGEST_EXPONENT:
        raise OverflowError
    if not known and quantity.amount != int(quantity.amount):
        raise ValueError(f"{resource} comes in whole numbers, and {text!r} is none")
    return quantity


def _same_amount(one: object, other: object) -> bool:
    both = isinstance(one, Quantity) and isinstance(other, Quantity)
    return both and one.amount == other.amount  # type: ignore[attr-defined]


def _as_tags(options: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each option as its path in the mapping and as the tag that says the same."""
    for option in ("profile", "image", "retries", "timeout"):
        if options.get(option) is not None:
            yield (option,), f"{option}:{options[option]}"
    if options.get("cache") is not None:
        yield ("cache",), f"cache:{'enabled' if options['cache'] else 'disabled'}"
    for name, option in _MAPPINGS.items():
        for key, value in (options.get(option) or {}).items():
            yield (option, key), f"{name}:{key}:{value}"
    for secret in options.get("secrets") or ():
        tag = f"secret:{secret['name']}:{secret['key']}:{secret['env']}"
        yield ("secrets", secret["env"]), tag

"""The one table of tags: what they are called, take and mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from nbflow.notebook.names import ascii_letters

if TYPE_CHECKING:
    from collections.abc import Mapping


class Scope(StrEnum):
    """What a tag is about."""

    ROLE = "what the cell is"
    STEP = "the cell's step"


@dataclass(frozen=True)
class Tag:
    """A tag, or a family of tags with an argument.

    Attributes:
        name: what stands before the first colon.
        form: how it is written, with the argument's parts in capitals.
        example: one that is right.
        meaning: one sentence, Markdown.
        argument: regular expression of what stands behind the first colon, its parts as named
            groups; empty where the tag takes no argument.
        expects: the argument in words, for error messages.
        scope: what it is about.
        repeatable: a step may have several that differ.
        kale: Kale knows it too.
        same_as: the tag that it is another name of.
    """

    name: str
    form: str
    example: str
    meaning: str
    argument: str = ""
    expects: str = ""
    scope: Scope = Scope.STEP
    repeatable: bool = False
    kale: bool = False
    same_as: str | None = None

    @property
    def canonical(self) -> str:
        """The name that the code knows it by."""
        return self.same_as or self.name


@dataclass(frozen=True)
class TagUse:
    """A tag as a cell has it: `values` are the parts of its argument by name."""

    tag: Tag
    text: str
    values: Mapping[str, str]

    @property
    def name(self) -> str:
        """The tag's canonical name."""
        return self.tag.canonical


class TagError(ValueError):
    """A tag of ours with an argument that makes no sense.

    `hint` says what to write, `correction` is the whole tag where that is clear.
    """

    def __init__(self, message: str, *, hint: str, correction: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.correction = correction


LONGEST_STEP_NAME = 200  # Airflow refuses more than 250, and file names more than 255
_STEP_NAMES = r"(?P<names>[A-Za-z_][A-Za-z0-9_-]*(?:;[A-Za-z_][A-Za-z0-9_-]*)*;?)"
_STEP_WORDS = "a name of lower-case letters, digits and `_` that does not begin with a digit"
_SEGMENT = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_KEY = rf"(?P<key>{_SEGMENT}(?:/{_SEGMENT})?)"
_SWITCH = r"(?P<switch>enabled|disabled)"

GRAMMAR: tuple[Tag, ...] = (
    Tag(
        name="parameters",
        form="parameters",
        example="parameters",
        meaning="The cell assigns the pipeline's parameters and their defaults.",
        scope=Scope.ROLE,
    ),
    Tag(
        name="pipeline-parameters",
        form="pipeline-parameters",
        example="pipeline-parameters",
        meaning="The same as `parameters`.",
        scope=Scope.ROLE,
        kale=True,
        same_as="parameters",
    ),
    Tag(
        name="setup",
        form="setup",
        example="setup",
        meaning="The cell runs at the beginning of every step. For what is cheap and cannot "
        "cross from step to step: imports, functions, a connection.",
        scope=Scope.ROLE,
    ),
    Tag(
        name="imports",
        form="imports",
        example="imports",
        meaning="The same as `setup`.",
        scope=Scope.ROLE,
        kale=True,
        same_as="setup",
    ),
    Tag(
        name="functions",
        form="functions",
        example="functions",
        meaning="The same as `setup`.",
        scope=Scope.ROLE,
        kale=True,
        same_as="setup",
    ),
    Tag(
        name="step",
        form="step:NAME",
        example="step:train",
        meaning="The cell begins or continues the step NAME. Untagged cells below belong to it "
        "too. `-` in a name is read as `_`; an empty name means untagged.",
        argument=rf"{_STEP_NAMES}?",
        expects=_STEP_WORDS,
        scope=Scope.ROLE,
        kale=True,
    ),
    Tag(
        name="block",
        form="block:NAME",
        example="block:train",
        meaning="The same as `step:NAME`, in older notebooks of Kale's.",
        argument=rf"{_STEP_NAMES}?",
        expects=_STEP_WORDS,
        scope=Scope.ROLE,
        kale=True,
        same_as="step",
    ),
    Tag(
        name="skip",
        form="skip",
        example="skip",
        meaning="The cell is not part of the pipeline.",
        scope=Scope.ROLE,
        kale=True,
    ),
    Tag(
        name="pipeline-metrics",
        form="pipeline-metrics",
        example="pipeline-metrics",
        meaning="The values that the cell prints with `print(name)`, or names on a line of their "
        "own, are recorded with the run. The cell belongs to the step above it.",
        scope=Scope.ROLE,
        kale=True,
    ),
    Tag(
        name="notebook",
        form="notebook:NAME",
        example="notebook:features",
        meaning="The step NAME runs the notebook at the path `notebook_path` of the cell's "
        "metadata. A notebook of such cells is a pipeline of several notebooks.",
        argument=r"(?P<names>[A-Za-z_][A-Za-z0-9_-]*)",
        expects=_STEP_WORDS,
        scope=Scope.ROLE,
        kale=True,
    ),
    Tag(
        name="prev",
        form="prev:NAME",
        example="prev:load",
        meaning="The step comes after the step NAME, whether it takes data from it or not. "
        "Several names are separated by `;`.",
        argument=_STEP_NAMES,
        expects="the name of a step",
        repeatable=True,
        kale=True,
    ),
    Tag(
        name="profile",
        form="profile:NAME",
        example="profile:gpu-small",
        meaning="The step runs on the resource profile NAME of the settings.",
        argument=r"(?P<value>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)",
        expects="the name of a profile",
    ),
    Tag(
        name="image",
        form="image:REF",
        example="image:python:3.11-slim",
        meaning="The step's pod uses this container image.",
        argument=r"(?P<value>[A-Za-z0-9][A-Za-z0-9._:/@-]*)",
        expects="a container image reference",
        kale=True,
    ),
    Tag(
        name="limit",
        form="limit:RESOURCE:QTY",
        example="limit:memory:64Gi",
        meaning="The step's pod gets this much of a resource, whatever the profile says: `cpu`, "
        "`memory`, `ephemeral-storage`, `nvidia.com/gpu` or any `domain/name`.",
        argument=r"(?P<key>[^:\s]+):(?P<value>[^:\s]+)",
        expects="a resource and a quantity, such as `memory:64Gi`, `cpu:500m`, `nvidia.com/gpu:1`",
        repeatable=True,
        kale=True,
    ),
    Tag(
        name="retries",
        form="retries:N",
        example="retries:2",
        meaning="An attempt that failed for no fault of the code is repeated up to N times.",
        argument=r"(?P<value>[0-9]{1,3})",
        expects="a whole number from 0 to 999",
    ),
    Tag(
        name="timeout",
        form="timeout:DURATION",
        example="timeout:1h30m",
        meaning="One attempt may take this long: `90s`, `30m`, `1h30m`, `2d` or seconds.",
        argument=r"(?P<value>[0-9][0-9a-z.]*)",
        expects="a duration: `90s`, `30m`, `1h30m` or `2d`",
    ),
    Tag(
        name="cache",
        form="cache:enabled|disabled",
        example="cache:enabled",
        meaning="Whether the step may be skipped while nothing that it depends on has changed.",
        argument=_SWITCH,
        expects="`enabled` or `disabled`",
        kale=True,
    ),
    Tag(
        name="label",
        form="label:KEY:VALUE",
        example="label:app.kubernetes.io/part-of:churn",
        meaning="A label on the step's pod.",
        argument=rf"{_KEY}:(?P<value>(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{{0,61}}[A-Za-z0-9])?)?)",
        expects="a key and a value of at most 63 letters, digits, `-`, `_` and `.` "
        "(an `annotation:` takes any text)",
        repeatable=True,
        kale=True,
    ),
    Tag(
        name="annotation",
        form="annotation:KEY:VALUE",
        example="annotation:example.com/docs:https://example.com:8080/churn",
        meaning="An annotation on the step's pod. The value is everything behind the key, colons "
        "included.",
        argument=rf"{_KEY}:(?P<value>.*)",
        expects="a key such as `team` or `example.com/team`, and a value",
        repeatable=True,
        kale=True,
    ),
    Tag(
        name="secret",
        form="secret:NAME:KEY:ENV",
        example="secret:db-credentials:password:DB_PASSWORD",
        meaning="The step sees the key KEY of the Kubernetes secret NAME as the environment "
        "variable ENV.",
        argument=r"(?P<value>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?):(?P<item>[A-Za-z0-9._-]+)"
        r":(?P<key>[A-Za-z_][A-Za-z0-9_]*)",
        expects="a secret's name, its key and an environment variable, such as "
        "`db-credentials:password:DB_PASSWORD`",
        repeatable=True,
        kale=True,
    ),
    Tag(
        name="report",
        form="report:enabled|disabled",
        example="report:enabled",
        meaning="Accepted for Kale's sake and without effect: the executed notebook, which is "
        "the report, always comes back.",
        argument=_SWITCH,
        expects="`enabled` or `disabled`",
        kale=True,
    ),
)

TAGS: Mapping[str, Tag] = MappingProxyType({tag.name: tag for tag in GRAMMAR})


def match_tag(text: str) -> TagUse | None:
    """Read a tag with the grammar.

    Returns:
        The tag with the parts of its argument, or None where it is none of ours.

    Raises:
        TagError: the tag is ours, and its argument makes no sense.
    """
    name, colon, argument = text.partition(":")
    tag = TAGS.get(name)
    if tag is None or bool(colon) is not bool(tag.argument):
        return None
    match = re.fullmatch(tag.argument, argument, re.DOTALL)
    if match is None:
        correction = _correction(tag, argument)
        form = f"The form is `{tag.form}`, for example `{tag.example}`."
        raise TagError(
            f"tag {text!r}: {argument.strip()!r} is not {_bare(tag.expects)}"
            if argument.strip()
            else f"tag {text!r} lacks {_bare(tag.expects)}",
            hint=form if correction is None else f"Write `{correction}`.",
            correction=correction,
        )
    parts = {key: value for key, value in match.groupdict().items() if value is not None}
    return TagUse(tag, text, parts)


def tag_reference() -> str:
    """The grammar as a Markdown table, for the documentation."""
    lines = ["| tag | meaning | example | Kale |", "|---|---|---|---|"]
    for tag in GRAMMAR:
        form, example = tag.form.replace("|", "\\|"), tag.example.replace("|", "\\|")
        kale = "yes" if tag.kale else ""
        lines.append(f"| `{form}` | {tag.meaning} | `{example}` | {kale} |")
    return "\n".join(lines) + "\n"


def _correction(tag: Tag, argument: str) -> str | None:
    stripped = re.sub(r"\s*([:;])\s*", r"\1", argument.strip())
    guesses = [stripped, stripped.lower()]
    if "names" in re.compile(tag.argument).groupindex:
        # Capitals, and more letters than a name may have, would be the next thing to be refused.
        plain = re.sub(r"[^a-z0-9;]+", "_", ascii_letters(stripped).lower()).strip("_")
        guesses = [
            one
            for one in (stripped.lower(), plain)
            if max(map(len, one.split(";"))) <= LONGEST_STEP_NAME
        ]
    for guess in guesses:
        if guess and re.fullmatch(tag.argument, guess):
            return f"{tag.name}:{guess}"
    return None


def _bare(words: str) -> str:
    return words.replace("`", "'")

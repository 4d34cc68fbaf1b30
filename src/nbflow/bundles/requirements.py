"""Reads a `requirements.txt` as far as its lines can be arguments of `pip install`."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbflow.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Requirements", "distribution_name", "read_requirements"]

_SPECIFIER = r"(?:===|[=!~<>]=|[<>])\s*[A-Za-z0-9][\w.*+!-]*\s*(?:,\s*)?"
_REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[\w\s.,-]*\]\s*)?"
    rf"(?:@\s*[a-z][a-z0-9+.-]*://\S+\s*|\(?(?:{_SPECIFIER})*\)?\s*)(?:;.*)?",
    re.ASCII,
)
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]*://[^/@\s]*@", re.IGNORECASE)
_FLAGS = frozenset({"--no-index", "--pre", "--prefer-binary"})
_VALUED = frozenset(
    {"-i", "--index-url", "--extra-index-url", "--trusted-host", "--no-binary", "--only-binary"}
)
_BESIDE = frozenset({"-r", "--requirement", "-c", "--constraint", "-e", "--editable"})
_BESIDE |= {"-f", "--find-links"}


@dataclass(frozen=True)
class Requirements:
    """What a file asks for.

    Attributes:
        names: the distributions that it names, spelled as `distribution_name` does.
        arguments: its lines as arguments of `pip install`, in order.
    """

    names: frozenset[str] = frozenset()
    arguments: tuple[str, ...] = ()


def distribution_name(name: str) -> str:
    """The one spelling of a distribution's name, by which two are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_requirements(text: str, *, source: str) -> Requirements:
    """Read the file's text.

    Args:
        text: what is in the file.
        source: its name, for errors.

    Raises:
        UsageError: a line needs another file, holds a password, or is no requirement.
    """
    names: set[str] = set()
    arguments: list[str] = []
    for number, line in _lines(text):
        where = f"{source}, line {number}"
        if _PASSWORD.search(line):
            raise UsageError(
                f"{where} holds a name or password of an index",
                hint="an image shows it to everyone: take it out, and give the build pip's "
                "own settings (PIP_INDEX_URL, a build secret)",
            )
        if line.startswith("-"):
            arguments += _options(line, where)
            continue
        found = _REQUIREMENT.fullmatch(line)
        if found is None or "${" in line or " --" in line:
            raise UsageError(
                f"{where}: {line!r} cannot go into a Dockerfile",
                hint="write NAME==VERSION or NAME @ URL, without hashes, variables and paths",
            )
        names.add(distribution_name(found["name"]))
        arguments.append(" ".join(line.split()))
    return Requirements(frozenset(names), tuple(arguments))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, continued ones as one, without comments."""
    waiting, first = "", 0
    lines = text.removeprefix("\ufeff").splitlines()
    for number, line in enumerate(lines, 1):
        first = first if waiting else number
        waiting += line.removesuffix("\\")
        if line.endswith("\\") and number < len(lines):
            continue
        plain = _COMMENT.sub("", waiting).strip()
        waiting = ""
        if plain:
            yield first, plain


def _options(line: str, where: str) -> list[str]:
    try:
        words = [part for word in shlex.split(line) for part in _split(word)]
    except ValueError as error:
        raise UsageError(
            f"{where}: {line!r} cannot be read: {error}", hint="close the quotation"
        ) from None
    name, *values = words
    if len(values) == (name in _VALUED) and name in _FLAGS | _VALUED:
        return words
    if name in _BESIDE:
        raise UsageError(
            f"{where}: {line!r} needs another file, which the Dockerfile would not find",
            hint="write the requirements themselves into this file",
        )
    listed = ", ".join(sorted(_FLAGS | _VALUED))
    raise UsageError(
        f"{where}: {line!r} is no option that is taken over", hint=f"these are: {listed}"
    )


def _split(word: str) -> list[str]:
    """`--option=value` as two words."""
    name, equals, value = word.partition("=")
    return [name, value] if equals and name.startswith("--") else [word]

"""What mends findings about tags and options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.model import Fix, TagEdit, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nbflow.notebook.choices import Choice


def without_tags(cell: str, tags: Sequence[str]) -> Fix:
    """Remove some tags of a cell."""
    named = ", ".join(f"`{tag}`" for tag in tags)
    return Fix(f"remove {named}", tuple(TagEdit(cell, tag, None) for tag in tags))


def without_choice(made: Choice) -> Iterator[Fix]:
    """Take a choice about a step away where it stands; nothing of one that stands in a list."""
    if made.cell is not None:
        yield Fix.of_tag(made.cell, made.text, None)
    elif made.path:
        yield Fix(f"remove `{made.text}`", options=_patch(made.path, None))


def other_key(
    options: Mapping[str, Any], section: str, key: str, known: Iterable[str]
) -> Iterator[Fix]:
    """Mend what options say about something that there is not: name the nearest, or remove it.

    Args:
        options: the options that have the section.
        section: the key of `metadata.nbflow` that holds things by name.
        key: the name that is wrong, as it is written.
        known: the names that there are.
    """
    said = options[section]
    near = nearest(key, known)
    if near is not None and near not in said:
        yield Fix(f"write `{near}`", options={section: {key: None, near: said[key]}})
    yield Fix(f"remove `metadata.nbflow.{section}.{key}`", options=_patch((section, key), None))


def _patch(path: Sequence[str], value: Any) -> dict[str, Any]:
    """The change of `metadata.nbflow` that sets what stands at a path."""
    *above, name = path
    patch = {name: value}
    for outer in reversed(above):
        patch = {outer: patch}
    return patch

"""Names for stages, made of labels that people wrote."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

_LONGEST = 60
_SUFFIXES = re.compile(r"\.(?:ipynb|py|r)$", re.IGNORECASE)


def stage_names(labels: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """A name for each node, no two alike: a lower-case letter, then letters, digits and `_`.

    Args:
        labels: id and label of each node; of two that would be named alike the later is counted.
    """
    wanted = {node: stage_name(label) for node, label in labels}
    names: dict[str, str] = {}
    taken: set[str] = set()
    for node, name in wanted.items():
        free, number = name, 2
        while free in taken or (free != name and free in wanted.values()):
            free, number = f"{name}_{number}", number + 1
        names[node] = free
        taken.add(free)
    return names


def stage_name(label: str) -> str:
    """A name made of a label."""
    stem = _SUFFIXES.sub("", label.strip().replace("\\", "/").rpartition("/")[2])
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")
    if not name:
        return "stage"
    return (name if name[0].isalpha() else f"stage_{name}")[:_LONGEST].rstrip("_")

"""Finds the tags that are meant for us and got wrong, among those of other tools."""

from __future__ import annotations

import re
from difflib import get_close_matches

from nbflow.notebook.grammar import GRAMMAR, TAGS

# Tags that other tools define. They are near some of ours, or so common that a guess about them
# would only be noise. Jupyter Book, nbconvert, nbclient, papermill, nbval, nbdev, MyST, Voilà.
FOREIGN = frozenset(
    {
        "active-ipynb",
        "active-md",
        "active-py",
        "annotated",
        "blocked",
        "blocks",
        "cached",
        "caching",
        "debug-parameters",
        "default_exp",
        "exercise",
        "export",
        "fragment",
        "full-width",
        "functional",
        "hide",
        "hide-cell",
        "hide-code",
        "hide-input",
        "hide-output",
        "hide_cell",
        "hide_input",
        "hide_output",
        "images",
        "injected-debug",
        "injected-parameters",
        "interactive",
        "keep-output",
        "keep_output",
        "labels",
        "limits",
        "margin",
        "nbgrader",
        "nbval-check-output",
        "nbval-ignore-output",
        "nbval-raises-exception",
        "nbval-skip",
        "nbval-test-listing",
        "no-execute",
        "notebooks",
        "notes",
        "output_scroll",
        "papermill",
        "papermill-error",
        "papermill-error-cell",
        "papermill-error-cell-tag",
        "popout",
        "preview",
        "previous",
        "profiler",
        "profiling",
        "raises-exception",
        "remove-cell",
        "remove-input",
        "remove-output",
        "remove-stderr",
        "remove-stdout",
        "remove_cell",
        "remove_input",
        "remove_output",
        "report-mode",
        "reported",
        "reports",
        "scroll-output",
        "secrets",
        "setup-cell-hidden",
        "skip-ci",
        "skip-execution",
        "skipped",
        "slide",
        "solution",
        "solutions",
        "subslide",
        "test",
        "tests",
        "toc",
        "toc-ignore",
        "tutorial",
    }
)
# What the distance between words does not find.
_MISSPELT = {
    "param": "parameters",
    "params": "parameters",
    "parameter": "parameters",
    "papermill-parameters": "parameters",
    "pipeline-params": "pipeline-parameters",
    "pipeline-param": "pipeline-parameters",
    "metrics": "pipeline-metrics",
    "pipeline-metric": "pipeline-metrics",
    "import": "imports",
    "func": "functions",
    "funcs": "functions",
    "function": "functions",
    "retry": "retries",
    "previous": "prev",
    "depends": "prev",
    "env": "secret",
}
_EXPLICIT = re.compile(r"(?P<name>[A-Za-z][A-Za-z_-]*)\s*(?P<mark>[:=])\s*(?P<rest>.+)")
_IMPLICIT = re.compile(r"(?P<name>[A-Za-z]+)(?P<mark>[\s._-])\s*(?P<rest>\S+)")
_LOOSE = {"step", "block", "prev", "profile"}


def near_miss(text: str) -> str | None:
    """The tag of ours that a foreign tag was probably meant to be, or None.

    Args:
        text: a tag that the grammar does not know.
    """
    if text.lower() in FOREIGN or text.lower().startswith(("nbval-", "papermill-error")):
        return None
    whole = _near_name(text)
    if whole is not None and ":" not in text:
        return TAGS[whole].form
    match = _EXPLICIT.fullmatch(text) or _IMPLICIT.fullmatch(text)
    if match is None:
        head = text.rstrip(": =").lower()
        return TAGS[head].form if head in TAGS else None
    return _near_family(match)


def _near_family(match: re.Match[str]) -> str | None:
    """`Step:x`, `steps:train`, `step train`, `profil=gpu`."""
    name, mark, rest = match["name"], match["mark"], match["rest"].strip()
    explicit = mark in ":="
    if not explicit and name.lower() not in _LOOSE:
        return None
    found = _near_name(name, alike=0.75 if explicit else 0.8)
    if found is None:
        return None
    tag = TAGS[found]
    if not tag.argument:
        return tag.form if explicit else None
    return f"{found}:{rest}" if re.fullmatch(tag.argument, rest) else tag.form


def _near_name(name: str, *, alike: float = 0.8) -> str | None:
    plain = re.sub(r"[\s_]+", "-", name.strip().lower())
    if plain in TAGS:
        return plain
    if plain in _MISSPELT:
        return _MISSPELT[plain]
    names = [tag.name for tag in GRAMMAR]
    swapped = {
        plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :] for at in range(len(plain) - 1)
    }
    if found := swapped.intersection(names):
        return min(found)  # two letters swapped, which the ratio of a short word does not see
    nearest = get_close_matches(plain, names, n=1, cutoff=alike)
    return nearest[0] if nearest else None

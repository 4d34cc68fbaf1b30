"""What differs each time a notebook runs and is no result: each kind has a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["NOISE", "Noise", "quiet"]


@dataclass(frozen=True)
class Noise:
    """Text that is read as one word, whatever it says.

    Attributes:
        name: as the documentation lists it.
        pattern: what it looks like.
        word: what it is read as.
        example: a text that has it.
    """

    name: str
    pattern: re.Pattern[str]
    word: str
    example: str


def _noise(name: str, pattern: str, word: str, example: str) -> Noise:
    return Noise(name, re.compile(pattern), word, example)


_DURATION = r"[\d.]+ ?(?:[nmµμu]?s|min|h)"
_CLOCK = r"(?:\d+:)?\d+:\d+"

# A number that could be a result is never taken out: each pattern asks for the words around it.
NOISE = (
    _noise("terminal colours", r"\x1b\[[0-9;?]*[A-Za-z]", "", "\x1b[31mred\x1b[0m"),
    _noise(
        "addresses",
        r"\bat 0x[0-9a-fA-F]{6,16}(?=[>,;]|&gt;)",
        "at 0x…",
        "<Model object at 0x7f1fd3336b90>",
    ),
    _noise(
        "addresses",
        r"(?<=\.\.\.)(?:a?t? ?0?x)?[0-9a-f]{6,16}(?=>|&gt;)",
        "0x…",
        "<lightgbm.bas...x7ff48e335d10>",
    ),
    _noise("durations", r"(?m)^(CPU times|Wall time):.*$", r"\1: …", "Wall time: 3.1 ms"),
    _noise(
        "durations",
        rf"{_DURATION}(?: {_DURATION})* ± {_DURATION}(?: {_DURATION})* per loop \([^)]*\)",
        "… per loop",
        "9.1 ms ± 66.2 µs per loop (mean ± std. dev. of 7 runs, 100 loops each)",
    ),
    _noise(
        "durations",
        r"The slowest run took [\d.]+ times longer than the fastest\. "
        r"This could mean that an intermediate result is being cached\.\s*",
        "",
        "The slowest run took 4.40 times longer than the fastest. This could mean that an "
        "intermediate result is being cached.",
    ),
    _noise(
        "durations",
        r"(\| elapsed:) +[\d.]+(?:s|min)",
        r"\1 …",
        "[Parallel(n_jobs=2)]: Done 2 out of 2 | elapsed:    0.1s finished",
    ),
    _noise(
        "progress bars",
        rf"\[{_CLOCK}(?:<(?:{_CLOCK}|\?))?, +(?:\?|[\d.]+)[^\s,\]/]*/[^\s,\]]+",
        "[…",
        "100%|██████████| 5/5 [00:00<00:00, 95.3it/s, loss=0.3]",
    ),
    _noise(
        "progress bars",
        r"(?<=━ )\d+s(?: \d+(?:ms|us|s)/(?:step|epoch))?|"
        r"(?<=\] - )\d+s \d+(?:ms|us|s)/(?:step|epoch|sample)",
        "…",
        "10/10 ━━━━━━━━━━ 0s 5ms/step - loss: 0.41",
    ),
    _noise("cells by number", r"(?<=\bCell )In ?\[\d+\]", "In[…]", "Cell In[3], line 1"),
    _noise(
        "cells by number", r"<ipython-input-\d+-", "<ipython-input-…-", "<ipython-input-3-8a2f>"
    ),
    _noise(
        "process numbers", r"\bipykernel_\d+\b", "ipykernel_…", "File /tmp/ipykernel_421/8311.py:3"
    ),
    _noise("process numbers", r"(?<=\bprocess \(pid=)\d+(?=\))", "…", "This process (pid=42) is"),
    _noise(
        "words of nbflow's",
        r"(?m)^(SystemExit: .*): the step ended before its last cell$",
        r"\1",
        "SystemExit: 0: the step ended before its last cell",
    ),
    _noise(
        "working directories",
        r"(?:/[^\s'\",:;<>()]*/)?\bnbflow-[0-9a-f]{32}(?![0-9a-f])",
        "<folder>",
        "in /tmp/nbflow-run-x1/nbflow-0f8fad5bd9cb469fa165708677289501",
    ),
    _noise(
        "temporary paths",
        r"((?:/var)?/tmp/|/var/folders/)([^\s'\",:;<>()]*/)?tmp[a-z0-9_]{8}(?![\w-])",
        r"\1\2tmp…",
        "saved to /tmp/tmpk3_v0x2a/model.bin",
    ),
)


def quiet(text: str, *, folders: Sequence[str] = ()) -> str:
    """The text with its noise read as words.

    Args:
        text: what a cell wrote.
        folders: working directories; each is read as `<folder>`.
    """
    for folder in sorted(folders, key=len, reverse=True):
        text = text.replace(folder, "<folder>")
    for noise in NOISE:
        text = noise.pattern.sub(noise.word, text)
    return text

"""What the extension of JupyterLab adds to JupyterLab, in a browser.

Not part of `make bench`: `python -m benchmarks --only lab`, on a machine that does nothing else.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from benchmarks.measure import Cost, Fact, Finding, Row, Samples
from benchmarks.places import OURS, PROGRAMS, Place

FILLED = 0.3
"""Seconds from the button to a filled form, at most."""
FRAME = 0.034
"""Seconds that nineteen of twenty frames take at most while a list is scrolled."""
SLOWER = 1.1
"""What a keystroke may take with the extension, times what it takes without."""


def lab(place: Place) -> Iterator[Finding]:
    """Keystrokes in a large notebook with and without it; then how soon the form is there."""
    typed: dict[str, list[float]] = {"alone": [], "extended": []}
    opened: list[float] = []
    frames: list[float] = []
    for _ in range(place.repeat):
        for kind, seconds in typed.items():
            with place.empty() as folder:
                command = (OURS / "python", PROGRAMS / "browsing.py", kind, folder)
                said = place.told(command, cwd=folder)
            seconds.append(statistics.median(said["typing"]) / 1000)
            opened += [one / 1000 for one in said["opening"]]
            frames += [one / 1000 for one in said["scrolling"]]
            place.say(f"  {kind}: a keystroke {seconds[-1] * 1000:.1f} ms")
    words = "a keystroke in a notebook of 500 cells, until it is painted"
    ours, theirs = (Samples(tuple(typed[kind])) for kind in ("extended", "alone"))
    yield Row("lab", words, ours, "JupyterLab alone", theirs, SLOWER)
    filled = Samples(tuple(opened))
    yield Cost("lab", "from the button to a filled form, of 100 cells", filled)
    yield Fact(
        *("lab", f"the form is filled within {FILLED * 1000:.0f} ms"),
        *(f"{filled.median * 1000:.0f} ms", filled.median <= FILLED),
    )
    late = statistics.quantiles(frames, n=20)[-1]
    yield Cost("lab", "a frame while 10,000 runs are scrolled", Samples(tuple(frames)))
    yield Fact(
        *("lab", f"nineteen frames of twenty take at most {FRAME * 1000:.0f} ms"),
        *(f"{late * 1000:.0f} ms", late <= FRAME),
    )

"""`make bench`: run every measurement and write what it found."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from benchmarks import compiling, parsing
from benchmarks.measure import Ratio, versions

RESULTS = Path(__file__).parent / "RESULTS.md"


def render(ratios: list[Ratio]) -> str:
    """The report."""
    lines = [
        "# Measurements",
        "",
        "`make bench` writes this page. Each row is one run on one machine, medians of whole",
        "processes unless it says otherwise; what counts is the ratio.",
        "",
        f"{platform.system()} {platform.machine()}, {versions()}",
        "",
        "| work | nbflow | against | that | ratio | at most |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {ratio.work} | {ratio.ours:.3f} s | {ratio.against} | {ratio.theirs:.3f} s "
        f"| {ratio.value:.2f} | {ratio.at_most:g} |"
        for ratio in ratios
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure, write, and end with 1 if a ratio is above its bound."""
    ratios = [*compiling.measure(), *parsing.measure()]
    report = render(ratios)
    RESULTS.write_text(report, encoding="utf-8")
    print(report)
    return int(any(ratio.value > ratio.at_most for ratio in ratios))


if __name__ == "__main__":
    sys.exit(main())

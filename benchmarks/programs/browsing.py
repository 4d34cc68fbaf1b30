"""What JupyterLab in a browser takes: `browsing.py alone|extended FOLDER`; says it as JSON.

`typing`: milliseconds from a keystroke in a notebook of 500 cells to what it has painted.
`opening`: milliseconds from the button "Schedule" to a form that is filled, of 100 cells.
`scrolling`: milliseconds of each frame while 10,000 runs are scrolled in the panel.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route

TESTS = Path(__file__).parents[2] / "tests"
sys.path[:0] = [str(TESTS / "widgets"), str(TESTS / "cli")]

from commands import write_notebook  # noqa: E402 - tests are no package
from jupyterlabs import browser, enter, lab, open_notebook  # noqa: E402

TYPED = "total = sum(value * 2 for value in rows if value > 10)  # no more"
TURNS = 5
WATCH = """() => {
    window.painted = [];
    document.addEventListener('keydown', () => {
        const began = performance.now();
        // After the frame in which it shows.
        requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => window.painted.push(performance.now() - began);
            port2.postMessage(null);
        });
    }, true);
}"""
OPEN = """async () => {
    const began = performance.now();
    await window.jupyterapp.commands.execute('nbflow:schedule');
    while (document.querySelectorAll('.nbf-Schedule .nbf-Graph-node').length < 10) {
        await new Promise(requestAnimationFrame);
    }
    return performance.now() - began;
}"""
SCROLL = """async () => {
    const list = document.querySelector('.nbf-Panel .nbf-Rows');
    const frames = [];
    let before = await new Promise(requestAnimationFrame);
    for (let count = 0; count < 600; count++) {
        list.scrollTop += 1000;
        const now = await new Promise(requestAnimationFrame);
        frames.push(now - before);
        before = now;
    }
    return { frames, top: list.scrollTop };
}"""
RUNS = 10_000
CLOSE = "[...window.jupyterapp.shell.widgets('main')].forEach(one => one.dispose())"


def main(kind: str, folder: Path) -> None:
    extended = kind == "extended"
    work, home = folder / "work", folder / "home"
    work.mkdir()
    home.mkdir()
    write_notebook(work / "many.ipynb", *_cells(500))
    for turn in range(TURNS + 1):
        write_notebook(work / f"some-{turn}.ipynb", *_cells(100))
    found: dict[str, list[float]] = {"typing": [], "opening": [], "scrolling": []}
    with lab(work, home, extension=extended) as address, browser() as chromium:
        page = enter(chromium, address)
        open_notebook(page, "many.ipynb", cells=2)
        if extended:
            page.locator(".nbf-Strip").first.wait_for()
        page.locator(".jp-Notebook .jp-CodeCell .jp-InputArea-editor").nth(1).click()
        page.keyboard.press("Control+End")
        page.evaluate(WATCH)
        page.keyboard.press("Enter")
        for _ in range(3):
            page.keyboard.type(TYPED, delay=80)
            page.keyboard.press("Enter")
            page.wait_for_timeout(1500)  # a pause, in which it is checked
        found["typing"] = page.evaluate("window.painted")
        page.evaluate(CLOSE)
        # The first form loads what later ones find.
        for turn in range(TURNS + 1 if extended else 0):
            open_notebook(page, f"some-{turn}.ipynb", cells=2)
            page.wait_for_timeout(3000)
            found["opening"].append(page.evaluate(OPEN))
            page.evaluate(CLOSE)
        if extended:
            found["scrolling"] = _scrolled(page)
    print(json.dumps({**found, "opening": found["opening"][1:]}))


def _scrolled(page: Page) -> list[float]:
    """Of a server with as many runs as no test can make; how it pages is measured elsewhere."""
    page.route("**/nbflow/api/runs?*", _answer)
    page.evaluate("window.jupyterapp.commands.execute('nbflow:show-runs')")
    panel = page.locator(".nbf-Panel")
    panel.get_by_role("button", name="Runs").click()
    panel.get_by_role("option").nth(5).wait_for()
    scrolled = page.evaluate(SCROLL)
    if scrolled["top"] < RUNS * 40:
        raise SystemExit(f"the list ended at {scrolled['top']} pixels")
    frames: list[float] = scrolled["frames"]
    return frames


def _answer(route: Route) -> None:
    asked = parse_qs(urlsplit(route.request.url).query)
    first, limit = (
        int(asked.get(name, [given])[0]) for name, given in (("after", "0"), ("limit", "100"))
    )
    last = min(RUNS, first + limit)
    answer = {
        "runs": [_run(number) for number in range(first, last)],
        "further": str(last) if last < RUNS else None,
        "unasked": None,
    }
    route.fulfill(json=answer)


def _run(number: int) -> dict[str, Any]:
    state = ("success", "failed", "running")[number % 3]
    return {
        "dag_id": f"pipeline_{number % 500}",
        "run_id": f"scheduled__{number}",
        "state": state,
        "started": "2026-11-01T07:00:00Z",
        "ended": None if state == "running" else "2026-11-01T07:04:00Z",
        "resumed": None,
        "url": None,
        "expected_end": None,
        "stored": None,
        "steps": [],
        "parameters": {},
        "metrics": {},
        "here": False,
    }


def _cells(count: int) -> list[tuple[str, str]]:
    """Ten steps, of as many cells each."""
    return [
        (
            f"step:part_{number * 10 // count}" if number % (count // 10) == 0 else "",
            f"rows_{number} = [value + {number} for value in range(100)]\nrows = rows_{number}",
        )
        for number in range(count)
    ]


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

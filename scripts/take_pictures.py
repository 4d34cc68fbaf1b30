"""Take `docs/images/pipeline.png`: a tagged notebook beside its graph in Airflow.

Needs, beside what `make setup` installs: Chromium, and `pip install playwright` (its Python package
only). Run it where `nbflow airflow up` and `nbflow publish` have gone before.
"""

from __future__ import annotations

import base64
import html
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "examples" / "notebooks" / "train_models.ipynb"
OUT = ROOT / "docs" / "images" / "pipeline.png"
NBFLOW = Path(sys.executable).parent / "nbflow"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What Airflow's page remembers of its reader's choices: the graph, from top to bottom.
VIEW = {
    "default_dag_view": '"graph"',
    "direction-train_models": '"DOWN"',
}
HIDDEN = '.react-flow__panel, [aria-label="Collapse Details Panel"] { visibility: hidden; }'
LINES = 3  # of a cell that are shown
COLOURS = 128  # few enough for a small file, enough for text
STYLE = """
body { margin: 0; background: #fff; font: 13px "DejaVu Sans", sans-serif; color: #222; }
main { display: flex; gap: 16px; padding: 16px; align-items: flex-start; }
section { border: 1px solid #ccc; border-radius: 6px; overflow: hidden; }
h2 { font-size: 13px; font-weight: normal; margin: 0; padding: 8px 12px;
     background: #f3f3f3; border-bottom: 1px solid #ccc; color: #555; }
.notebook { width: 560px; }
.cell { padding: 6px 12px; }
.tags { text-align: right; margin-bottom: 3px; min-height: 4px; }
.tag { background: #dff1e4; border: 1px solid #8cc79b; border-radius: 9px; color: #14532d;
       font: 11px "DejaVu Sans Mono", monospace; padding: 1px 8px; margin-left: 4px; }
pre { margin: 0; padding: 5px 8px; background: #f7f7f7; border: 1px solid #e2e2e2;
      font: 11px/1.4 "DejaVu Sans Mono", monospace; overflow: hidden; }
.graph img { display: block; width: 620px; }
"""


def take(browser: Browser, *, url: str, user: str, password: str) -> bytes:
    """The graph that Airflow's page shows of the DAG, as PNG."""
    page = browser.new_page(viewport={"width": 1000, "height": 1500}, device_scale_factor=1.5)
    address = f"{url}/dags/train_models"
    page.goto(address)
    page.fill("input[name=username]", user)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_url(address)
    for key, value in VIEW.items():
        page.evaluate("([key, value]) => localStorage.setItem(key, value)", [key, value])
    page.goto(address)
    page.locator(".react-flow__node").first.wait_for(timeout=60_000)
    page.wait_for_timeout(3_000)  # the graph is laid out and moves into place
    page.click(".react-flow__controls-zoomout")  # edges reach beyond what fits the view
    page.add_style_tag(content=HIDDEN)
    page.wait_for_timeout(1_000)
    return page.locator(".react-flow").screenshot()


def compose(graph: bytes) -> str:
    """The notebook's cells and the graph, side by side, as HTML."""
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    cells = "".join(_cell(cell) for cell in notebook["cells"] if cell["cell_type"] == "code")
    picture = base64.b64encode(graph).decode()
    return (
        f"<style>{STYLE}</style><main><section class=notebook><h2>{NOTEBOOK.name}</h2>{cells}"
        "</section><section class=graph><h2>Airflow: train_models</h2>"
        f'<img src="data:image/png;base64,{picture}"></section></main>'
    )


def _cell(cell: dict[str, Any]) -> str:
    tags = cell["metadata"].get("tags", [])
    lines = [line for line in "".join(cell["source"]).splitlines() if line.strip()]
    shown = "\n".join(lines[:LINES]) + ("\n…" if len(lines) > LINES else "")
    chips = "".join(f"<span class=tag>{html.escape(tag)}</span>" for tag in tags)
    return f"<div class=cell><div class=tags>{chips}</div><pre>{html.escape(shown)}</pre></div>"


def main() -> int:
    """Write the picture."""
    from PIL import Image

    asked = subprocess.run(
        [NBFLOW, "airflow", "status", "--json"], capture_output=True, check=True, text=True
    )
    status = json.loads(asked.stdout)
    if not status["running"]:
        print("no Airflow runs here; start it with `nbflow airflow up`", file=sys.stderr)
        return 1
    password = json.loads(Path(status["password_file"]).read_text("utf-8"))[status["user"]]
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        graph = take(browser, url=status["url"], user=status["user"], password=password)
        page = browser.new_page(viewport={"width": 1250, "height": 800}, device_scale_factor=1.5)
        page.set_content(compose(graph))
        whole = Path(folder) / "whole.png"
        page.locator("main").screenshot(path=whole)
        OUT.parent.mkdir(parents=True, exist_ok=True)
        Image.open(whole).convert("RGB").quantize(COLOURS).save(OUT, optimize=True)
        browser.close()
    print(f"{OUT.relative_to(ROOT)}: {OUT.stat().st_size // 1024} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())

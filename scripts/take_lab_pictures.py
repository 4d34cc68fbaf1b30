"""Take `docs/images/jupyterlab-*.png`: a notebook with its steps and a finding, and its editor.

Needs what the tests in a browser need: `make lab`, and Chromium.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
CELLS = (
    (["imports"], "import pandas as pd\nfrom sklearn.ensemble import RandomForestClassifier"),
    (["parameters"], "trees = 100  # in the forest\ncountry = 'de'"),
    (["step:load", "retries:2"], "customers = pd.read_csv('customers.csv')"),
    ([], "customers = customers[customers.country == country]"),
    (["skip"], "customers.head()"),
    (
        ["step:train", "profile:highmem", "prev:laod"],
        "forest = RandomForestClassifier(tree)\nforest.fit(customers[['age']], customers.left)",
    ),
    (["pipeline-metrics"], "accuracy = forest.score(customers[['age']], customers.left)\naccuracy"),
)
SHOWN = {"x": 291, "y": 36, "width": 669, "height": 632}
EDITED = {"x": 291, "y": 36, "width": 709, "height": 632}
TRAIN = 5
COLOURS = 128


def notebook() -> str:
    """The notebook's text."""
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {"tags": tags},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for number, (tags, source) in enumerate(CELLS)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


def take(folder: Path, theme: str) -> dict[str, bytes]:
    """The notebook as JupyterLab shows it, and as it is edited there, as PNG."""
    sys.path.insert(0, str(ROOT / "tests" / "widgets"))
    from jupyterlabs import browser, lab

    (folder / "train.ipynb").write_text(notebook(), encoding="utf-8")
    (folder / "customers.csv").write_text("country,age,left\nde,41,0\n", encoding="utf-8")
    home = folder / ".home"
    home.mkdir()
    with lab(folder, home, theme=theme, extension=True) as address, browser() as running:
        page = running.new_page(viewport={"width": 1000, "height": 700}, device_scale_factor=1.5)
        page.goto(address.in_lab("train.ipynb"))
        page.locator(".nbf-Finding").first.wait_for(timeout=60_000)
        page.locator(".jp-Notebook .jp-CodeCell").nth(TRAIN).click()
        page.wait_for_timeout(2_000)
        pictures = {"": bytes(page.screenshot(clip=SHOWN))}
        page.get_by_role("button", name="Fix: write prev:load").click()
        page.locator(".jp-Notebook .jp-CodeCell").nth(TRAIN).locator(".jp-InputPrompt").click()
        page.keyboard.press("e")
        page.locator(".nbf-Editor").get_by_role("group", name="The step train").wait_for()
        page.wait_for_timeout(2_000)
        pictures["-editing"] = bytes(page.screenshot(clip=EDITED))
        return pictures


def main() -> None:
    """Take one in each theme."""
    for theme in ("Light", "Dark"):
        with tempfile.TemporaryDirectory() as folder:
            pictures = take(Path(folder), f"JupyterLab {theme}")
        for name, png in pictures.items():
            out = ROOT / "docs" / "images" / f"jupyterlab{name}-{theme.lower()}.png"
            Image.open(io.BytesIO(png)).quantize(COLOURS).save(out, optimize=True)
            print(f"wrote {out.relative_to(ROOT)}")


if __name__ == "__main__":
    main()

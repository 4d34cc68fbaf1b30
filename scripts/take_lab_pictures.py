"""Take `docs/images/jupyterlab-*.png`: a notebook with its steps and a finding, and its editor.

Needs what the tests in a browser need: `make lab`, and Chromium.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from lab_pictures import browser, lab, save, write_notebook

CELLS = (
    ("imports", "import pandas as pd\nfrom sklearn.ensemble import RandomForestClassifier"),
    ("parameters", "trees = 100  # in the forest\ncountry = 'de'"),
    ("step:load retries:2", "customers = pd.read_csv('customers.csv')"),
    ("", "customers = customers[customers.country == country]"),
    ("skip", "customers.head()"),
    (
        "step:train profile:highmem prev:laod",
        "forest = RandomForestClassifier(tree)\nforest.fit(customers[['age']], customers.left)",
    ),
    ("pipeline-metrics", "accuracy = forest.score(customers[['age']], customers.left)\naccuracy"),
)
SHOWN = {"x": 291, "y": 36, "width": 669, "height": 632}
EDITED = {"x": 291, "y": 36, "width": 709, "height": 632}
TRAIN = 5


def take(folder: Path, theme: str) -> dict[str, bytes]:
    """The notebook as JupyterLab shows it, and as it is edited there, as PNG."""
    write_notebook(folder / "train.ipynb", *CELLS)
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
        save({f"jupyterlab{name}-{theme.lower()}": png for name, png in pictures.items()})


if __name__ == "__main__":
    main()

"""What the scripts share that take pictures of JupyterLab; finds what tests in a browser use."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from nbflow import api

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "widgets"), str(ROOT / "tests" / "cli")]

from commands import write_notebook  # noqa: E402 - tests are no package
from jupyterlabs import browser, lab  # noqa: E402

__all__ = ["browser", "jupyterlab", "lab", "project", "run", "save", "write_notebook"]

COLOURS = 128
"""Few enough for a small file, enough for text."""


def save(pictures: Mapping[str, bytes]) -> None:
    """Write PNGs into `docs/images`, by their names without the ending."""
    for name, png in pictures.items():
        out = ROOT / "docs" / "images" / f"{name}.png"
        Image.open(io.BytesIO(png)).quantize(COLOURS).save(out, optimize=True)
        print(f"wrote {out.relative_to(ROOT)}")


@contextmanager
def project(settings: str) -> Iterator[tuple[Path, Path]]:
    """A folder with these settings, and a private Airflow that goes; a home beside it."""
    with tempfile.TemporaryDirectory() as folder:
        root, home = Path(folder) / "work", Path(folder) / "home"
        root.mkdir()
        home.mkdir()
        (root / "nbflow.yaml").write_text(settings, encoding="utf-8")
        current = api.load_settings(root)
        api.airflow_up(current, tell=print)
        try:
            yield root, home
        finally:
            api.airflow_down(current)


@contextmanager
def jupyterlab(root: Path, home: Path, *, height: int) -> Iterator[Page]:
    """A page with an empty JupyterLab, as ann has it."""
    os.environ["NBFLOW_USER"] = "ann"
    with lab(root, home, extension=True) as address, browser() as chromium:
        page = chromium.new_page(viewport={"width": 1360, "height": height}, locale="en-GB")
        page.goto(address.empty)
        page.wait_for_function("window.jupyterapp?.restored.then(() => true)")
        yield page


def run(page: Page, name: str, **given: Any) -> None:
    """Run one of JupyterLab's commands, and let it be drawn what comes of it."""
    page.evaluate("([n, g]) => { jupyterapp.commands.execute(n, g); }", [name, given])
    page.wait_for_timeout(1500)

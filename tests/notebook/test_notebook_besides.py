"""Which files beside a notebook it uses as code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.model import Cell, Document
from nbflow.notebook import outline

if TYPE_CHECKING:
    from pathlib import Path


def _document(*sources: str) -> Document:
    cells = [Cell(f"c{at}", at, "code", text, ()) for at, text in enumerate(sources)]
    return Document("case", tuple(cells))


def test_modules_and_scripts_beside_a_notebook_are_read_with_what_they_import(
    tmp_path: Path,
) -> None:
    (tmp_path / "box").mkdir()
    for name in ("one.py", "two.py", "unused.py", "script.py", "box/__init__.py", "box/inner.py"):
        (tmp_path / name).write_text("import two\n" if name == "one.py" else "pass\n")
    found = outline(
        _document("import os, one as o\nfrom box.inner import x", "%run script.py"),
        folder=tmp_path,
    )
    expected = ["box/__init__.py", "box/inner.py", "one.py", "script.py", "two.py"]
    assert sorted(found.beside) == expected
    assert found.beside["one.py"] == "import two\n"
    assert not outline(_document("import one")).beside

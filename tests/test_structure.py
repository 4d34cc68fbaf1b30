"""The house rules that a machine can check."""

import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import nbflow

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "nbflow"
ROOMS = sorted(m.name for m in pkgutil.iter_modules([str(PACKAGE)]) if m.ispkg)
HEAVY = ("nbformat", "nbclient", "jupyter_client", "pandas", "numpy", "pydantic", "jinja2")
HEAVY += ("httpx", "rich", "yaml", "fsspec", "cloudpickle", "kubernetes", "IPython", "jsonschema")


def tracked(*patterns):
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT, capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_a_room_imports_only_rooms_below_it():
    linter = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    result = subprocess.run(linter, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("room", ROOMS)
def test_a_door_lists_what_it_offers(room):
    door = importlib.import_module(f"nbflow.{room}")
    assert door.__doc__
    assert len(set(door.__all__)) == len(door.__all__) > 0  # ruff keeps it sorted (RUF022)
    assert [name for name in door.__all__ if not hasattr(door, name)] == []


@pytest.mark.parametrize("room", ROOMS)
def test_other_rooms_come_in_through_the_door(room):
    inside = re.compile(rf"(?:from|import) nbflow\.{room}\.\w+")
    outsiders = [path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE / room]
    outsiders = [path for path in outsiders if room not in path.relative_to(PACKAGE).parts]
    found = [str(path) for path in outsiders if inside.search(path.read_text())]
    assert found == []


def test_a_module_has_under_400_lines():
    long = {
        str(path.relative_to(ROOT)): count
        for path in tracked("*.py", "*.ts", "*.tsx", "*.j2", "*.sh")
        if (count := len(path.read_text().splitlines())) >= 400 and "golden" not in path.parts
    }
    assert long == {}


def test_showing_the_help_imports_nothing_heavy():
    program = (
        "import sys\n"
        "from nbflow.cli import main\n"
        "main(['--help'])\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "Usage: nbflow" in result.stdout
    assert result.stderr.strip() == "[]"


def test_nothing_names_a_package_registry_or_this_machine():
    named = re.compile(r"pypi\.org|pythonhosted|npmjs|registry\.npm|deb\.debian|files\.pyth")
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix not in {".png", ".ico"}
        and path != Path(__file__)
        and (named.search(text := path.read_text(errors="ignore")) or f"{ROOT}/" in text)
    ]
    assert found == []


def test_the_version_is_said_once():
    assert f'version = "{nbflow.__version__}"' in (ROOT / "pyproject.toml").read_text()

"""Serializers that other packages bring, installed as packages are."""

import json
import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from nbflow.runtime import serializers

LIBRARY = """
class Table:
    def __init__(self, rows):
        self.rows = rows
        self.handle = (one for one in rows)  # does not pickle
class Sorted(Table):
    pass
"""
PLUG_IN = """
import library
def take_apart(table, parts):
    if type(table) is library.Sorted:
        return NotImplemented
    return library.Table, (table.rows,)
def wrong(table, parts):
    return [1]
def broken(table, parts):
    raise RuntimeError("no")
"""
SAVE = """
import json, sys
import library
from nbflow.runtime import artifacts, open_store, pickles
names = pickles.Names({}, {})
rows = [1, 2]
value = getattr(library, sys.argv[2])(rows)
saved = artifacts.save(
    {"one": [value], "two": {"t": value, "rows": rows}, "alone": 5},
    run=open_store(sys.argv[1]), folder="a", names=names, step="s",
)
print(json.dumps([saved.variables, saved.groups]))
"""
LOAD = """
import json, sys
from nbflow.runtime import artifacts, open_store
from nbflow.runtime.manifests import Manifest
found = artifacts.read(
    json.loads(sys.argv[2]), run=open_store(sys.argv[1]), what="variable 'one'",
    manifest=Manifest("s", 1, "a"), workspace="",
)
assert found["one"][0] is found["two"]["t"] and found["one"][0].rows is found["two"]["rows"]
print(type(found["one"][0]).__name__, found["two"]["rows"])
"""


@pytest.fixture
def site(tmp_path):
    """A folder of installed packages: a library, and a plug-in for it."""
    (tmp_path / "library.py").write_text(LIBRARY)
    (tmp_path / "plug_in.py").write_text(PLUG_IN)
    return tmp_path


def install(site, value, name="library.Table"):
    folder = site / "plug_in-1.dist-info"
    folder.mkdir(exist_ok=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: plug_in\nVersion: 1\n")
    (folder / "entry_points.txt").write_text(f"[{serializers.GROUP}]\n{name} = {value}\n")


def python(site, source, *arguments):
    return subprocess.run(
        [sys.executable, "-c", source, str(site / "store"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(site)},
    )


def test_a_serializer_of_another_package_writes_its_types_and_keeps_what_they_share(site):
    install(site, "plug_in:take_apart")
    done = python(site, SAVE, "Table")
    assert done.returncode == 0, done.stderr
    variables, groups = json.loads(done.stdout)
    assert {name: one["serializer"] for name, one in variables.items()} == {
        "one": "library.Table",
        "two": "library.Table",
        "alone": "pickle",
    }
    entry = json.dumps(groups[variables["one"]["group"]])
    assert python(site, LOAD, entry).stdout.split() == ["Table", "[1,", "2]"]
    (site / "library.py").unlink()
    assert (
        "step 's', written by library.Table, cannot be brought back"
        in python(site, LOAD, entry).stderr
    )


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        ("plug_in:missing", "Table", "the serializer 'library.Table' (plug_in:missing) cannot be"),
        ("nowhere:at_all", "Table", "the serializer 'library.Table' (nowhere:at_all) cannot be"),
        ("plug_in:wrong", "Table", "the serializer 'library.Table' returned 'list'"),
        ("plug_in:broken", "Sorted", "the serializer 'library.Table' failed: RuntimeError: no"),
        ("plug_in:take_apart", "Sorted", "cannot pickle 'generator' object"),
    ],
)
def test_a_serializer_that_fails_is_named_with_the_variable(site, value, kind, said):
    install(site, value)
    done = python(site, SAVE, kind)
    assert done.returncode == 1
    assert said in done.stderr
    assert "variable 'one' (list) of step 's'" in done.stderr


def test_a_serializer_of_another_package_goes_before_the_one_that_is_built_in(site):
    pytest.importorskip("PIL")
    install(site, "plug_in:broken", name="PIL.ImageDraw.ImageDraw")
    source = SAVE.replace("import library", "from PIL import Image, ImageDraw").replace(
        "getattr(library, sys.argv[2])(rows)", "ImageDraw.Draw(Image.new('L', (1, 1)))"
    )
    done = python(site, source, "")
    assert "the serializer 'PIL.ImageDraw.ImageDraw' failed" in done.stderr


def test_plain_values_are_saved_without_a_look_at_what_is_installed(site):
    source = """
import sys
from nbflow.runtime import groups, pickles
import datetime, collections, fractions
class Own(dict):
    pass
values = {"a": [1, {"b": fractions.Fraction(1)}], "c": collections.deque([datetime.date.today()])}
names = pickles.Names(globals(), {})
groups.group(values | {"own": Own(), "kind": Own}, names=names, step="s")
print("importlib.metadata" in sys.modules)
"""
    done = python(site, source)
    assert done.stdout == "False\n", done.stderr


def test_the_package_registers_its_own_serializers_as_others_do():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    registered = project["entry-points"][serializers.GROUP]
    assert registered == {
        name: f"nbflow.runtime.serializers_{place}" for name, place in serializers._BUILT_IN.items()
    }
    for name, value in registered.items():
        assert callable(EntryPoint(name, value, serializers.GROUP).load())

"""The images' files: pinned, alike, and with all that a step needs."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nbflow.api.images import PROVIDED, RUNTIME_IMAGE

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "images"
KINDS = sorted(path.parent.name for path in IMAGES.glob("*/Dockerfile"))
ROOMS = ("host", "kernel", "model", "runtime")
# Looked at where the step itself has imported them.
AUTHORS = {"matplotlib", "numpy", "pandas", "torch"}


def instructions(kind):
    """The file's instructions, continued lines as one."""
    lines = (IMAGES / kind / "Dockerfile").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    return [line.split(None, 1) for line in text.replace("\\\n", " ").splitlines() if line]


def final_stage(kind):
    told = instructions(kind)
    last = max(number for number, one in enumerate(told) if one[0] == "FROM")
    return told[last:]


def pinned(name):
    pairs = (line.split("==") for line in (IMAGES / name).read_text().split())
    return dict(pairs)


def test_there_are_three_images():
    assert KINDS == ["airflow", "gpu", "runtime"]


def test_the_lists_are_what_the_script_makes_of_the_repositorys_constraints():
    code = "import json, image_constraints; print(json.dumps(image_constraints.lists()))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "scripts", capture_output=True, check=True
    )
    made = json.loads(done.stdout)
    assert {name: (IMAGES / name).read_text() for name in made} == made


@pytest.mark.parametrize("name", ["runtime/constraints.txt", "airflow/constraints.txt"])
def test_a_list_has_names_and_versions_only(name):
    lines = (IMAGES / name).read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[\w.+!]+", line)] == []
    assert lines == sorted(lines, key=lambda line: line.split("==")[0])


def test_the_runtime_has_what_the_rooms_of_a_step_import():
    owners = importlib.metadata.packages_distributions()
    asked = set()
    for room in ROOMS:
        for path in (ROOT / "src" / "nbflow" / room).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    asked |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    asked.add(node.module.partition(".")[0])
    asked -= sys.stdlib_module_names | {"nbflow"} | AUTHORS
    missing = {name for name in asked if not {*map(spelled, owners[name])} & pinned_runtime()}
    assert missing == set()


def spelled(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned_runtime():
    return pinned("runtime/constraints.txt").keys()


def test_what_a_notebooks_image_leaves_to_its_base_is_in_the_base():
    assert PROVIDED - {"nbflow"} <= pinned_runtime()


def test_cpu_and_gpu_are_the_same_from_the_build_on():
    def rest(kind):
        return (IMAGES / kind / "Dockerfile").read_text().partition("FROM base AS build")[2]

    assert rest("gpu") == rest("runtime") != ""


@pytest.mark.parametrize("kind", KINDS)
def test_an_image_is_built_in_stages_and_runs_as_a_number_that_is_not_root(kind):
    told = instructions(kind)
    stages = [text for name, text in told if name == "FROM"]
    assert stages == ["${BASE} AS base", "base AS build", "base"]
    (user,) = [text for name, text in final_stage(kind) if name == "USER"]
    assert re.fullmatch(r"[1-9]\d*:\d+", user)
    assert ["COPY", "--from=build /image/ /"] in final_stage(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_base_is_named_with_its_version(kind):
    (base,) = [text for name, text in instructions(kind) if name == "ARG" and "BASE=" in text]
    assert re.fullmatch(r"BASE=docker\.io/[a-z]+/[a-z]+:[\w.-]*\d\.\d+[\w.-]*", base)


def test_the_airflow_image_has_the_airflow_that_is_tested():
    version = pinned("airflow/constraints.txt")["apache-airflow"]
    text = (IMAGES / "airflow" / "Dockerfile").read_text()
    assert f"docker.io/apache/airflow:{version}-python3.11" in text


def test_a_notebooks_image_starts_from_what_the_script_builds(tmp_path):
    told = build("runtime", path=tmp_path)
    assert told.returncode == 0, told.stderr
    name, folder, *files = told.stdout.split()
    assert name == RUNTIME_IMAGE
    assert sorted(files) == ["Dockerfile", "constraints.txt", "nbflow-0.1.0-py3-none-any.whl"]
    assert not Path(folder).exists()


def build(*arguments, path):
    """Run the script with a builder that says what it is given."""
    builder = path / "builder"
    builder.write_text('#!/bin/sh\necho "$1" "$2"\nls "$2"\n')
    builder.chmod(0o755)
    return subprocess.run(
        [ROOT / "scripts" / "build_image.sh", *arguments],
        env={"PATH": "/usr/bin:/bin", "NBFLOW_BUILD": str(builder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("../docs",)], ids=str)
def test_an_image_that_there_is_not_is_an_error_that_lists_those_that_there_are(
    tmp_path, arguments
):
    told = build(*arguments, path=tmp_path)
    assert told.returncode == 2
    assert "airflow gpu runtime" in told.stderr

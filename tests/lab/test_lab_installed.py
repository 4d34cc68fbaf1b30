"""What an installed nbflow puts where JupyterLab looks for extensions, without Node."""

import json
import subprocess
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from commands import write_notebook
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder
from jupyterlabs import browser, enter, lab, open_notebook

ROOT = Path(__file__).parents[2]
JUPYTER = ROOT / ".venv-jupyter"
LABEXTENSION = JUPYTER / "bin" / "jupyter-labextension"


@pytest.fixture(scope="module")
def wheel(extension, tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("wheel"))
    (made,) = WheelBuilder(str(ROOT)).build(directory=folder, versions=["standard"])
    return Path(made)


@pytest.fixture(scope="module")
def data(wheel, tmp_path_factory):
    """What the wheel installs beside the package."""
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as files:
        files.extractall(folder)
    return next(folder.glob("*.data")) / "data"


@pytest.fixture
def environment(wheel, tmp_path):
    """An environment in which the wheel is installed, and JupyterLab as another has it."""
    folder = tmp_path / "environment"
    venv.create(folder, symlinks=True)
    python = [str(JUPYTER / "bin" / "python"), "-m", "pip", "--python", str(folder / "bin/python")]
    flags = ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"]
    subprocess.run([*python, "install", *flags, str(wheel)], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    (others,) = JUPYTER.glob("lib/python*/site-packages")
    (packages / "jupyterlab.pth").write_text(f"{others}\n")
    return folder


def test_the_wheel_has_all_of_the_built_extension_and_says_who_installed_it(extension, data):
    installed = data / "share" / "jupyter" / "labextensions" / "@nbflow" / "jupyterlab"
    built = {str(path.relative_to(extension)) for path in extension.rglob("*") if path.is_file()}
    found = {str(path.relative_to(installed)) for path in installed.rglob("*") if path.is_file()}
    assert found == {*built, "install.json"}
    said = json.loads((installed / "install.json").read_text())
    assert (said["packageManager"], said["packageName"]) == ("python", "nbflow")


@pytest.mark.slow
def test_jupyterlab_finds_what_the_wheel_installs_and_takes_it_for_its_own_version(data, tmp_path):
    environ = {
        "HOME": str(tmp_path),
        "PATH": str(tmp_path),
        "JUPYTER_PATH": str(data / "share" / "jupyter"),
    }
    listed = subprocess.run(
        [str(LABEXTENSION), "list"], env=environ, capture_output=True, text=True, check=True
    )
    (line,) = [one for one in (listed.stdout + listed.stderr).splitlines() if "@nbflow" in one]
    assert "enabled" in line
    assert "OK" in line
    assert line.endswith("(python, nbflow)")


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.xdist_group("lab")
def test_whoever_installs_the_wheel_has_all_of_it_in_jupyterlab_without_node(environment, tmp_path):
    (tmp_path / "work").mkdir()
    (tmp_path / "home").mkdir()
    write_notebook(tmp_path / "work/nb.ipynb", ("step:load", "x = 1"), ("step:fit", "print(y)"))
    installed = {
        "PATH": str(environment / "bin"),
        "PYTHONPATH": None,
        "JUPYTERLAB_DIR": str(JUPYTER / "share" / "jupyter" / "lab"),
    }
    python = [str(environment / "bin" / "python"), "-m", "jupyterlab"]
    with (
        lab(tmp_path / "work", tmp_path / "home", command=python, **installed) as address,
        browser() as chromium,
    ):
        page = enter(chromium, address)
        open_notebook(page, "nb.ipynb", cells=2)
        page.locator(".nbf-Finding").get_by_text("y is not defined").wait_for()
        page.locator(".jp-NotebookPanel-toolbar").get_by_role("button", name="Schedule").click()
        page.get_by_role("heading", name="Schedule nb.ipynb").wait_for()
        page.locator(".nbf-Graph-node").nth(1).wait_for()


@pytest.mark.slow
def test_a_wheel_made_from_the_archive_needs_no_node_either(extension, tmp_path):
    (archive,) = SdistBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with tarfile.open(archive) as files:
        names = {name.partition("/")[2] for name in files.getnames()}
    assert str((extension / "package.json").relative_to(ROOT)) in names
    assert {"scripts/hatch_build.py", "jupyterlab_ext/install.json"} < names
    assert [name for name in names if "node_modules" in name] == []


def test_an_image_for_pods_is_made_without_it(tmp_path, monkeypatch):
    monkeypatch.setenv("NBFLOW_WITHOUT_LAB", "1")
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as files:
        assert [name for name in files.namelist() if "labextensions" in name] == []


@pytest.mark.parametrize(
    ("environ", "status", "said"),
    [({}, 0, "is left out"), ({"CI": "true"}, 1, "are missing")],
)
def test_without_node_the_extension_is_left_out_and_in_ci_that_is_an_error(
    tmp_path, environ, status, said
):
    (tmp_path / "dirname").symlink_to("/usr/bin/dirname")
    done = subprocess.run(
        ["/bin/bash", str(ROOT / "scripts" / "lab.sh"), "build"],
        env={"PATH": str(tmp_path), **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status
    assert said in done.stdout + done.stderr

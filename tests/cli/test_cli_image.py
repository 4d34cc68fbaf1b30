"""`nbflow image`: the Dockerfile on the terminal, in a file, as JSON; and bad input."""

from importlib.metadata import version

import pytest
from commands import nbflow, write_notebook


@pytest.fixture
def folder(tmp_path):
    write_notebook(tmp_path / "train.ipynb", "import yaml\nyaml", "import no_such_module as m\nm")
    return tmp_path


def test_the_text_goes_to_the_terminal_and_what_is_missing_beside_it(folder):
    result = nbflow("image", "train.ipynb", cwd=folder)
    assert result.status == 0
    assert result.out.startswith("# Written by `nbflow image`")
    assert f'"pyyaml=={version("pyyaml")}"' in result.out
    assert "warning: nothing that is installed here brings the module 'no_such_m" in result.err
    assert "--> train.ipynb: cell 2 (id cell-2), line 1" in result.err
    assert "= help: " in result.err


def test_a_file_is_written_and_written_again(folder):
    for base in ("one:1", "two:2"):
        result = nbflow("image", "train.ipynb", "-o", "Dockerfile", "--base", base, cwd=folder)
        assert (result.status, result.out) == (0, "Dockerfile\n")
        assert f"\nFROM {base}\n" in (folder / "Dockerfile").read_text()


def test_programs_get_json(folder):
    told = nbflow("image", "train.ipynb", "--json", "-o", "Dockerfile", cwd=folder).json
    assert told["requirements"] == [f"pyyaml=={version('pyyaml')}"]
    assert told["dockerfile"] == (folder / "Dockerfile").read_text()
    assert told["path"] == "Dockerfile"
    (warning,) = told["warnings"]
    assert (warning["cell"], warning["line"]) == ("cell-2", 1)


def test_the_folder_of_the_file_is_made(folder):
    result = nbflow("image", "train.ipynb", "-o", "img/two/Dockerfile", cwd=folder)
    assert (result.status, result.out) == (0, "img/two/Dockerfile\n")
    assert (folder / "img/two/Dockerfile").read_text().startswith("# Written by")


PODS = """\
backend: pod
store: s3://runs
defaults: {profile: small, image: "registry/all:1"}
profiles: {small: {cpu: 1}, gpu: {cpu: 1, image: "registry/gpu:1"}}
"""


@pytest.mark.parametrize(
    ("tags", "settings", "base", "says"),
    [
        (["step:a", "step:b"], PODS, "registry/all:1", "the notebook's steps run in"),
        (["step:a profile:gpu"], PODS, "registry/gpu:1", "the notebook's steps run in"),
        (["step:a image:own:1"], PODS, "own:1", "the notebook's steps run in"),
        (
            ["step:a profile:gpu", "step:b"],
            PODS,
            "registry/all:1",
            "the default profile, small: the steps run in several (a in registry/gpu:1, b in ",
        ),
        (["step:a"], "", "localhost/nbflow-runtime:", "the settings name none"),
    ],
)
def test_it_starts_from_the_image_that_the_steps_run_in(folder, tags, settings, base, says):
    (folder / "nbflow.yaml").write_text(settings)
    write_notebook(folder / "train.ipynb", *((tag, "import yaml\nyaml") for tag in tags))
    result = nbflow("image", "train.ipynb", cwd=folder)
    assert result.status == 0, result.err
    assert f"\nFROM {base}" in result.out
    assert f"starts from {base}" in result.err
    assert says in result.err


def test_a_base_that_is_asked_for_is_not_explained(folder):
    (folder / "nbflow.yaml").write_text(PODS)
    result = nbflow("image", "train.ipynb", "--base", "own:2", cwd=folder)
    assert "\nFROM own:2\n" in result.out
    assert "starts from" not in result.err


def test_a_file_that_it_has_not_written_stays(folder):
    (folder / "Dockerfile").write_text("FROM precious\n")
    result = nbflow("image", "train.ipynb", "-o", "Dockerfile", cwd=folder)
    assert result.status == 2
    assert "has not written it" in result.err
    assert (folder / "Dockerfile").read_text() == "FROM precious\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["missing.ipynb"], "missing.ipynb"),
        (["train.ipynb", "-o", "train.ipynb/Dockerfile"], "cannot be written"),
        (["train.ipynb", "-o", "."], "cannot be written"),
        (["train.ipynb", "--base", "a\nRUN evil"], "no image reference"),
        (["train.ipynb", "--base", ""], "no image reference"),
    ],
)
def test_bad_input_is_one_error_and_nothing_is_written(folder, arguments, says):
    before = sorted(path.name for path in folder.iterdir())
    result = nbflow("image", *arguments, cwd=folder)
    assert result.status == 2
    assert says in result.err
    assert "Traceback" not in result.err
    assert sorted(path.name for path in folder.iterdir()) == before


def test_requirements_that_are_no_text_are_an_error(folder):
    (folder / "requirements.txt").write_bytes(b"\xff\xfe\x00")
    result = nbflow("image", "train.ipynb", cwd=folder)
    assert (result.status, "is not UTF-8" in result.err) == (2, True)


def test_a_notebook_with_errors_ends_with_3(folder):
    write_notebook(folder / "bad.ipynb", ("step:a", "print(undefined)"))
    result = nbflow("image", "bad.ipynb", "-o", "Dockerfile", cwd=folder)
    assert result.status == 3
    assert "undefined" in result.err
    assert not (folder / "Dockerfile").exists()


def test_a_name_with_a_line_break_stays_in_its_comment(folder):
    write_notebook(folder / "a\nRUN evil.ipynb", "import yaml\nyaml")
    result = nbflow("image", "a\nRUN evil.ipynb", cwd=folder)
    assert result.status == 0
    assert [line for line in result.out.splitlines() if line.startswith("RUN evil")] == []

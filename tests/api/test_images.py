"""A notebook's Dockerfile: what it imports, in the versions that are here, and nothing else."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from importlib.metadata import version

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow import api, bundles
from nbflow.api.images import RUNTIME_IMAGE
from nbflow.errors import CheckFailed, UsageError


@pytest.fixture
def write(tmp_path):
    """Write a notebook beside nothing; a cell is its source or (tags, source)."""

    def written(*cells, language="python", **files):
        made = []
        for number, cell in enumerate(cells, 1):
            tags, source = ("", cell) if isinstance(cell, str) else cell
            metadata = {"tags": tags.split()}
            made.append(
                {"cell_type": "code", "id": f"c{number}", "metadata": metadata, "source": source}
                | {"outputs": [], "execution_count": None}
            )
        spec = {"name": "python3" if language == "python" else language, "display_name": "x"}
        about = {"kernelspec": {**spec, "language": language}}
        notebook = {"cells": made, "metadata": about, "nbformat": 4, "nbformat_minor": 5}
        path = tmp_path / "train.ipynb"
        path.write_text(json.dumps(notebook))
        return path

    return written


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Make a distribution that seems installed."""
    site = tmp_path / "site"
    monkeypatch.syspath_prepend(str(site))

    def installed(name, *files, version="1.0", url=None):
        info = site / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))
        if url is not None:
            (info / "direct_url.json").write_text(json.dumps({"url": url, "dir_info": {}}))

    return installed


def pin(name):
    return f"{name}=={version(name)}"


def run_arguments(text):
    """What a builder reads in the one RUN instruction."""
    (run,) = re.findall(r"^RUN (.*)$", text.replace("\\\n", ""), re.M)
    return json.loads(run)


def test_imports_become_the_installed_versions_sorted(write):
    path = write("import yaml\nimport pandas as pd, os", "from sklearn.svm import SVC\nSVC")
    made = api.image(path)
    assert made.requirements == (pin("pandas"), pin("pyyaml"), pin("scikit-learn"))
    assert made.doubts == ()


def test_the_text_is_a_whole_dockerfile(write):
    made = api.image(write("import pandas"), base="registry.example.com:5000/team/base:1@sha256:ab")
    assert made.text == (
        '# Written by `nbflow image` for "train.ipynb".\n'
        "FROM registry.example.com:5000/team/base:1@sha256:ab\n"
        "USER 0\n"
        'RUN ["python", "-m", "pip", "install", "--no-cache-dir", "--root-user-action=ignore", \\\n'
        f'     "{pin("pandas")}"]\n'
        "USER 1000:1000\n"
    )


def test_the_same_notebook_makes_the_same_text(write):
    path = write("import yaml, pandas, PIL, scipy, sklearn, polars")
    assert len({api.image(path).text for _ in range(3)}) == 1


def test_a_notebook_that_imports_nothing_needs_only_the_base(write):
    made = api.image(write("from __future__ import annotations\nimport os, sys\nprint(1)"))
    assert made.text.splitlines()[1:] == [f"FROM {RUNTIME_IMAGE}"]


def test_what_the_base_has_is_left_to_it(write):
    path = write("from IPython.display import HTML\nimport nbformat, nbflow, cloudpickle\nHTML")
    assert api.image(path).requirements == ()


def test_an_import_in_a_function_counts_and_one_in_a_skipped_cell_does_not(write):
    path = write("def f():\n    import yaml\n    return yaml\nf()", ("skip", "import pandas"))
    assert api.image(path).requirements == (pin("pyyaml"),)


def test_modules_that_are_imported_by_a_name_in_a_text_count(write):
    path = write('import importlib\nyaml = importlib.import_module("yaml")\nyaml')
    assert api.image(path).requirements == (pin("pyyaml"),)


def test_modules_beside_the_notebook_are_left_out_and_what_they_import_counts(write, tmp_path):
    (tmp_path / "scoring.py").write_text("import yaml\n\ndef score():\n    return yaml\n")
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "__init__.py").write_text("from . import deep\n")
    (tmp_path / "tools" / "deep.py").write_text("import nowhere_at_all\n")
    made = api.image(write("import scoring, tools\nscoring.score(), tools"))
    assert made.requirements == (pin("pyyaml"),)
    (doubt,) = made.doubts
    assert (doubt.cell, doubt.file, doubt.line) == (None, "tools/deep.py", 1)


def test_a_module_that_a_cell_writes_is_left_out(write):
    made = api.image(write("%%writefile made_here.py\nx = 1", "import made_here\nmade_here.x"))
    assert (made.requirements, made.doubts) == ((), ())


def test_an_import_that_nothing_here_brings_is_a_doubt_with_its_cell(write):
    (doubt,) = api.image(write("x = 1", "\nimport no_such_module\nno_such_module.f()")).doubts
    assert (doubt.cell, doubt.line) == ("c2", 2)
    assert "'no_such_module'" in doubt.message
    assert "requirements.txt" in doubt.hint


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    import no_such_module\nexcept ImportError:\n    pass",
        "try:\n    import no_such_module\nexcept (OSError, ModuleNotFoundError):\n    pass",
        "import contextlib\nwith contextlib.suppress(ImportError):\n    import no_such_module",
        "%load_ext autoreload",
    ],
)
def test_an_import_that_the_code_can_do_without_is_no_doubt(write, source):
    assert api.image(write(source)).doubts == ()


def test_lines_of_requirements_txt_come_first_and_win(write, tmp_path):
    (tmp_path / "requirements.txt").write_text(
        "# for the model\nScikit_Learn >= 1.2, <2  # any\n\npyarrow; python_version > '3'\n"
        "--extra-index-url=https://wheels.example.com/simple\nno-such-module @ https://x.example/a.whl\n"
    )
    made = api.image(write("import sklearn, yaml, no_such_module\nsklearn, no_such_module"))
    assert made.requirements == (
        "Scikit_Learn >= 1.2, <2",
        "pyarrow; python_version > '3'",
        "--extra-index-url",
        "https://wheels.example.com/simple",
        "no-such-module @ https://x.example/a.whl",
        pin("pyyaml"),
    )
    assert made.doubts == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pandas\n-r more.txt", "line 2: '-r more.txt' needs another file"),
        ("-e .", "needs another file"),
        ("./here", "cannot go into"),
        ("pandas==1 --hash=sha256:ab", "cannot go into"),
        ("pandas \\\n  --hash=sha256:ab", "line 1: "),
        ("pandas==${VERSION}", "cannot go into"),
        ("pandas pip", "cannot go into"),
        ("--report out.json", "no option that is taken over"),
        ("--index-url", "no option that is taken over"),
        ("--index-url 'x", "cannot be read"),
    ],
)
def test_a_line_that_a_dockerfile_cannot_say_is_an_error_with_its_place(
    write, tmp_path, text, says
):
    (tmp_path / "requirements.txt").write_text(text)
    with pytest.raises(UsageError, match=re.escape(says)) as caught:
        api.image(write("x = 1"))
    assert caught.value.hint
    assert "requirements.txt, line " in caught.value.message


def test_a_password_in_requirements_txt_is_refused_and_not_repeated(write, tmp_path):
    (tmp_path / "requirements.txt").write_text("-i https://me:hunter2@wheels.example.com/simple")
    with pytest.raises(UsageError) as caught:
        api.image(write("x = 1"))
    assert "hunter2" not in f"{caught.value.message} {caught.value.hint}"


def test_of_distributions_that_share_a_name_the_one_that_has_the_module_counts(write, install):
    install("shared-core", "shared/core/__init__.py", version="1.5")
    install("shared-extra", "shared/extra/thing.py", version="2.5")
    made = api.image(write("from shared.extra import thing\nthing"))
    assert made.requirements == ("shared-extra==2.5",)


def test_a_package_from_a_folder_is_a_doubt_and_not_asked_for(write, install):
    install("home-grown", "home_grown/__init__.py", url="file:///home/me/secret-name")
    made = api.image(write("import home_grown\nhome_grown"))
    assert made.requirements == ()
    assert "home-grown is installed here from a folder" in made.doubts[0].message
    assert "secret-name" not in str(made.doubts)


def test_a_build_of_its_own_is_asked_for_by_its_public_version_with_a_doubt(write, install):
    install("tensors", "tensors/__init__.py", version="2.13.0+cpu")
    made = api.image(write("import tensors\ntensors"))
    assert made.requirements == ("tensors==2.13.0",)
    assert "2.13.0+cpu" in made.doubts[0].message


def test_an_odd_version_is_a_doubt_and_never_in_the_text(write, install):
    install("odd", "odd/__init__.py", version='1.0" && rm -rf ~')
    made = api.image(write("import odd\nodd"))
    assert made.requirements == ()
    assert "rm -rf" not in made.text
    assert "without a version" in made.doubts[0].message


@pytest.mark.parametrize(
    "base", ["", "two words", "a\nRUN evil", "--platform=x", "$BASE", "a:1 AS b", "a\\", "é"]
)
def test_a_base_that_is_no_image_is_refused(write, base):
    with pytest.raises(UsageError, match="no image reference"):
        bundles.dockerfile("x", base=base, arguments=())


@given(source=st.text(), arguments=st.lists(st.text(), min_size=1))
def test_no_text_breaks_out_of_its_instruction(source, arguments):
    text = bundles.dockerfile(source, base="base:1", arguments=arguments)
    words = [line.split(" ", 1)[0] for line in text.splitlines() if not line.startswith(" ")]
    assert words == ["#", "FROM", "USER", "RUN", "USER"]
    assert run_arguments(text)[6:] == arguments


@given(text=st.text(alphabet=st.characters(codec="utf-8")))
def test_any_requirements_txt_is_read_or_refused(text):
    with suppress(UsageError):
        read = bundles.read_requirements(text, source="requirements.txt")
        assert all(argument == argument.strip() for argument in read.arguments)


def test_a_notebook_with_errors_has_no_image(write):
    with pytest.raises(CheckFailed):
        api.image(write("print(undefined_name)"))


def test_a_notebook_in_another_language_is_refused_with_a_way_out(write):
    with pytest.raises(UsageError, match="is in r: only Python") as caught:
        api.image(write("x <- 1", language="r"))
    assert RUNTIME_IMAGE in caught.value.hint

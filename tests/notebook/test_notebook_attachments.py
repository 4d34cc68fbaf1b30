import os
from dataclasses import replace
from pathlib import Path

import pytest
from written_notebooks import code, document

from nbflow import notebook
from nbflow.model import FileUse, Pipeline, PipelineOptions, Step

DOCUMENT = document(code("a"), code("b"), code("c"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "book.ipynb": "{}",
        "iris.csv": "1",
        "data/a.csv": "a",
        "data/b.csv": "b",
        "data/deep/c.csv": "c",
        "data/.hidden": "h",
        "data/.ipynb_checkpoints/a.csv": "h",
        "local.py": "import other, numpy\nfrom pkg.sub import x\n%magic\n",
        "other.py": "def f():\n    import lazy\n",
        "lazy.py": "",
        "unused.py": "",
        "pkg/__init__.py": "from . import sub",
        "pkg/sub.py": "import local",
        "pkg/deep/more.py": "import far",
        "pkg/data.txt": "no",
        "pkg/__pycache__/sub.py": "no",
        "far.py": "",
        "space/one.py": "",
        "broken.py": "def (:\nimport far",
        "with[brackets].txt": "w",
    }
    for name, content in files.items():
        path = tmp_path / "work" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (tmp_path / "secret.txt").write_text("outside")
    return tmp_path / "work"


def use(path: str, cell: int = 0, *, reads: bool = True, writes: bool = False) -> FileUse:
    return FileUse(path, f"cell-{cell:04d}", 1, None, reads, writes)


def attached(
    folder: Path, *uses: FileUse, modules: tuple[str, ...] = (), files: tuple[str, ...] = ()
) -> tuple[list[str], list[str]]:
    pipeline = Pipeline(
        name="book",
        document=DOCUMENT,
        options=PipelineOptions(files=files),
        files=uses,
        modules=modules,
    )
    contents, found = notebook.attachments(pipeline, folder=folder)
    assert list(contents) == sorted(contents)
    assert all((folder / name).read_bytes() == content for name, content in contents.items())
    return list(contents), [diagnostic.code for diagnostic in found]


@pytest.mark.parametrize(
    ("modules", "expected"),
    [
        (("os", "numpy"), []),
        (("far",), ["far.py"]),
        (("other",), ["lazy.py", "other.py"]),
        (
            ("pkg",),
            [
                "far.py",
                "lazy.py",
                "local.py",
                "other.py",
                "pkg/__init__.py",
                "pkg/deep/more.py",
                "pkg/sub.py",
            ],
        ),
        (("space.one",), ["space/one.py"]),
        (("data", ""), []),
    ],
)
def test_local_modules_travel_with_what_they_import(folder, modules, expected) -> None:
    assert attached(folder, modules=modules) == (expected, [])


def test_a_module_that_is_not_python_travels_with_a_warning(folder: Path) -> None:
    assert attached(folder, modules=("broken",)) == (["broken.py"], ["NB705"])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("iris.csv", ["iris.csv"]),
        ("./iris.csv", ["iris.csv"]),
        ("data/../iris.csv", ["iris.csv"]),
        ("data\\a.csv", ["data/a.csv"]),
        ("data", ["data/a.csv", "data/b.csv", "data/deep/c.csv"]),
        ("data/", ["data/a.csv", "data/b.csv", "data/deep/c.csv"]),
        ("data/*.csv", ["data/a.csv", "data/b.csv"]),
        ("data/**/*.csv", ["data/a.csv", "data/b.csv", "data/deep/c.csv"]),
        ("with[brackets].txt", ["with[brackets].txt"]),
        ("https://example.com/x.csv", []),
        ("s3://bucket/x.csv", []),
        ("/dev/null", []),
        ("/tmp/scratch.csv", []),
        ("", []),
        ("nul\0byte", []),
    ],
)
def test_files_that_the_code_reads_travel(folder: Path, path: str, expected: list[str]) -> None:
    assert attached(folder, use(path)) == (expected, [])


@pytest.mark.parametrize(
    ("path", "code_"),
    [
        ("missing.csv", "NB701"),
        ("data/*.parquet", "NB701"),
        (".", "NB701"),
        ("x" * 5000, "NB701"),
        ("data/.hidden", "NB707"),
        ("../secret.txt", "NB702"),
        ("data/../../secret.txt", "NB702"),
        ("~/secret.txt", "NB702"),
        ("/srv/data.csv", "NB702"),
        ("C:\\data.csv", "NB702"),
    ],
)
def test_what_is_not_there_or_outside_warns(folder: Path, path: str, code_: str) -> None:
    assert attached(folder, use(path)) == ([], [code_])


def test_a_file_is_told_once(folder: Path) -> None:
    assert attached(folder, use("x.csv", 0), use("x.csv", 1)) == ([], ["NB701"])


def test_what_an_earlier_cell_writes_is_neither_missing_nor_carried(folder: Path) -> None:
    written = use("model.pkl", 0, reads=False, writes=True)
    assert attached(folder, use("model.pkl", 1), written) == ([], [])
    stale = use("iris.csv", 0, reads=False, writes=True)
    assert attached(folder, stale, use("iris.csv", 1)) == ([], [])
    assert attached(folder, use("out", 0, reads=False, writes=True), use("out/x", 1)) == ([], [])


def test_what_a_later_cell_writes_is_carried(folder: Path) -> None:
    later = use("iris.csv", 2, reads=False, writes=True)
    assert attached(folder, later, use("iris.csv", 1)) == (["iris.csv"], [])


def test_a_file_that_is_opened_to_change_may_be_missing(folder: Path) -> None:
    assert attached(folder, use("log.txt", writes=True)) == ([], [])
    assert attached(folder, use("iris.csv", writes=True)) == (["iris.csv"], [])


def test_a_folder_travels_without_what_was_written_into_it(folder: Path) -> None:
    written = use("data/b.csv", 0, reads=False, writes=True)
    files, codes = attached(folder, written, use("data", 1))
    assert (files, codes) == (["data/a.csv", "data/deep/c.csv"], [])
    assert attached(folder, written, use("data/b*.csv", 1))[1] == []
    made = use("new.csv", 0, reads=False, writes=True)
    assert attached(folder, made, use("*.csv", 1)) == (["iris.csv"], [])
    assert attached(folder, made, use("n*.csv", 1)) == ([], [])


@pytest.mark.parametrize(
    ("pattern", "expected", "codes"),
    [
        ("data", ["data/a.csv", "data/b.csv", "data/deep/c.csv"], []),
        ("*.csv", ["iris.csv"], []),
        ("data/.hidden", ["data/.hidden"], []),
        ("*.parquet", [], ["NB704"]),
        ("../*.txt", [], ["NB704"]),
        ("/etc/*", [], ["NB704"]),
        ("**", None, []),
    ],
)
def test_declared_patterns_must_match(folder, pattern, expected, codes) -> None:
    files, found = attached(folder, files=(pattern,))
    assert found == codes
    assert expected is None or files == expected


def test_a_notebook_that_a_step_runs_travels(folder: Path) -> None:
    step = Step("sub", ("cell-0001",), notebook="book.ipynb")
    pipeline = Pipeline("x", DOCUMENT, steps=(step,))
    assert list(notebook.attachments(pipeline, folder=folder)[0]) == ["book.ipynb"]
    missing = replace(pipeline, steps=(replace(step, notebook="no.ipynb"),))
    (found,) = notebook.attachments(missing, folder=folder)[1]
    assert (found.code, found.cell) == ("NB704", "cell-0001")


def test_too_much_is_an_error_that_names_the_largest(folder: Path) -> None:
    (folder / "big.bin").write_bytes(b"x" * 3_000_000)
    pipeline = Pipeline("x", DOCUMENT, files=(use("big.bin"), use("iris.csv")))
    contents, (found,) = notebook.attachments(pipeline, folder=folder, max_bytes=1024**2)
    assert contents == {}
    assert found.code == "NB703"
    assert "2.9 MB, over 1.0 MB: 'big.bin' (2.9 MB)" in found.message
    assert len(notebook.attachments(pipeline, folder=folder)[0]) == 2


def test_a_relative_folder_works_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    pipeline = Pipeline("x", DOCUMENT, files=(use("data/*.csv"),), modules=("far",))
    contents, _ = notebook.attachments(pipeline, folder=Path())
    assert list(contents) == ["data/a.csv", "data/b.csv", "far.py"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_an_error(folder: Path) -> None:
    (folder / "iris.csv").chmod(0)
    pipeline = Pipeline("x", DOCUMENT, files=(use("iris.csv"),))
    assert notebook.attachments(pipeline, folder=folder)[1][0].code == "NB706"


def test_a_file_whose_name_is_no_utf_8_cannot_travel_which_is_said(folder: Path) -> None:
    name = os.fsdecode(b"caf\xe9.csv")
    (folder / name).write_text("1,2")
    pipeline = Pipeline("x", DOCUMENT, files=(use(name),))
    contents, (found,) = notebook.attachments(pipeline, folder=folder)
    assert (contents, found.code) == ({}, "NB706")
    assert "'caf\\udce9.csv'" in found.message
    assert "UTF-8" in found.message


def listing(path: str, cell: int = 0, **more: bool) -> FileUse:
    return replace(use(path, cell), listing=True, **more)


def test_a_listing_of_the_notebooks_folder_takes_all_but_notebooks_and_hidden_files(folder) -> None:
    (folder / "venv").mkdir()
    (folder / "venv/pyvenv.cfg").write_text("")
    (folder / ".nbflow").mkdir()
    (folder / ".nbflow/x").write_text("")
    (folder / "data/other.ipynb").write_text("{}")
    files, codes = attached(folder, listing("."))
    assert codes == []
    assert {"iris.csv", "data/a.csv", "data/deep/c.csv", "local.py", "pkg/data.txt"} <= set(files)
    left_out = (".", "venv", "book")
    assert not [f for f in files if f.startswith(left_out) or "/." in f or f.endswith(".ipynb")]
    assert not [f for f in files if "__pycache__" in f]


@pytest.mark.parametrize(
    ("path", "expected", "codes"),
    [
        ("data", ["data/a.csv", "data/b.csv", "data/deep/c.csv"], []),
        ("data/*.csv", ["data/a.csv", "data/b.csv"], []),
        ("*.ipynb", ["book.ipynb"], []),
        ("*.parquet", [], []),
        ("nowhere", [], ["NB701"]),
    ],
)
def test_what_is_listed_travels_and_a_pattern_may_match_nothing(
    folder: Path, path: str, expected: list[str], codes: list[str]
) -> None:
    assert attached(folder, listing(path)) == (expected, codes)


def test_what_the_code_can_do_without_may_be_missing(folder: Path) -> None:
    check = replace(use("out"), optional=True)
    assert attached(folder, check) == ([], [])
    assert attached(folder, replace(check, path="iris.csv")) == (["iris.csv"], [])
    assert attached(folder, check, use("out", 1)) == ([], [])


def made(path: str, cell: int = 0) -> FileUse:
    return replace(use(path, cell, reads=False, writes=True), folder=True)


def test_asking_for_a_folder_that_the_notebook_makes_takes_nothing(folder: Path) -> None:
    check = replace(use("data"), optional=True)
    assert attached(folder, check, made("data", 1)) == ([], [])


def test_a_folder_that_is_made_where_it_is_missing_keeps_its_files(folder: Path) -> None:
    assert attached(folder, made("data"), use("data/a.csv", 1)) == (["data/a.csv"], [])
    assert attached(folder, made("data"), listing("data/*.csv", 1))[0] == [
        "data/a.csv",
        "data/b.csv",
    ]
    written = use("data/a.csv", 1, reads=False, writes=True)
    assert attached(folder, made("data"), written, listing("data/a*", 2)) == ([], [])


def test_what_may_lie_in_a_folder_that_was_made_is_not_missing(folder: Path) -> None:
    assert attached(folder, made("out"), use("out/x.csv", 1)) == ([], [])
    assert attached(folder, made("out/deep"), listing("out", 1)) == ([], [])
    written = use("results/x.csv", 0, reads=False, writes=True)
    assert attached(folder, written, listing("results", 1)) == ([], [])
    assert attached(folder, written, use("results/y.csv", 1)) == ([], ["NB701"])

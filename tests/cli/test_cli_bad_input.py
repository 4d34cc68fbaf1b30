"""Each bad input: one clear message, the right exit status, nothing half-written."""

import json

import pytest
from commands import nbflow, write_notebook

COMMANDS = [("check",), ("show",), ("compile", "-o", "out"), ("run",)]


def assert_one_clear_message(result, folder, *, says, before):
    assert says in result.err
    assert result.err.count("error") == 1, result.err
    assert "Traceback" not in result.err + result.out
    assert sorted(path.name for path in folder.iterdir()) == before


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"not json", "JSON"),
        (b"", "empty"),
        (b"[1, 2]", "notebook"),
        (b'{"a": 1}', "notebook"),
        (b'{"cells": [], "metadata": {}, "nbformat": 9, "nbformat_minor": 0}', "format"),
        (b"\xff\xfe\x00garbage", "UTF-8"),
    ],
    ids=["no-json", "empty", "list", "no-notebook", "future-format", "binary"],
)
def test_a_file_that_is_no_notebook_ends_with_2(tmp_path, command, content, says):
    (tmp_path / "bad.ipynb").write_bytes(content)
    name, *rest = command
    result = nbflow(name, "bad.ipynb", *rest, cwd=tmp_path)
    assert result.status == 2
    assert_one_clear_message(result, tmp_path, says=says, before=["bad.ipynb"])


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_missing_file_ends_with_2(tmp_path, command):
    name, *rest = command
    result = nbflow(name, "missing.ipynb", *rest, cwd=tmp_path)
    assert result.status == 2
    assert_one_clear_message(result, tmp_path, says="missing.ipynb", before=[])


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ([], "has no code to run"),
        (["", "  "], "has no code to run"),
        ([("step:a", "x = (")], "syntax"),
        ([("step:a prev:b", "x = 1"), ("step:b prev:a", "y = 2")], "a"),
        ([("step:a prev:nowhere", "x = 1")], "nowhere"),
        ([("step:a", "print(undefined_name)")], "undefined_name"),
        ([("step:a profile:huge", "x = 1")], "huge"),
        ([("step:a limit:memory:lots", "x = 1")], "lots"),
    ],
    ids=[
        "no-cells",
        "no-code",
        "syntax",
        "cycle",
        "unknown-prev",
        "undefined",
        "unknown-profile",
        "bad-quantity",
    ],
)
@pytest.mark.parametrize("command", COMMANDS[2:], ids=lambda command: command[0])
def test_a_notebook_with_errors_ends_with_3_and_nothing_is_written(tmp_path, command, cells, says):
    write_notebook(tmp_path / "bad.ipynb", *cells)
    name, *rest = command
    result = nbflow(name, "bad.ipynb", *rest, cwd=tmp_path)
    assert result.status == 3
    assert says in result.err
    assert "help:" in result.err
    assert "Traceback" not in result.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.ipynb"]


def test_check_finds_all_errors_of_all_notebooks(tmp_path):
    write_notebook(tmp_path / "one.ipynb", ("step:a", "missing_one"), ("step:b", "missing_two"))
    write_notebook(tmp_path / "two.ipynb", "fine = 1")
    result = nbflow("check", "one.ipynb", "two.ipynb", "--json", cwd=tmp_path)
    assert result.status == 3
    one, two = result.json
    assert [found["cell"] for found in one["diagnostics"]] == ["cell-1", "cell-2"]
    assert two["diagnostics"] == []


def test_a_finding_is_printed_as_a_compiler_would(tmp_path):
    write_notebook(tmp_path / "bad.ipynb", "x = 1", ("step:a", "y = 2\nprint(zzz)"))
    result = nbflow("check", "bad.ipynb", cwd=tmp_path)
    assert "--> bad.ipynb: cell 2 (id cell-2), line 2" in result.out
    assert " 2 | print(zzz)" in result.out
    assert "= help: " in result.out


def test_no_kernel_of_that_name_is_said_before_a_step_starts(tmp_path):
    kernelspec = {"name": "no-such-kernel", "display_name": "?", "language": "python"}
    write_notebook(tmp_path / "bad.ipynb", "x = 1", kernelspec=kernelspec)
    result = nbflow("run", "bad.ipynb", cwd=tmp_path)
    assert result.status in {2, 5}
    assert "no-such-kernel" in result.err
    assert "python3" in result.err
    assert "Traceback" not in result.err


def test_two_notebooks_with_one_name_are_refused(tmp_path):
    (tmp_path / "sub").mkdir()
    write_notebook(tmp_path / "same.ipynb", "x = 1")
    write_notebook(tmp_path / "sub" / "same.ipynb", "x = 2")
    (tmp_path / "nbflow.yaml").write_text("target: {kind: folder, path: dags}\n")
    result = nbflow("publish", "same.ipynb", "sub/same.ipynb", "--no-wait", cwd=tmp_path)
    assert result.status == 6
    assert "same" in result.err
    assert not (tmp_path / "dags").exists()


def test_fifty_megabytes_of_stored_outputs_do_not_reach_the_bundle(tmp_path):
    path = write_notebook(tmp_path / "big.ipynb", ("step:a", "x = 1"), ("step:b", "x"))
    notebook = json.loads(path.read_text())
    stream = {"output_type": "stream", "name": "stdout", "text": "x" * 50_000_000}
    notebook["cells"][0]["outputs"] = [stream]
    path.write_text(json.dumps(notebook))
    assert nbflow("compile", "big.ipynb", "-o", "out", cwd=tmp_path).status == 0
    written = sum(each.stat().st_size for each in (tmp_path / "out").rglob("*") if each.is_file())
    assert written < 100_000


def test_json_errors_are_json(tmp_path):
    result = nbflow("show", "missing.ipynb", "--json", cwd=tmp_path)
    assert result.status == 2
    assert result.json["error"]["code"] == "notebook"


def test_an_unknown_option_ends_with_2(tmp_path):
    result = nbflow("check", "--nonsense", "a.ipynb", cwd=tmp_path)
    assert result.status == 2
    assert "--nonsense" in result.err


def test_one_unreadable_file_does_not_hide_what_is_wrong_with_the_others(tmp_path):
    write_notebook(tmp_path / "bad.ipynb", "missing_name")
    result = nbflow("check", "nowhere.ipynb", "bad.ipynb", cwd=tmp_path)
    assert result.status == 2
    assert "nowhere.ipynb" in result.err
    assert "missing_name" in result.out
    unreadable, bad = nbflow("check", "nowhere.ipynb", "bad.ipynb", "--json", cwd=tmp_path).json
    assert unreadable["error"]["code"] == "notebook"
    assert bad["diagnostics"][0]["code"] == "NB301"


def test_an_output_never_overwrites_another_kind_of_file(tmp_path):
    write_notebook(tmp_path / "fine.ipynb", "x = 1")
    (tmp_path / "script.py").write_text("precious = 1")
    result = nbflow("run", "fine.ipynb", "-o", "script.py", cwd=tmp_path)
    assert result.status == 2
    assert "does not end in .ipynb" in result.err
    assert (tmp_path / "script.py").read_text() == "precious = 1"


def test_an_output_never_overwrites_the_notebook_itself(tmp_path):
    path = write_notebook(tmp_path / "mine.ipynb", "x = 1")
    before = path.read_bytes()
    result = nbflow("run", "mine.ipynb", "-o", "./mine.ipynb", cwd=tmp_path)
    assert result.status == 2
    assert path.read_bytes() == before


def test_a_kernel_that_is_not_here_is_a_warning_before_anything_runs(tmp_path):
    kernelspec = {"name": "no-such-kernel", "display_name": "?", "language": "python"}
    write_notebook(tmp_path / "far.ipynb", "x = 1", kernelspec=kernelspec)
    (found,) = nbflow("check", "far.ipynb", "--json", cwd=tmp_path).json[0]["diagnostics"]
    assert (found["code"], found["severity"]) == ("NB607", "warning")
    assert "python3" in found["hint"]


def test_a_misspelled_command_is_told_with_the_nearest_as_any_other_error_is(tmp_path):
    result = nbflow("chekc", cwd=tmp_path)
    assert result.status == 2
    assert result.err.startswith("error: No such command 'chekc'. Did you mean 'check'?\n  help: ")
    missing = nbflow("check", "--json", cwd=tmp_path)
    assert missing.json["error"]["code"] == "usage"
    assert "NB..." in missing.json["error"]["message"]


@pytest.mark.parametrize(
    "command",
    [("runs",), ("clean",), ("profiles", "suggest"), ("output", "journey", "-o", "out.ipynb")],
    ids=lambda command: command[0],
)
def test_a_project_that_is_not_there_ends_with_2_and_a_way_out(tmp_path, command):
    result = nbflow(*command, "--project", "nowhere", cwd=tmp_path)
    assert result.status == 2
    assert_one_clear_message(result, tmp_path, says="folder nowhere is not there", before=[])
    assert "help: name the folder of nbflow.yaml" in result.err


def test_a_project_that_is_a_file_ends_with_2_and_the_folder_s_name(tmp_path):
    (tmp_path / "nbflow.yaml").write_text("{}\n")
    result = nbflow("published", "--project", "nbflow.yaml", "--json", cwd=tmp_path)
    assert result.status == 2
    assert result.json["error"]["hint"] == "name its folder: ."

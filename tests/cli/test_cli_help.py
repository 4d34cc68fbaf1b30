import click
import pytest
from commands import nbflow

from nbflow.cli.app import app


def commands(command=app, path=()):
    yield path
    for name, inner in inside(command).items():
        yield from commands(inner, (*path, name))


def inside(command):
    if not isinstance(command, click.Group):
        return {}
    context = click.Context(command)
    return {name: command.get_command(context, name) for name in command.list_commands(context)}


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_help_carries_an_example(path):
    command = app
    for name in path:
        command = inside(command)[name]
    text = command.get_help(click.Context(command, info_name="nbflow"))
    assert "Example: nbflow" in text


def test_every_command_of_the_contract_is_there():
    names = {" ".join(path) for path in commands()}
    asked = ["check", "show", "compile", "run", "publish", "trigger", "runs", "output"]
    assert names >= {*asked, "airflow up", "airflow down", "airflow status"}
    assert names >= {"teams", "teams airflow", "teams manifests", "teams policy"}


def test_help_comes_from_the_installed_command(tmp_path):
    result = nbflow("--help", cwd=tmp_path)
    assert (result.status, result.err) == (0, "")
    assert "nbflow check train.ipynb" in result.out


def test_the_version_is_printed(tmp_path):
    assert nbflow("--version", cwd=tmp_path).out.startswith("nbflow")

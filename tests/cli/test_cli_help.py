import pkgutil
import re
from importlib import import_module

import click
import pytest
from commands import nbflow

from nbflow import cli
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


def test_every_command_stands_under_one_heading_of_the_help():
    """A command's module says what it offers; a group of the help says where it is found."""
    offered = [
        command.name
        for module in pkgutil.iter_modules(cli.__path__)
        for command in getattr(import_module(f"nbflow.cli.{module.name}"), "COMMANDS", ())
    ]
    text = app.get_help(click.Context(app, info_name="nbflow", terminal_width=80))
    told = re.findall(r"^  ([a-z-]+) {2,}\S", text.partition("Look:")[2], re.MULTILINE)
    assert sorted(told) == sorted(offered)


def test_the_help_has_the_commands_in_the_order_of_a_user_s_work():
    text = app.get_help(click.Context(app, info_name="nbflow"))
    headings = re.findall(r"^(\S.*):$", text, re.MULTILINE)
    assert headings[1:] == ["Look", "Run here", "Publish", "Operate", "Set up, bring over"]
    places = [text.index(f"\n  {name} ") for name in ("show", "run", "publish", "trigger", "clean")]
    assert places == sorted(places)


@pytest.mark.parametrize("path", [one for one in commands() if one], ids=" ".join)
def test_what_a_command_does_is_told_in_a_line_of_80_columns(path):
    *groups, name = path
    command = app
    for each in groups:
        command = inside(command)[each]
    text = command.get_help(click.Context(command, info_name="nbflow", terminal_width=80))
    (line,) = re.findall(rf"^  {name} +(\S.*)$", text, re.MULTILINE)
    assert not line.endswith("...")

"""The commands, and how their errors reach the terminal."""

from __future__ import annotations

import errno
import importlib
import os
import signal
import sys
import threading
from collections.abc import Sequence

import click

from nbflow import __version__
from nbflow.cli.console import print_error
from nbflow.errors import NbflowError, StoreError, UsageError
from nbflow.model import did_you_mean

_GROUPS = {
    "Look": {
        "show": "notebooks",
        "check": "notebooks",
        "profiles": "profiles",
        "teams": "teams",
    },
    "Run here": {
        "run": "notebooks",
        "debug": "debugging",
    },
    "Publish": {
        "compile": "notebooks",
        "diff": "published",
        "publish": "operate",
        "published": "published",
        "rollback": "published",
        "unpublish": "published",
    },
    "Operate": {
        "trigger": "operate",
        "runs": "operate",
        "logs": "steering",
        "output": "operate",
        "approve": "steering",
        "cancel": "steering",
        "resume": "steering",
        "pause": "steering",
        "unpause": "steering",
        "backfill": "backfills",
        "diff-runs": "comparing",
        "clean": "cleaning",
    },
    "Set up, bring over": {
        "airflow": "airflow",
        "image": "images",
        "import": "importing",
    },
}
"""The module that each command comes from, under headings, in the order of a user's work."""

_HOMES = {name: home for group in _GROUPS.values() for name, home in group.items()}

_BETWEEN = 2
"""Columns between a command's name and what is said of it."""


class _Commands(click.Group):
    """Imports a command's module when the command, or the help on all, is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All commands' names, in the order of a user's work."""
        return list(_HOMES)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under the headings of their groups, with their texts in one column."""
        longest = max(map(len, _HOMES))
        for heading, names in _GROUPS.items():
            with formatter.section(heading):
                room = formatter.width - formatter.current_indent - longest - _BETWEEN
                rows = [(name.ljust(longest), self._about(ctx, name, room)) for name in names]
                formatter.write_dl(rows, col_spacing=_BETWEEN)

    def _about(self, ctx: click.Context, name: str, room: int) -> str:
        """What a command does, in so many characters."""
        command = self.get_command(ctx, name)
        return "" if command is None else command.get_short_help_str(room)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of this name."""
        if cmd_name not in _HOMES:
            return None
        module = importlib.import_module(f"nbflow.cli.{_HOMES[cmd_name]}")
        found: click.Command = next(one for one in module.COMMANDS if one.name == cmd_name)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is asked for; one that is not there is told with the nearest."""
        if args[0] not in _HOMES and not args[0].startswith("-"):
            said = f"No such command {args[0]!r}. {did_you_mean(args[0], _HOMES)}"
            raise click.UsageError(said.rstrip(), ctx)
        return super().resolve_command(ctx, args)


app = _Commands(
    name="nbflow",
    help="Turn a tagged notebook into an Airflow DAG, run it, and get one notebook back.",
    epilog="Example: nbflow check train.ipynb && nbflow run train.ipynb -o out.ipynb",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
click.version_option(__version__, prog_name="nbflow")(app)


def _heed_termination() -> None:
    """Let `kill`, `timeout` and a closed terminal end a command as Ctrl-C does."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: object) -> None:
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # a shell's background job
        signal.signal(signal.SIGINT, signal.default_int_handler)
    os.kill(os.getpid(), signal.SIGINT)


def _in_our_words(error: click.ClickException) -> UsageError:
    """What click says of the arguments, to be shown as any other error is."""
    asked = error.ctx if isinstance(error, click.UsageError) else None
    if asked is None:
        return UsageError(error.format_message())
    usage = asked.get_usage().removeprefix("Usage: ")
    return UsageError(error.format_message(), hint=f"{usage}; see `{asked.command_path} --help`")


_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status of the command line's contract."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _heed_termination()
    try:
        status = app.main(given, prog_name="nbflow", standalone_mode=False)
    except NbflowError as error:
        print_error(error, as_json="--json" in given)
        return error.exit_status
    except BrokenPipeError:
        # The reader (`| head`) has gone; what it wanted it has.
        sys.stderr.close()
        return 0
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        where = f" ({error.filename})" if error.filename else ""
        told = StoreError(f"{error.strerror}{where}", hint="make room there, then try again")
        print_error(told, as_json="--json" in given)
        return told.exit_status
    except click.ClickException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # click has no such thing before 8.2
            error.show()
        else:
            print_error(_in_our_words(error), as_json="--json" in given)
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return 130
    return status if isinstance(status, int) else 0

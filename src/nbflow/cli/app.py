"""The commands, and how their errors reach the terminal."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence

import click

from nbflow import __version__
from nbflow.cli import airflow, debugging, notebooks, operate
from nbflow.cli.console import print_error
from nbflow.errors import NbflowError, StoreError

app = click.Group(
    name="nbflow",
    help="Turn a tagged notebook into an Airflow DAG, run it, and get one notebook back.",
    epilog="Example: nbflow check train.ipynb && nbflow run train.ipynb -p lr=0.1 -o out.ipynb",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
click.version_option(__version__, prog_name="nbflow")(app)
for _command in (*notebooks.COMMANDS, *operate.COMMANDS, *debugging.COMMANDS, airflow.group):
    app.add_command(_command)

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status of the command line's contract."""
    given = list(sys.argv[1:] if arguments is None else arguments)
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
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return 130
    return status if isinstance(status, int) else 0

"""The command line."""

from nbflow.cli.app import main

__all__ = ["main"]

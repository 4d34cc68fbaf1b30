"""What cells set up in `logging`: levels of loggers, names of levels, handlers."""

from __future__ import annotations

import logging
from typing import Any

__all__ = ["GONE", "handlers", "looks", "put_handlers", "read_logging", "write_logging"]

GONE = "nbflow: deleted"
"""Stands for a value that is no more."""

Values = dict[str, Any]


def read_logging() -> Values:
    """By logger's name: level, whether its parents hear it, its filters; and names of levels."""
    found = {f"logger {name}": _logger(one) for name, one in _loggers().items()}
    told = {name: value for name, value in found.items() if value != (logging.NOTSET, True, [])}
    levels = {f"level {number}": name for number, name in logging._levelToName.items()}
    root = _logger(logging.root)
    return {**told, **levels, "root": root, "disabled": logging.root.manager.disable}


def _loggers() -> dict[str, logging.Logger]:
    known = logging.root.manager.loggerDict.items()
    return {name: one for name, one in known if isinstance(one, logging.Logger)}


def _logger(logger: logging.Logger) -> tuple[int, bool, list[Any]]:
    return logger.level, logger.propagate, list(logger.filters)


def write_logging(values: Values) -> None:
    """Set some of it up as it was elsewhere."""
    for name, value in values.items():
        if name == "disabled":
            logging.disable(value)
            continue
        if name.startswith("level "):
            logging.addLevelName(int(name.partition(" ")[2]), value)
            continue
        logger = logging.root if name == "root" else logging.getLogger(name.partition(" ")[2])
        level, propagate, filters = (logging.NOTSET, True, []) if value == GONE else value
        logger.setLevel(level)
        logger.propagate = propagate
        logger.filters = list(filters)


def handlers() -> dict[str, list[logging.Handler]]:
    """By a name that no variable can have, the handlers of each logger that has any."""
    named = {"": logging.root, **_loggers()}
    found = {
        f"<handlers {name}>": list(filter(_tells, one.handlers)) for name, one in named.items()
    }
    return {key: those for key, those in found.items() if those}


def looks(those: list[logging.Handler]) -> list[Any]:
    """Which handlers they are, and how each is set."""
    return [(id(one), one.level, one.formatter, list(one.filters)) for one in those]


def put_handlers(key: str, those: list[logging.Handler]) -> None:
    """Give a logger these handlers in place of its own."""
    logger = logging.getLogger(key[1:-1].partition(" ")[2] or None)
    logger.handlers = [*those, *(one for one in logger.handlers if not _tells(one))]


def _tells(handler: logging.Handler) -> bool:
    return not isinstance(handler, logging.NullHandler)

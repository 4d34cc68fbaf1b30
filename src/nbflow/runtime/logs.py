"""What cells set up in `logging`: levels, handlers, filters."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

__all__ = ["GONE", "read_logging", "write_logging"]

GONE = "nbflow: deleted"
"""Stands for a value that is no more."""

Values = dict[str, Any]


def read_logging() -> Values:
    """By logger's name: level, whether its parents hear it, its plain handlers; names of levels."""
    manager = logging.root.manager
    named = {n: one for n, one in manager.loggerDict.items() if isinstance(one, logging.Logger)}
    found = {f"logger {name}": _logger(one) for name, one in named.items()}
    told = {name: value for name, value in found.items() if value != (logging.NOTSET, True, [])}
    levels = {f"level {number}": name for number, name in logging._levelToName.items()}
    return {**told, **levels, "root": _logger(logging.root), "disabled": manager.disable}


def _logger(logger: logging.Logger) -> tuple[int, bool, list[Any]]:
    handlers = [found for one in logger.handlers if (found := _handler(one))]
    return logger.level, logger.propagate, handlers


def _handler(handler: logging.Handler) -> tuple[Any, ...] | None:
    """What makes a plain handler again: where to, level, format; None for any other."""
    if type(handler) is logging.FileHandler:
        where = os.path.relpath(handler.baseFilename)
    elif type(handler) is logging.StreamHandler and handler.stream in (sys.stdout, sys.stderr):
        where = "<stdout>" if handler.stream is sys.stdout else "<stderr>"
    else:
        return None
    form = handler.formatter
    style = (form._fmt, form.datefmt, type(form._style)) if form else None
    return where, handler.level, style


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
        level, propagate, handlers = (logging.NOTSET, True, []) if value == GONE else value
        logger.setLevel(level)
        logger.propagate = propagate
        logger.handlers = [one for one in logger.handlers if not _handler(one)]
        for where, least, style in handlers:
            logger.addHandler(_made_handler(where, least, style))


def _made_handler(where: str, level: int, style: tuple[Any, ...] | None) -> logging.Handler:
    streams = {"<stdout>": sys.stdout, "<stderr>": sys.stderr}
    handler: logging.Handler
    handler = logging.StreamHandler(streams[where]) if where in streams else _file(where)
    handler.setLevel(level)
    if style is not None:
        text, dates, kind = style
        sign: Any = next(sign for sign, (one, _) in logging._STYLES.items() if one is kind)
        handler.setFormatter(logging.Formatter(text, dates, sign))
    return handler


def _file(path: str) -> logging.Handler:
    return logging.FileHandler(path, delay=True)

"""Settings outside of names, by kind: how to read them, and how to change some."""

from __future__ import annotations

import gc
import logging
import os
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

__all__ = ["GONE", "KINDS", "changed_list"]

Values = dict[str, Any]

GONE = "nbflow: deleted"
"""Stands for a value that is no more."""


def changed_list(now: list[Any], changes: Values) -> list[Any]:
    """A list with what was added and taken away elsewhere."""
    rest = [item for item in now if item not in changes["gone"] and item not in changes["added"]]
    added: list[Any] = changes["added"]
    return [*added, *rest] if changes["first"] else [*rest, *added]


def _environ() -> Values:
    return dict(os.environ)


def _set_environ(values: Values) -> None:
    for name, value in values.items():
        if value == GONE:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _path() -> Values:
    return {"list": list(sys.path)}


def _set_path(values: Values) -> None:
    sys.path[:] = changed_list(sys.path, values)


def _filters() -> Values:
    return {"list": list(warnings.filters)}


def _set_filters(values: Values) -> None:
    warnings.filters[:] = changed_list(list(warnings.filters), values)  # type: ignore[index]
    warnings._filters_mutated()  # type: ignore[attr-defined]


def _pandas() -> Values:
    return dict(_options(sys.modules["pandas"].options, ""))


def _options(group: Any, prefix: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name in dir(group):
        value = getattr(group, name)
        if type(value) is type(group):
            found += _options(value, f"{prefix}{name}.")
        else:
            found.append((f"{prefix}{name}", value))
    return found


def _set_pandas(values: Values) -> None:
    for name, value in values.items():
        sys.modules["pandas"].set_option(name, value)


def _numpy() -> Values:
    return dict(sys.modules["numpy"].get_printoptions())


def _set_numpy(values: Values) -> None:
    sys.modules["numpy"].set_printoptions(**values)


_BACKEND = {"backend", "backend_fallback", "interactive", "toolbar", "timezone"}
"""Settings that belong to the kernel that draws, or that reading would decide."""


def _matplotlib() -> Values:
    parameters = sys.modules["matplotlib"].rcParams
    return {name: parameters[name] for name in parameters if name not in _BACKEND}


def _set_matplotlib(values: Values) -> None:
    sys.modules["matplotlib"].rcParams.update(values)


_CONTEXT = ("prec", "rounding", "Emin", "Emax", "capitals", "clamp", "traps")


def _decimal() -> Values:
    context = sys.modules["decimal"].getcontext()
    return {name: getattr(context, name) for name in _CONTEXT} | {"traps": dict(context.traps)}


def _set_decimal(values: Values) -> None:
    context = sys.modules["decimal"].getcontext()
    for name, value in values.items():
        setattr(context, name, value)


def _numpy_errors() -> Values:
    return dict(sys.modules["numpy"].geterr())


def _set_numpy_errors(values: Values) -> None:
    sys.modules["numpy"].seterr(**values)


def _sklearn() -> Values:
    return dict(sys.modules["sklearn"].get_config())


def _set_sklearn(values: Values) -> None:
    sys.modules["sklearn"].set_config(**values)


def _limits() -> Values:
    return {"setrecursionlimit": sys.getrecursionlimit()} | {
        "set_int_max_str_digits": sys.get_int_max_str_digits()
    }


def _set_limits(values: Values) -> None:
    for name, value in values.items():
        getattr(sys, name)(value)


def _socket() -> Values:
    return {"timeout": sys.modules["socket"].getdefaulttimeout()}


def _set_socket(values: Values) -> None:
    sys.modules["socket"].setdefaulttimeout(values["timeout"])


def _garbage() -> Values:
    return {"enabled": gc.isenabled(), "threshold": gc.get_threshold()}


def _set_garbage(values: Values) -> None:
    if "threshold" in values:
        gc.set_threshold(*values["threshold"])
    if "enabled" in values:
        (gc.enable if values["enabled"] else gc.disable)()


def _zone() -> Values:
    return {"zone": (time.tzname, time.timezone)}


def _set_zone(_: Values) -> None:
    time.tzset()  # what it reads is in the environment


def _locale() -> Values:
    module = sys.modules["locale"]
    return {"all": module.setlocale(module.LC_ALL)}


def _set_locale(values: Values) -> None:
    module = sys.modules["locale"]
    module.setlocale(module.LC_ALL, values["all"])


def _logging() -> Values:
    """By logger's name: level, whether its parents hear it, its plain handlers."""
    manager = logging.root.manager
    named = {n: one for n, one in manager.loggerDict.items() if isinstance(one, logging.Logger)}
    found = {f"logger {name}": _logger(one) for name, one in named.items()}
    told = {name: value for name, value in found.items() if value != (logging.NOTSET, True, [])}
    return {**told, "root": _logger(logging.root), "disabled": manager.disable}


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


def _set_logging(values: Values) -> None:
    for name, value in values.items():
        if name == "disabled":
            logging.disable(value)
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


KINDS: dict[str, tuple[str, Callable[[], Values], Callable[[Values], None]]] = {
    "environ": ("os", _environ, _set_environ),
    "path": ("sys", _path, _set_path),
    "warnings": ("warnings", _filters, _set_filters),
    "pandas": ("pandas", _pandas, _set_pandas),
    "numpy": ("numpy", _numpy, _set_numpy),
    "matplotlib": ("matplotlib", _matplotlib, _set_matplotlib),
    "decimal": ("decimal", _decimal, _set_decimal),
    "numpy errors": ("numpy", _numpy_errors, _set_numpy_errors),
    "sklearn": ("sklearn", _sklearn, _set_sklearn),
    "limits": ("sys", _limits, _set_limits),
    "socket": ("socket", _socket, _set_socket),
    "garbage": ("gc", _garbage, _set_garbage),
    "zone": ("time", _zone, _set_zone),
    "locale": ("locale", _locale, _set_locale),
    "logging": ("logging", _logging, _set_logging),
}
"""By kind: the library that must be imported, reading its settings, and changing some."""

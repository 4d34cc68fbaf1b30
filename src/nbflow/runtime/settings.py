"""Settings outside of names, by kind: how to read them, and how to change some."""

from __future__ import annotations

import gc
import os
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

from nbflow.runtime import frameworks
from nbflow.runtime.logs import GONE, read_logging, write_logging
from nbflow.runtime.shell import shell

__all__ = ["GONE", "KINDS", "changed_list"]

Values = dict[str, Any]


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
    found = {name: parameters[name] for name in parameters if name not in _BACKEND}
    backend = dict.__getitem__(parameters, "backend")  # asking otherwise would choose one
    chosen = isinstance(backend, str) and "inline" not in backend
    return found | ({"backend": backend} if chosen else {})


def _set_matplotlib(values: Values) -> None:
    module = sys.modules["matplotlib"]
    backend = values.get("backend", GONE)
    if backend != GONE:
        module.use(backend)
    module.rcParams.update({name: one for name, one in values.items() if name != "backend"})


_CONTEXT = ("prec", "rounding", "Emin", "Emax", "capitals", "clamp", "traps")


def _decimal() -> Values:
    context = sys.modules["decimal"].getcontext()
    return {name: getattr(context, name) for name in _CONTEXT} | {"traps": dict(context.traps)}


def _set_decimal(values: Values) -> None:
    context = sys.modules["decimal"].getcontext()
    for name, value in values.items():
        setattr(context, name, value)


def _numpy_errors() -> Values:
    numpy = sys.modules["numpy"]
    return {**numpy.geterr(), "buffer": numpy.getbufsize()}


def _set_numpy_errors(values: Values) -> None:
    numpy = sys.modules["numpy"]
    if "buffer" in values:
        numpy.setbufsize(values["buffer"])
    numpy.seterr(**{name: value for name, value in values.items() if name != "buffer"})


def _limits() -> Values:
    return {"setrecursionlimit": sys.getrecursionlimit()} | {
        "set_int_max_str_digits": sys.get_int_max_str_digits()
    }


def _set_limits(values: Values) -> None:
    for name, value in values.items():
        getattr(sys, name)(value)


def _umask() -> Values:
    mask = os.umask(0o077)  # there is no other way to read it
    os.umask(mask)
    return {"mask": mask}


def _set_umask(values: Values) -> None:
    os.umask(values["mask"])


def _resources() -> Values:
    module = sys.modules["resource"]
    names = [name for name in dir(module) if name.startswith("RLIMIT_")]
    return {name: module.getrlimit(getattr(module, name)) for name in names}


def _set_resources(values: Values) -> None:
    module = sys.modules["resource"]
    for name, (soft, hard) in values.items():
        kind = getattr(module, name)
        most = module.getrlimit(kind)[1]
        module.setrlimit(kind, (soft, most if most not in {hard, -1} else hard))


def _csv() -> Values:
    module = sys.modules["csv"]
    found = {
        f"dialect {name}": _dialect(module.get_dialect(name)) for name in module.list_dialects()
    }
    return {**found, "size": module.field_size_limit()}


_DIALECT = ("delimiter", "doublequote", "escapechar", "lineterminator", "quotechar", "quoting")


def _dialect(dialect: Any) -> Values:
    names = (*_DIALECT, "skipinitialspace", "strict")
    return {name: getattr(dialect, name) for name in names}


def _set_csv(values: Values) -> None:
    module = sys.modules["csv"]
    for name, value in values.items():
        if name == "size":
            module.field_size_limit(value)
        elif value == GONE:
            module.unregister_dialect(name.partition(" ")[2])
        else:
            module.register_dialect(name.partition(" ")[2], **value)


_MAPS = ("types_map", "encodings_map", "suffix_map", "common_types")


def _mimetypes() -> Values:
    module = sys.modules["mimetypes"]
    if not module.inited:
        module.init()
    return {f"{one} {k}": v for one in _MAPS for k, v in getattr(module, one).items()}


def _set_mimetypes(values: Values) -> None:
    module = sys.modules["mimetypes"]
    for name, value in values.items():
        kind, _, ending = name.partition(" ")
        if kind in {"types_map", "common_types"} and value != GONE:
            module.add_type(value, ending, strict=kind == "types_map")


_INTERACTION = ("ast_node_interactivity", "autocall", "automagic", "pdb", "cache_size")


def _interaction() -> Values:
    running = shell()
    return {} if running is None else {name: getattr(running, name) for name in _INTERACTION}


def _set_interaction(values: Values) -> None:
    running = shell()
    for name, value in values.items():
        setattr(running, name, value)


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


KINDS: dict[str, tuple[str, Callable[[], Values], Callable[[Values], None]]] = {
    "environ": ("os", _environ, _set_environ),
    "path": ("sys", _path, _set_path),
    "warnings": ("warnings", _filters, _set_filters),
    "pandas": ("pandas", _pandas, _set_pandas),
    "numpy": ("numpy", _numpy, _set_numpy),
    "matplotlib": ("matplotlib", _matplotlib, _set_matplotlib),
    "decimal": ("decimal", _decimal, _set_decimal),
    "numpy errors": ("numpy", _numpy_errors, _set_numpy_errors),
    "sklearn": ("sklearn", frameworks.sklearn, frameworks.set_sklearn),
    "torch": ("torch", frameworks.torch, frameworks.set_torch),
    "polars": ("polars", frameworks.polars, frameworks.set_polars),
    "xgboost": ("xgboost", frameworks.xgboost, frameworks.set_xgboost),
    "limits": ("sys", _limits, _set_limits),
    "umask": ("os", _umask, _set_umask),
    "resources": ("resource", _resources, _set_resources),
    "csv": ("csv", _csv, _set_csv),
    "mimetypes": ("mimetypes", _mimetypes, _set_mimetypes),
    "interaction": ("sys", _interaction, _set_interaction),
    "socket": ("socket", _socket, _set_socket),
    "garbage": ("gc", _garbage, _set_garbage),
    "zone": ("time", _zone, _set_zone),
    "locale": ("locale", _locale, _set_locale),
    "logging": ("logging", read_logging, write_logging),
}
"""By kind: the library that must be imported, reading its settings, and changing some."""

"""Settings of libraries, of the process and of IPython: whose a call or a magic changes."""

from __future__ import annotations

from nbflow.analysis.files import normal
from nbflow.analysis.purity import words
from nbflow.analysis.records import Effect, EffectKind, Place

__all__ = ["FIGURES", "KEEPING_FIGURES", "REPEATED", "implied", "magic_effects", "setting_of"]

# Settings of a library: prefix of the call's name, and whom it concerns.
_SETTINGS: tuple[tuple[str, str], ...] = (
    ("pandas.set_option", "pandas"),
    ("pandas.reset_option", "pandas"),
    ("pandas.options", "pandas"),
    ("pandas.plotting.register_matplotlib_converters", "matplotlib"),
    ("polars.Config", "polars"),
    ("numpy.set_printoptions", "numpy"),
    ("numpy.seterr", "numpy"),
    ("matplotlib.use", "matplotlib"),
    ("matplotlib.rc", "matplotlib"),
    ("matplotlib.style.use", "matplotlib"),
    ("matplotlib.pyplot.rc", "matplotlib"),
    ("matplotlib.pyplot.style.use", "matplotlib"),
    ("matplotlib.pyplot.switch_backend", "matplotlib"),
    ("matplotlib.pyplot.ion", "matplotlib"),
    ("matplotlib.pyplot.ioff", "matplotlib"),
    ("matplotlib_inline.backend_inline.set_matplotlib_formats", "matplotlib"),
    ("IPython.display.set_matplotlib_formats", "matplotlib"),
    ("seaborn.set", "matplotlib"),
    ("sklearn.set_config", "sklearn"),
    ("torch.set_printoptions", "torch"),
    ("torch.set_default_dtype", "torch"),
    ("torch.set_default_device", "torch"),
    ("torch.set_grad_enabled", "torch"),
    ("torch.use_deterministic_algorithms", "torch"),
    ("torch.set_num_threads", "torch"),
    ("warnings.filterwarnings", "warnings"),
    ("warnings.simplefilter", "warnings"),
    ("warnings.resetwarnings", "warnings"),
    ("logging.basicConfig", "logging"),
    ("logging.disable", "logging"),
    ("locale.setlocale", "locale"),
    ("decimal.getcontext", "decimal"),
    ("decimal.setcontext", "decimal"),
    ("sys.path", "sys.path"),
    ("sys.setrecursionlimit", "sys.path"),
    ("site.addsitedir", "sys.path"),
    ("os.chdir", "os.chdir"),
    ("contextlib.chdir", "os.chdir"),
    ("os.environ", "os.environ"),
    ("os.putenv", "os.environ"),
    ("os.unsetenv", "os.environ"),
    ("dotenv.load_dotenv", "os.environ"),
    ("pandas.api.extensions.register", "pandas"),
    ("numpy.setbufsize", "numpy"),
    ("csv.register_dialect", "csv"),
    ("csv.unregister_dialect", "csv"),
    ("csv.field_size_limit", "csv"),
    ("mimetypes.add_type", "mimetypes"),
    ("logging.addLevelName", "logging"),
    ("logging.setLoggerClass", "logging"),
    ("copyreg.", "copyreg"),
    ("socket.setdefaulttimeout", "socket"),
    ("os.umask", "process"),
    ("os.nice", "process"),
    ("resource.setrlimit", "process"),
    ("signal.", "process"),
    ("faulthandler.", "process"),
    ("sys.modules", "sys.path"),
    ("sys.meta_path", "sys.path"),
    ("sys.setswitchinterval", "process"),
    ("IPython.core.interactiveshell.InteractiveShell", "magics"),
    ("IPython.core.magic.register", "magics"),
    ("sympy.init_printing", "magics"),
    ("sympy.init_session", "magics"),
    ("itables.init_notebook_mode", "magics"),
    ("holoviews.extension", "magics"),
    ("bokeh.io.output_notebook", "magics"),
    ("bokeh.plotting.output_notebook", "magics"),
    ("altair.renderers", "altair"),
    ("altair.data_transformers", "altair"),
    ("altair.themes", "altair"),
    ("tqdm.tqdm.pandas", "pandas"),
    ("tqdm.auto.tqdm.pandas", "pandas"),
    ("tqdm.notebook.tqdm.pandas", "pandas"),
    ("IPython.get_ipython", "magics"),
)
# What sets up a library in ways that only calling it again can, in each step that uses it.
REPEATED = words("sympy.init_printing sympy.init_session")
# The path of an effect after which figures stay open when a cell ends.
FIGURES = "figures"
KEEPING_FIGURES = words("matplotlib.use matplotlib.pyplot.switch_backend")
_LASTING = words(
    "load_ext reload_ext unload_ext autoreload aimport config alias unalias alias_magic colors"
    " xmode automagic gui pprint logstart logoff doctest_mode page rehashx autocall macro bookmark"
)
_IMPLIED = {
    "pandas": ("numpy",), "sklearn": ("numpy",), "scipy": ("numpy",), "seaborn": ("matplotlib",),
    "xgboost": ("numpy",), "lightgbm": ("numpy",), "statsmodels": ("numpy", "pandas"),
    "geopandas": ("pandas", "numpy"),
}  # fmt: skip


def implied(modules: set[str]) -> set[str]:
    """Libraries, and those whose values they hand out."""
    return modules.union(*(_IMPLIED.get(module, ()) for module in modules))


def setting_of(ref: str) -> str:
    """Whose setting a name is, or empty."""
    for prefix, key in _SETTINGS:
        if ref.startswith(prefix):
            return key
    return "matplotlib" if ".rcParams" in ref else ""


def _moves(name: str, arguments: str, place: Place) -> list[Effect]:
    """Another working directory, by a magic."""
    words = [word for word in arguments.split() if word != "-q"]
    known = len(words) == 1 and name != "popd" and not set(words[0]) & set("-{$~*'\"")
    if not known:
        return [Effect(EffectKind.SET, "os.chdir", place)]
    path = normal(words[0])
    return [
        Effect(EffectKind.FILE, "", place, path=path, reads=True),
        Effect(EffectKind.SET, "os.chdir", place, path=path),
    ]


def magic_effects(name: str, arguments: str, place: Place) -> list[Effect]:
    """Effects of a line magic."""
    if name in {"env", "set_env"}:
        writes = "=" in arguments or " " in arguments.strip()
        return [Effect(EffectKind.SET if writes else EffectKind.USE, "os.environ", place)]
    if name in {"matplotlib", "pylab"} or (name == "config" and "InlineBackend" in arguments):
        kept = "close_figures" in arguments or (name != "config" and "inline" not in arguments)
        return [Effect(EffectKind.SET, "matplotlib", place, path=FIGURES if kept else None)]
    if name == "dotenv":
        return [Effect(EffectKind.SET, "os.environ", place)]
    if name == "precision":
        return [Effect(EffectKind.SET, key, place) for key in ("magics", "numpy")]
    if name in {"cd", "pushd", "popd"}:
        return [Effect(EffectKind.SET, "magics", place), *_moves(name, arguments, place)]
    if name in _LASTING:
        return [Effect(EffectKind.SET, "magics", place)]
    if name in {"pip", "conda", "mamba", "uv"}:
        return [Effect(EffectKind.INSTALL, name, place)] if "install" in arguments else []
    return []

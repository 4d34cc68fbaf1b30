"""Which files a call or a shell line reads and writes."""

from __future__ import annotations

import posixpath
import re
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from nbflow.analysis.records import Effect, EffectKind, Place
from nbflow.analysis.values import Kind, Value

if TYPE_CHECKING:
    from nbflow.analysis.arguments import Arguments

__all__ = [
    "HERE",
    "absolute",
    "file_effects",
    "is_picture",
    "method_file_effects",
    "normal",
    "placed",
    "shell_effects",
]


# How a path begins that `os.getcwd()` gave before the working directory was changed.
HERE = ".//"
_ABSOLUTE = ("getcwd", ".cwd", ".home", "abspath", "realpath")


# Position of the path, and what is done with it: read, write, + both, a directory made, p page
# drawn, l many files listed, c only whether it is there.
_FUNCTIONS: dict[str, tuple[int, str]] = {
    "numpy.save": (0, "w"), "numpy.savez": (0, "w"), "numpy.savez_compressed": (0, "w"),
    "numpy.savetxt": (0, "w"), "numpy.load": (0, "r"), "numpy.loadtxt": (0, "r"),
    "numpy.genfromtxt": (0, "r"), "numpy.fromfile": (0, "r"), "numpy.memmap": (0, "+"),
    "joblib.dump": (1, "w"), "joblib.load": (0, "r"),
    "torch.save": (1, "w"), "torch.load": (0, "r"), "safetensors.torch.save_file": (1, "w"),
    "safetensors.torch.load_file": (0, "r"), "pandas.ExcelWriter": (0, "w"),
    "pandas.ExcelFile": (0, "r"), "pandas.HDFStore": (0, "+"),
    "matplotlib.pyplot.savefig": (0, "p"), "matplotlib.pyplot.imsave": (0, "p"),
    "matplotlib.pyplot.imread": (0, "r"), "matplotlib.image.imread": (0, "r"),
    "cv2.imread": (0, "r"), "cv2.imwrite": (0, "p"), "PIL.Image.open": (0, "r"),
    "skimage.io.imread": (0, "r"), "skimage.io.imsave": (0, "p"), "imageio.imread": (0, "r"),
    "imageio.imwrite": (0, "p"), "soundfile.read": (0, "r"), "soundfile.write": (0, "w"),
    "os.makedirs": (0, "d"), "os.mkdir": (0, "d"), "os.remove": (0, "+"), "os.unlink": (0, "+"),
    "os.rmdir": (0, "+"), "os.chdir": (0, "r"), "os.walk": (0, "l"),
    "os.listdir": (0, "l"), "os.scandir": (0, "l"),
    "os.path.exists": (0, "c"), "os.path.isfile": (0, "c"), "os.path.isdir": (0, "c"),
    "os.path.lexists": (0, "c"), "os.access": (0, "c"),
    "os.path.getsize": (0, "r"), "os.path.getmtime": (0, "r"), "os.stat": (0, "r"),
    "glob.glob": (0, "l"), "glob.iglob": (0, "l"), "shutil.rmtree": (0, "+"),
    "shutil.unpack_archive": (0, "r"), "os.truncate": (0, "+"),
    "urllib.request.urlretrieve": (1, "w"), "sqlite3.connect": (0, "+"),
    "pyarrow.parquet.read_table": (0, "r"), "pyarrow.parquet.write_table": (1, "w"),
    "scipy.io.loadmat": (0, "r"), "scipy.io.savemat": (0, "w"), "scipy.sparse.save_npz": (0, "w"),
    "scipy.sparse.load_npz": (0, "r"), "scipy.io.wavfile.read": (0, "r"),
    "scipy.io.wavfile.write": (0, "w"), "geopandas.read_file": (0, "r"),
    "xarray.open_dataset": (0, "r"),
    "tensorflow.keras.models.load_model": (0, "r"),
    "keras.models.load_model": (0, "r"), "linecache.getline": (0, "r"),
}  # fmt: skip
_MOVES = {"shutil.copy", "shutil.copyfile", "shutil.copy2", "shutil.copytree", "shutil.move"}
_MOVES |= {"os.rename", "os.replace", "os.symlink", "os.link", "os.renames"}
_OPENERS = {"builtins.open", "io.open", "codecs.open", "gzip.open", "bz2.open", "lzma.open"}
_OPENERS |= {"zipfile.ZipFile", "tarfile.open", "h5py.File", "shelve.open"}
_SHELLS = {"os.system", "os.popen", "subprocess.run", "subprocess.Popen", "subprocess.call"}
_SHELLS |= {"subprocess.check_call", "subprocess.check_output", "subprocess.getoutput"}

_METHODS: dict[str, tuple[int, str]] = {
    "savefig": (0, "p"), "write_image": (0, "p"), "write_html": (0, "p"), "save_model": (0, "w"),
    "load_model": (0, "r"), "save_weights": (0, "w"), "load_weights": (0, "r"),
    "to_csv": (0, "w"), "to_parquet": (0, "w"), "to_pickle": (0, "w"), "to_excel": (0, "w"),
    "to_feather": (0, "w"), "to_hdf": (0, "w"), "to_stata": (0, "w"), "to_json": (0, "w"),
    "to_html": (0, "p"), "to_latex": (0, "p"), "to_markdown": (0, "p"), "to_netcdf": (0, "w"),
    "to_file": (0, "w"), "tofile": (0, "w"), "to_zarr": (0, "w"), "save_pretrained": (0, "w"),
    "to_orc": (0, "w"), "to_xml": (0, "w"), "extractall": (0, "w"), "write_parquet": (0, "w"),
    "write_csv": (0, "w"),
}  # fmt: skip
_OPTIONAL = {"to_json", "to_html", "to_latex", "to_markdown", "to_csv", "to_xml", "to_parquet"}
_PATHS: dict[str, str] = {
    "read_text": "r", "read_bytes": "r", "write_text": "w", "write_bytes": "w", "mkdir": "d",
    "unlink": "+", "rmdir": "+", "touch": "w", "exists": "c", "is_file": "c", "is_dir": "c",
    "glob": "l", "rglob": "l", "iterdir": "l", "stat": "r",
}  # fmt: skip
_ADDED = {"write": "zipfile", "add": "tarfile"}
_ENDINGS = {
    "zip": ".zip",
    "tar": ".tar",
    "gztar": ".tar.gz",
    "bztar": ".tar.bz2",
    "xztar": ".tar.xz",
}
_PICTURES = (".png", ".jpg", ".jpeg", ".svg", ".pdf", ".gif", ".html", ".webp")


def is_picture(path: str) -> bool:
    """Whether a path is a drawing's or a page's."""
    return path.lower().endswith(_PICTURES)


def normal(path: str) -> str:
    """A path as it is compared; one from the notebook's folder stays so after `os.chdir`."""
    if "://" in path:
        return path
    begin = HERE if path.startswith(HERE) else ""
    return begin + posixpath.normpath(path[len(begin) :].lstrip("/") if begin else path)


def absolute(ref: str, path: Value, folder: str | None) -> Value:
    """What a path is that a function made, where it stays so after `os.chdir`."""
    text = path.text
    if not ref.endswith(_ABSOLUTE) or text is None or text.startswith(("/", HERE)):
        return path
    if ref.endswith("home") or folder != ".":
        return replace(path, text=None)
    return replace(path, text=HERE + ("" if text == "." else text))


def placed(path: str | None, folder: str | None) -> str | None:
    """A path from the notebook's folder, where the working directory is another one; or None."""
    if path is None or path.startswith(HERE):
        return None if path is None else path.removeprefix(HERE)
    if "://" in path or path.startswith("/") or folder == ".":
        return path
    return None if folder is None else posixpath.normpath(posixpath.join(folder, path))


def file_effects(ref: str, given: Arguments, place: Place) -> list[Effect]:
    """What a library's function does to files."""
    if ref in _OPENERS:
        return [_opened(given.get(0, "file", "filename", "name"), given.get(1, "mode"), place)]
    if ref in _FUNCTIONS:
        position, how = _FUNCTIONS[ref]
        path = given.get(position, "path", "file", "filename", "fname", "fp", "name", "f", "top")
        if path is None and how == "l" and not ref.startswith("glob."):
            path = Value(text=".")
        if ref.startswith("glob.") and path is not None and "root_dir" in given.keywords:
            path = _inside(given.keywords["root_dir"], path)
        return [_effect(path, how, place)] if how in {"d", "l"} or path is not None else []
    if ref == "shutil.make_archive":
        return _archived(given, place)
    if ref in _MOVES:
        return [_effect(given.get(0, "src"), "+", place), _effect(given.get(1, "dst"), "w", place)]
    if ref in _SHELLS:
        return _any_command(given.get(0, "args", "cmd", "command"), place)
    module, _, name = ref.rpartition(".")
    if module in {"pandas", "polars", "dask.dataframe"} and name.startswith(("read_", "scan_")):
        if name in {"read_sql", "read_sql_query", "read_sql_table", "read_clipboard", "read_gbq"}:
            return []
        path = given.get(0, "filepath_or_buffer", "path", "io", "source", "path_or_buf", "fname")
        return [] if path is None or path.kind is Kind.FILE else [_effect(path, "r", place)]
    if module == "networkx" and name.startswith(("read_", "write_")):
        reads = name.startswith("read_")
        return [_effect(given.get(0 if reads else 1, "path"), "r" if reads else "w", place)]
    return []


def method_file_effects(
    receiver: Value, method: str, given: Arguments, place: Place
) -> list[Effect]:
    """What a method does to files."""
    if method in _METHODS:
        position, how = _METHODS[method]
        path = given.get(position, "path", "path_or_buf", "fname", "buf", "file", "excel_writer")
        if path is None and method in _OPTIONAL:
            return []
        if path is not None and path.kind is Kind.FILE:
            return []
        return [_effect(path, how, place)]
    if (module := _ADDED.get(method)) is not None and module in receiver.modules:
        return _added(given.get(0, "filename", "name"), place)
    path_like = receiver.kind is Kind.PATH or method in {"read_text", "write_text", "read_bytes"}
    path_like = path_like or method in {"write_bytes", "unlink", "rmdir", "mkdir", "iterdir"}
    if not path_like:
        return []
    if method in {"glob", "rglob"} and receiver.text is not None and given.values:
        pattern = given.values[0].text
        parts = [receiver.text, *(["**"] if method == "rglob" else []), pattern or ""]
        return [_effect(Value(text=posixpath.join(*parts) if pattern else None), "l", place)]
    if method in _PATHS:
        return [_effect(receiver, _PATHS[method], place)]
    if method == "open":
        return [_opened(receiver, given.get(0, "mode"), place)]
    if method in {"rename", "replace"} and given.values:
        return [_effect(receiver, "+", place), _effect(given.values[0], "w", place)]
    return []


def _opened(path: Value | None, mode: Value | None, place: Place) -> Effect:
    how = mode.text if mode is not None else "r"
    if how is None or "+" in how:
        return _effect(path, "+", place)
    if "a" in how:
        return _effect(path, "+", place)
    return _effect(path, "w" if set(how) & set("wx") else "r", place)


def _added(path: Value | None, place: Place) -> list[Effect]:
    """A file or folder goes into an archive."""
    is_file = path is not None and path.text is not None and "." in posixpath.basename(path.text)
    return [_effect(path, "r" if is_file else "l", place)]


def _archived(given: Arguments, place: Place) -> list[Effect]:
    base, sort = given.get(0, "base_name"), given.get(1, "format")
    folder = given.get(2, "root_dir") or Value(text=".")
    known = base is not None and base.text is not None and sort is not None
    ending = _ENDINGS.get(sort.text or "") if sort is not None else None
    made = Value(text=f"{base.text}{ending}") if base is not None and known and ending else None
    return [_effect(folder, "l", place), _effect(made, "w", place)]


def _inside(folder: Value, path: Value) -> Value:
    if folder.text is None or path.text is None:
        return Value()
    return Value(text=posixpath.join(folder.text, path.text))


def _effect(path: Value | None, how: str, place: Place) -> Effect:
    text = path.text if path is not None else None
    picture = how == "p" or (how == "w" and is_picture(text or ""))
    return Effect(
        EffectKind.FILE,
        "",
        place,
        path=None if text is None or how == "l" else normal(text),
        reads=how in {"r", "+", "l", "c"},
        writes=how in {"w", "+", "d", "p"},
        folder=how == "d",
        listing=how == "l",
        listed=normal(text) if text is not None and how == "l" else None,
        picture=picture,
        optional=how == "c",
    )


# --- the shell

_HARMLESS = {"echo", "date", "pip", "pip3", "conda", "mamba", "uv", "nvidia-smi", "which", "uname"}
_HARMLESS |= {
    "whoami",
    "hostname",
    "env",
    "printenv",
    "free",
    "lscpu",
    "df",
    "pwd",
    "sleep",
    "true",
}
_HARMLESS |= {"apt", "apt-get", "sudo", "printf", "export"}
_READERS = {"cat", "head", "tail", "wc", "less", "md5sum", "sha256sum", "file", "stat", "grep"}
_WRITERS = {"touch", "tee", "rm"}
_SEPARATORS = re.compile(r"\s*(?:\|\||&&|;|\||\n)\s*")
_REDIRECT = re.compile(r"(?<![0-9&])(>>?|<)\s*([^\s&|;<>]+)")
_INSTALL = re.compile(
    r"^(?:sudo\s+)?(?:pip3?|conda|mamba|uv pip|apt|apt-get|python -m pip)\s+install\b"
)


def _any_command(command: Value | None, place: Place) -> list[Effect]:
    if command is not None and command.text is not None:
        return shell_effects(command.text, place)
    return shell_effects("?", place)


def shell_effects(text: str, place: Place) -> list[Effect]:
    """What a shell line or script does; unknown commands may read and write anything."""
    effects = [Effect(EffectKind.USE, "os.environ", place)]
    for part in _SEPARATORS.split(text.strip()):
        command = part.strip()
        if command and not command.startswith("#"):
            effects += _command(command, place)
    return effects


def _command(command: str, place: Place) -> list[Effect]:
    if _INSTALL.match(command):
        return [Effect(EffectKind.INSTALL, "pip", place)]
    effects = []
    for sign, target in _REDIRECT.findall(command):
        how = {"<": "r", ">": "w", ">>": "+"}[sign]
        effects.append(_effect(_word(target), how, place))
    words = _split(_REDIRECT.sub("", command))
    name, plain = (words[0] if words else ""), [w for w in words[1:] if not w.startswith("-")]
    if name in _HARMLESS or (len(words) == 2 and words[1] in {"--version", "-V", "--help"}):
        return effects
    if name == "ls":
        listed = [_word(word) for word in plain] or [Value(text=".")]
        return effects + [_effect(folder, "l", place) for folder in listed]
    if name in _READERS:
        return effects + [_effect(_word(word), "r", place) for word in plain]
    if name in _WRITERS:
        return effects + [_effect(_word(word), "w", place) for word in plain]
    if name == "mkdir":
        return effects + [_effect(_word(word), "d", place) for word in plain]
    if name in {"cp", "mv"} and len(plain) == 2:
        first = _effect(_word(plain[0]), "r" if name == "cp" else "+", place)
        return [*effects, first, _effect(_word(plain[1]), "w", place)]
    return [*effects, _effect(None, "l", place), _effect(None, "+", place)]


def _word(text: str) -> Value:
    known = not set(text) & set("*?$[{~`")
    return Value(text=text.strip("'\"") if known else None)


def _split(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()

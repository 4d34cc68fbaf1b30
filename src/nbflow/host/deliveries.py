"""A step notebook and the files that came with it, from wherever they are kept."""

from __future__ import annotations

import hashlib
import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow import runtime
from nbflow.errors import NotebookError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["delivery"]

_AT_ONCE = 8
_HINT = "publish the notebook again, then run its DAG again"


@contextmanager
def delivery(address: str) -> Iterator[Callable[[], tuple[Path, Path]]]:
    """Begin to fetch a bundle's part for one step; what was fetched goes away at the end.

    Yields:
        A function that waits for the notebook and the folder of files, and returns their paths
        here. It raises NotebookError where the bundle is not there, or damaged, and StoreError
        where the store cannot be reached.

    Args:
        address: of a notebook in the folder `steps` of a bundle: a path, or a URL in a store.

    Raises:
        StoreError, MissingExtraError: nothing is known of such stores.
    """
    if "://" not in address:
        path = Path(address)
        yield lambda: (path, path.resolve().parent.parent / _files_of(path.name))
        return
    bundle, _, name = address.rpartition("/steps/")
    with (
        tempfile.TemporaryDirectory(prefix="nbflow-bundle-") as scratch,
        ThreadPoolExecutor(_AT_ONCE) as pool,
    ):
        folder = Path(scratch)
        coming = pool.submit(_fetch, runtime.open_store(bundle), f"steps/{name}", folder, pool)

        def arrived() -> tuple[Path, Path]:
            coming.result()
            return folder / "steps" / name, folder / _files_of(name)

        yield arrived


def _files_of(notebook: str) -> str:
    """Where a bundle has the files of a step notebook; of a stage's, `STAGE.STEP.ipynb`, apart."""
    stage, dot, _ = notebook.removesuffix(".ipynb").partition(".")
    return f"files/{stage}" if dot else "files"


def _fetch(store: runtime.Store, notebook: str, folder: Path, pool: ThreadPoolExecutor) -> None:
    """Fetch a notebook and its files, checked; the manifest says which."""

    def fetch(path: str) -> str:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        store.fetch(path, target)
        with target.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    bundle = store.url
    first = pool.submit(fetch, notebook)  # it is asked for at once: nearly always it is there
    try:
        digests = json.loads(store.read("manifest.json"))["files"]
        if notebook not in digests:
            raise NotebookError(f"{bundle} has no {notebook}", hint=_HINT)
        files = _files_of(notebook.removeprefix("steps/"))
        (folder / files).mkdir(parents=True, exist_ok=True)
        own = (path for path in digests if path.startswith(f"{files}/"))
        coming = {path: pool.submit(fetch, path) for path in own}
        for path, found in {notebook: first, **coming}.items():
            if found.result() != digests[path]:
                raise NotebookError(f"{bundle}/{path} is damaged", hint=_HINT)
    except FileNotFoundError as error:
        raise NotebookError(f"{bundle} is not there: {error}", hint=_HINT) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotebookError(f"{bundle}/manifest.json is damaged", hint=_HINT) from None

"""A step notebook and the files that came with it, from wherever they are kept."""

from __future__ import annotations

import hashlib
import json
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow import runtime
from nbflow.errors import NotebookError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["delivered"]

_HINT = "publish the notebook again, then run its DAG again"


@contextmanager
def delivered(address: str) -> Iterator[tuple[Path, Path]]:
    """The notebook and the folder of files, as paths here; what was fetched goes away at the end.

    Args:
        address: of a notebook in the folder `steps` of a bundle: a path, or a URL in a store.

    Raises:
        NotebookError: the bundle is not there, or damaged.
        StoreError: the store cannot be reached.
    """
    if "://" not in address:
        path = Path(address)
        yield path, path.resolve().parent.parent / "files"
        return
    bundle, _, name = address.rpartition("/steps/")
    with tempfile.TemporaryDirectory(prefix="nbflow-bundle-") as scratch:
        folder = Path(scratch)
        _fetch(bundle, f"steps/{name}", folder)
        yield folder / "steps" / name, folder / "files"


def _fetch(bundle: str, notebook: str, folder: Path) -> None:
    store = runtime.open_store(bundle)
    try:
        digests = json.loads(store.read("manifest.json"))["files"]
        wanted = [path for path in digests if path == notebook or path.startswith("files/")]
        if notebook not in wanted:
            raise NotebookError(f"{bundle} has no {notebook}", hint=_HINT)
        (folder / "files").mkdir()
        for path in wanted:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            store.fetch(path, target)
            with target.open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != digests[path]:
                    raise NotebookError(f"{bundle}/{path} is damaged", hint=_HINT)
    except FileNotFoundError as error:
        raise NotebookError(f"{bundle} is not there: {error}", hint=_HINT) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotebookError(f"{bundle}/manifest.json is damaged", hint=_HINT) from None

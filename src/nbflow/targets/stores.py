"""The store as a place of bundles, for steps whose pods see nothing else."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow import runtime

if TYPE_CHECKING:
    from nbflow.model import Bundle

__all__ = ["keep_in_store"]

_AT_ONCE = 8
_SIGN = "manifest.json"


def keep_in_store(bundle: Bundle, *, runs_folder: str) -> bool:
    """Write a bundle beside its pipeline's runs; False where it was there already.

    Its manifest comes last: a bundle that has one is whole.

    Args:
        bundle: what is published.
        runs_folder: where the pipeline's runs are kept: an absolute path or a URL.

    Raises:
        StoreError: the store cannot be written.
        OSError: likewise, where it is a folder.
    """
    store = runtime.open_store(f"{runs_folder}/.bundles/{bundle.digest}")
    if store.exists(_SIGN):
        return False
    with tempfile.TemporaryDirectory(prefix="nbflow-keep-") as scratch:

        def put(numbered: tuple[int, tuple[str, bytes]]) -> None:
            number, (path, content) = numbered
            local = Path(scratch) / str(number)
            local.write_bytes(content)
            store.put(path, local)

        files = [one for one in bundle.files.items() if one[0] != _SIGN]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(put, enumerate(files)))
        store.write(_SIGN, bundle.files[_SIGN])
    return True

"""A store in S3, through obstore: it is there in milliseconds, where s3fs takes half a second."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from nbflow.runtime.distantstore import AT_ONCE, PART, About, DistantStore, signs_first
from nbflow.runtime.entries import Entry
from nbflow.runtime.folderstore import is_draft
from nbflow.runtime.remotestore import RemoteStore
from nbflow.runtime.s3access import Access, access

if TYPE_CHECKING:
    from collections.abc import Callable

    from obstore.store import ClientConfig, S3Config
    from obstore.store import S3Store as Client
    from typing_extensions import Buffer

__all__ = ["S3Store", "s3_store"]

T = TypeVar("T")

_CONNECTING, _SILENCE = "5s", "15s"
"""How long a server may be silent, as s3fs has it."""
_LIMIT = "10m"
"""For one request in all, whose part of a file has 8 MiB."""
_PIECE = 1 << 20
"""Bytes of a part that are held in memory."""
_AGAIN = 3
"""Times that obstore tries again by itself, within a second; s3fs is patient after that."""


class _NoSuchFileError(Exception):
    """The bucket is there, the file is not."""


_forked = False


def _note_fork() -> None:
    global _forked
    _forked = True


# obstore's threads do not live on in a fork, which would wait for them forever.
os.register_at_fork(after_in_child=_note_fork)


def _last(path: str) -> str:
    """The name at the end of a path."""
    return path.rpartition("/")[2]


def s3_store(url: str) -> S3Store | None:
    """The store at an `s3://` URL; None where obstore is not there, or does not know enough.

    The environment counts as it is now. What takes time is left to the first use: many a kernel has
    none before its last cell.
    """
    if find_spec("obstore") is None:
        return None
    bucket, _, root = url.partition("://")[2].partition("/")
    found = access(bucket, environ=os.environ, home=Path.home())
    return None if found is None else S3Store(url, root=root.rstrip("/"), access=found)


class S3Store(DistantStore):
    """See `Store`.

    Only what obstore answers plainly counts: that something was done, or that there is no such
    file. Whatever else happens, s3fs is asked the same again, and from then on: it knows
    redirections, says what is wrong in the words that users of any such store read, and tries
    for longer. So a trouble costs a moment more, and there is one way to tell of it.
    """

    def __init__(self, url: str, *, root: str, access: Access) -> None:
        super().__init__(url)
        self._root = root
        self._access = access
        self._slow: RemoteStore | None = None

    def read(self, path: str) -> bytes:
        """See `Store`."""
        return self._ask(
            path,
            lambda client, key: client.get(key).bytes().to_bytes(),
            lambda slow: slow.read(path),
        )

    def write(self, path: str, data: bytes) -> None:
        """See `Store`."""
        self._ask(
            path,
            lambda client, key: _put(client, key, data),
            lambda slow: slow.write(path, data),
        )

    def exists(self, path: str) -> bool:
        """See `Store`."""

        def ask(client: Client, key: str) -> bool:
            return _head(client, key) is not None or _is_folder(client, key)

        return self._ask(path, ask, lambda slow: slow.exists(path))

    def names(self, path: str = "") -> tuple[str, ...]:
        """See `Store`."""

        def ask(client: Client, key: str) -> tuple[str, ...]:
            found = client.list_with_delimiter(key or None)
            keys = [*found["common_prefixes"], *(one["path"] for one in found["objects"])]
            names = set(map(_last, keys))
            return tuple(sorted(name for name in names if not is_draft(name)))

        return self._ask(path, ask, lambda slow: slow.names(path))

    def entries(self, path: str = "") -> tuple[Entry, ...]:
        """See `Store`."""

        def ask(client: Client, key: str) -> tuple[Entry, ...]:
            found = client.list_with_delimiter(key or None)
            folders = [Entry(_last(one), None, None) for one in found["common_prefixes"]]
            files = [
                Entry(_last(one["path"]), one["size"], one["last_modified"].timestamp())
                for one in found["objects"]
            ]
            kept = (one for one in (*folders, *files) if not is_draft(one.name))
            return tuple(sorted(kept, key=lambda one: one.name))

        return self._ask(path, ask, lambda slow: slow.entries(path))

    def put(self, path: str, source: Path) -> None:
        """See `Store`."""
        self._ask(
            path,
            lambda client, key: _put(client, key, source),
            lambda slow: slow.put(path, source),
        )

    def remove(self, path: str) -> None:
        """See `Store`."""

        def ask(client: Client, key: str) -> None:
            found = [one["path"] for some in client.list(key) for one in some]
            # A prefix has no end here: `run-1` is not to take `run-10` away.
            below = [one for one in found if one.startswith(f"{key}/")]
            for some in (*signs_first(below), [key]):
                if some:
                    client.delete(some)

        self._ask(path, ask, lambda slow: slow.remove(path))

    def about(self, path: str) -> About:
        """See `DistantStore`."""

        def ask(client: Client, key: str) -> About:
            found = _head(client, key)
            if found is None:
                _is_folder(client, key)  # a missing bucket is another matter than a missing file
                raise _NoSuchFileError
            return found

        return self._ask(path, ask, lambda slow: slow.about(path))

    def part(self, path: str, *, offset: int, size: int) -> Buffer:
        """See `DistantStore`."""

        def ask(client: Client, key: str) -> Buffer:
            return client.get_range(key, start=offset, length=size)

        return self._ask(path, ask, lambda slow: slow.part(path, offset=offset, size=size))

    def _save_part(self, path: str, file: int, *, offset: int, size: int, at: int) -> None:
        """See `DistantStore`; piece by piece, as memory for whole parts would stay taken."""

        def ask(client: Client, key: str) -> None:
            place = at
            found = client.get(key, options={"range": (offset, offset + size)})
            for piece in found.stream(min_chunk_size=_PIECE):
                place += os.pwrite(file, piece, place)

        def ask_again(slow: RemoteStore) -> None:
            os.pwrite(file, slow.part(path, offset=offset, size=size), at)

        self._ask(path, ask, ask_again)

    def fetch(self, path: str, target: Path) -> None:
        """See `Store`; a small file comes with the first answer."""

        def ask(client: Client, key: str) -> tuple[int, Buffer | None]:
            found = client.get(key)
            size = found.meta["size"]
            return size, found.bytes() if size <= PART else None

        size, data = self._ask(path, ask, lambda slow: (slow.about(path).size, None))
        with target.open("wb") as stream:
            if data is None:
                self._download(path, stream, offset=0, size=size)
            else:
                stream.write(data)

    def _ask(
        self,
        path: str,
        ask: Callable[[Client, str], T],
        ask_again: Callable[[RemoteStore], T],
    ) -> T:
        if self._slow is None and not _forked:
            from obstore.exceptions import BaseError

            key = f"{self._root}/{path}".strip("/")
            try:
                return _interruptibly(lambda: ask(_client(self._access), key))
            except _NoSuchFileError:
                raise FileNotFoundError(f"{self.url}/{path}") from None
            except FileNotFoundError as error:
                if "<Code>NoSuchKey</Code>" in str(error):
                    raise FileNotFoundError(f"{self.url}/{path}") from None
            except (BaseError, OSError, ValueError):
                pass
        if self._slow is None:
            self._slow = RemoteStore(self.url)
        return ask_again(self._slow)


@cache
def _client(access: Access) -> Client:
    """One for all stores in a bucket, so that they share connections."""
    from obstore.store import S3Store as Client

    options: ClientConfig = {
        "allow_http": True,
        "connect_timeout": _CONNECTING,
        "read_timeout": _SILENCE,
        "timeout": _LIMIT,
    }
    if access.certificates:
        options["root_certificate"] = Path(access.certificates).read_bytes()
    config = cast("S3Config", dict(access.config))
    return Client(
        access.bucket, config=config, client_options=options, retry_config={"max_retries": _AGAIN}
    )


def _head(client: Client, key: str) -> About | None:
    try:
        found = client.head(key)
    except FileNotFoundError:
        return None
    return About(found["size"], found["e_tag"] or str(found))


def _is_folder(client: Client, key: str) -> bool:
    """Whether there is anything below a key; raises what a missing bucket is told by."""
    return next(iter(client.list(key, chunk_size=1)), None) is not None


def _put(client: Client, key: str, content: bytes | Path) -> None:
    client.put(key, content, chunk_size=PART, max_concurrency=AT_ONCE)


def _interruptibly(call: Callable[[], T]) -> T:
    """Wait for a call that does not look for signals itself, as this thread must."""
    if threading.current_thread() is not threading.main_thread():
        return call()
    future = Future[T]()

    def work() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - handed on
            future.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return future.result()

"""A bucket of S3, or of a server that speaks like it, that Airflow reads DAGs from.

An object appears whole or not at all, and those of a DAG come in order: the folder of its digest,
then its versions, its DAG file last. What is replaced is replaced only if it is still what was
seen, so of two people who publish one DAG at the same time one is told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from nbflow.errors import MissingExtraError, SettingsError, TargetError
from nbflow.targets.trees import AT_ONCE, side_by_side

if TYPE_CHECKING:
    from nbflow.settings import Settings
    from nbflow.targets.trees import Change, View

__all__ = ["BucketTree", "bucket_tree"]

_ATTEMPTS = 10
_SINGLE = 8
"""DAGs that are looked up one by one; for more, one list of everything is less to ask."""
_MOST = 1000
"""Objects that one request deletes."""
_MOVED = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}
_MISSING = {"NoSuchKey", "404", "NotFound"}


class _MovedError(Exception):
    """Somebody else has written the object meanwhile."""


class Bucket(NamedTuple):
    """What a person says of the place.

    Attributes:
        name: of the bucket.
        prefix: of its DAG files' keys, without a slash at the end; empty for the whole bucket.
        endpoint: address of the server; None where botocore knows it.
        region: its region; None where botocore knows it.
        profile: section of the user's AWS configuration with the credentials; None for the usual.
    """

    name: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None
    profile: str | None = None

    @property
    def address(self) -> str:
        """The place as people write it."""
        return f"s3://{self.name}" + (f"/{self.prefix}" if self.prefix else "")

    def key(self, path: str) -> str:
        """The key of a path."""
        return f"{self.prefix}/{path}" if self.prefix else path


class BucketTree:
    """See `Tree`."""

    reviewed = False
    versioned = False

    def __init__(self, bucket: Bucket) -> None:
        self.address = bucket.address
        self._bucket = bucket
        self._client: Any = None

    def bundle(self) -> tuple[str, dict[str, Any]]:
        """See `Tree`; credentials and address are those of Airflow's connection."""
        where = {"bucket_name": self._bucket.name, "prefix": self._bucket.prefix}
        return "airflow.providers.amazon.aws.bundles.s3.S3DagBundle", where

    def location(self, path: str) -> str:
        """See `Tree`."""
        return f"{self.address}/{path}"

    def view(self) -> View:
        """See `Tree`."""
        return _Objects(self)

    def update(self, decide: Callable[[View], Change]) -> None:
        """See `Tree`: decided again where an object that is to be replaced has changed."""
        for _ in range(_ATTEMPTS):
            seen = _Objects(self)
            change = decide(seen)
            try:
                self._make(change, seen)
            except _MovedError:
                continue
            return
        raise TargetError(
            f"{self.address} changed {_ATTEMPTS} times while this was published",
            hint="somebody publishes there all the time; try again",
        )

    def _make(self, change: Change, seen: _Objects) -> None:
        self._delete(change.files_gone)
        whole = {
            f"{folder}/{path}": content
            for folder, files in change.folders.items()
            for path, content in files.items()
        }
        side_by_side(lambda one: self._put(*one), whole.items())
        for wave in change.waves:
            marked = [(path, content, seen.mark(path)) for path, content in wave.items()]
            side_by_side(lambda one: self._put(one[0], one[1], was=one[2]), marked)
        for folder in change.folders_gone:
            found = [f"{folder}/{path}" for path in self.list(f"{folder}/")]
            # By its DAG file a bundle can be gone back to: half of one must not be there.
            self._delete(path for path in found if path.endswith("/dag.py"))
            self._delete(path for path in found if not path.endswith("/dag.py"))

    def list(self, prefix: str = "") -> dict[str, tuple[int, str]]:
        """Size in bytes and ETag of every object below a prefix, by its path after that."""
        start = self._bucket.key(prefix)
        with self._explained():
            pages = self._s3().get_paginator("list_objects_v2")
            return {
                one["Key"].removeprefix(start): (one["Size"], one["ETag"].strip('"'))
                for page in pages.paginate(Bucket=self._bucket.name, Prefix=start)
                for one in page.get("Contents", ())
            }

    def head(self, path: str) -> tuple[int, str] | None:
        """Size and ETag of an object; None where there is none."""
        try:
            with self._explained():
                found = self._s3().head_object(**self._named(path))
        except FileNotFoundError:
            return None
        return found["ContentLength"], found["ETag"].strip('"')

    def read(self, path: str) -> bytes:
        """The content of an object; raises FileNotFoundError."""
        with self._explained():
            content: bytes = self._s3().get_object(**self._named(path))["Body"].read()
            return content

    def _put(self, path: str, content: bytes, *, was: str | None = None) -> None:
        """Write an object; with `was`, only if its ETag is still that, or empty if there is none.

        Raises:
            _MovedError: it is another one meanwhile.
        """
        condition = {}
        if was is not None:
            condition = {"IfMatch": f'"{was}"'} if was else {"IfNoneMatch": "*"}
        with self._explained():
            from botocore.exceptions import ClientError

            try:
                self._s3().put_object(**self._named(path), Body=content, **condition)
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if condition and (code in _MOVED or code in _MISSING):
                    raise _MovedError from None
                if not condition or code not in {"NotImplemented", "501"}:
                    raise
                # An older server, which knows no conditions.
                self._s3().put_object(**self._named(path), Body=content)

    def _delete(self, paths: Iterable[str]) -> None:
        keys = [{"Key": self._bucket.key(path)} for path in paths]
        with self._explained():
            for start in range(0, len(keys), _MOST):
                some = {"Objects": keys[start : start + _MOST], "Quiet": True}
                done = self._s3().delete_objects(Bucket=self._bucket.name, Delete=some)
                for refused in done.get("Errors", ()):
                    raise TargetError(
                        f"{self.address}: {refused['Key']} cannot be deleted: {refused['Message']}"
                    )

    def _named(self, path: str) -> dict[str, str]:
        return {"Bucket": self._bucket.name, "Key": self._bucket.key(path)}

    def _s3(self) -> Any:
        if self._client is None:
            self._client = _client(self._bucket)
        return self._client

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """The server's refusals as ours; a missing object is FileNotFoundError."""
        try:
            from botocore.exceptions import BotoCoreError, ClientError
        except ImportError:
            raise MissingExtraError(
                "a target of the kind `s3` needs botocore",
                hint="pip install 'nbflow[s3]'",
            ) from None
        try:
            yield
        except ClientError as error:
            said = error.response["Error"]
            if said["Code"] in _MISSING:
                raise FileNotFoundError(f"{self.address}: {said['Code']}") from None
            raise TargetError(
                f"{self.address}: {said['Code']}: {said.get('Message', '')}".rstrip(": "),
                hint=_way_out(said["Code"]),
            ) from error
        except BotoCoreError as error:
            raise TargetError(
                f"{self.address}: {error}", hint=_way_out(type(error).__name__)
            ) from (error)


class _Objects:
    """See `View`: what a bucket holds, asked for as far as it is looked at, and then kept."""

    def __init__(self, tree: BucketTree) -> None:
        self._tree = tree
        self._known: dict[str, dict[str, tuple[int, str]]] = {}
        self._heads: dict[str, tuple[int, str] | None] = {}
        self._all: dict[str, tuple[int, str]] | None = None

    def read(self, path: str) -> bytes:
        """See `View`; what is known not to be there is not asked for."""
        if self._all is not None and path not in self._all:
            raise FileNotFoundError(f"{self._tree.location(path)}: not there")
        return self._tree.read(path)

    def holds(self, path: str, content: bytes) -> bool:
        """See `View`; the ETag of a small object is mostly the digest of its content."""
        found = self._find(path)
        if found is None or found[0] != len(content):
            return False
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return found[1] == md5 or self.read(path) == content

    def mark(self, path: str) -> str:
        """See `View`: the ETag of an object."""
        found = self._find(path)
        return found[1] if found else ""

    def sizes(self, folder: str) -> Mapping[str, int]:
        """See `View`."""
        top, _, rest = folder.partition("/")
        below = self._below(top)
        prefix = f"{rest}/" if rest else ""
        return {
            path.removeprefix(prefix): about[0]
            for path, about in below.items()
            if path.startswith(prefix)
        }

    def names(self, folder: str = "") -> tuple[str, ...]:
        """See `View`."""
        paths: Iterable[str] = self.sizes(folder) if folder else self._everything()
        return tuple(sorted({path.partition("/")[0] for path in paths}))

    def _find(self, path: str) -> tuple[int, str] | None:
        top, slash, rest = path.partition("/")
        if slash:
            return self._below(top).get(rest)
        if self._all is None and path not in self._heads:
            self._count()
        if self._all is not None:
            return self._all.get(path)
        if path not in self._heads:
            self._heads[path] = self._tree.head(path)
        return self._heads[path]

    def _below(self, top: str) -> dict[str, tuple[int, str]]:
        if top not in self._known:
            self._count()
        if top not in self._known:
            self._known[top] = {} if self._all is not None else self._tree.list(f"{top}/")
        return self._known[top]

    def _count(self) -> None:
        if len(self._known) + len(self._heads) >= _SINGLE:
            self._everything()

    def _everything(self) -> dict[str, tuple[int, str]]:
        if self._all is None:
            self._all = self._tree.list()
            self._known = {}
            for path, about in self._all.items():
                top, slash, rest = path.partition("/")
                if slash:
                    self._known.setdefault(top, {})[rest] = about
        return self._all


def bucket_tree(settings: Settings) -> BucketTree:
    """The target of the kind `s3`.

    Raises:
        SettingsError: what is said of it is not complete, or not understood.
    """
    options = settings.target.options
    url = options.get("url")
    name, _, prefix = str(url or "").removeprefix("s3://").partition("/")
    if not isinstance(url, str) or not url.startswith("s3://") or not name:
        raise SettingsError(
            "a target of the kind `s3` needs `url: s3://BUCKET/PREFIX`",
            hint="target: {kind: s3, url: s3://data-dags/airflow}",
        )
    chosen = {key: options.get(key) for key in ("endpoint", "region", "profile")}
    return BucketTree(Bucket(name, prefix.strip("/"), **chosen))


def _client(bucket: Bucket) -> Any:
    import botocore.session
    from botocore.config import Config

    session = botocore.session.Session(profile=bucket.profile)
    config = Config(
        connect_timeout=5,
        read_timeout=30,
        max_pool_connections=AT_ONCE,
        retries={"mode": "standard", "total_max_attempts": 5},
    )
    return session.create_client(
        "s3", endpoint_url=bucket.endpoint, region_name=bucket.region, config=config
    )


def _way_out(code: str) -> str | None:
    if code == "NoSuchBucket":
        return "correct the target's `url:`, or have the bucket made"
    if code in {"AccessDenied", "403", "InvalidAccessKeyId", "SignatureDoesNotMatch"}:
        return (
            "your credentials must allow s3:ListBucket, GetObject, PutObject and DeleteObject there"
        )
    if "Credential" in code or "Token" in code or "Profile" in code:
        return "log in (`aws sso login`, AWS_PROFILE, AWS_ACCESS_KEY_ID) or name a `profile:`"
    if "Connect" in code or "Timeout" in code or "Endpoint" in code:
        return "see that the address is right (`endpoint:`, AWS_ENDPOINT_URL) and in reach"
    return None

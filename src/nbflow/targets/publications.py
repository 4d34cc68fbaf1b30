"""What is published in a tree: `{dag_id}.py` beside `{dag_id}/{digest}/` and its versions."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nbflow.errors import TargetError
from nbflow.model import known_names
from nbflow.targets.messages import long_message, short_message
from nbflow.targets.trees import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from nbflow.model import Bundle
    from nbflow.targets.messages import Description
    from nbflow.targets.trees import View

__all__ = [
    "Listing",
    "Signature",
    "Version",
    "known",
    "listing",
    "listings",
    "no_such_dag",
    "placing",
    "publishing",
    "rolling_back",
    "unpublishing",
]

DAG = "dag.py"
VERSIONS = "versions.json"
_DIGEST = re.compile(r"[0-9a-f]{16}")
# Beside the bundles of a DAG, for the programs that come by.
_SIGNS = {
    # Airflow would import the author's modules in search of DAGs. The first pattern is for its glob
    # syntax, the second for its regular expressions; each ignores what it does not understand.
    ".airflowignore": b"# Notebooks and modules of a pipeline, not DAGs.\n*\n.*\n",
    # The DAG file is ruff's business, what the author wrote is the author's.
    ".ruff.toml": b'# Notebooks and modules as their author wrote them.\nexclude = ["*"]\n',
}


@dataclass(frozen=True)
class Signature:
    """Who publishes, and when.

    Attributes:
        by: a name, as other people know it.
        moment: an aware datetime.
    """

    by: str
    moment: datetime


@dataclass(frozen=True)
class Version:
    """A bundle that is or was what the DAG runs.

    Attributes:
        digest: the bundle's.
        by: who published it; None where that is not known.
        moment: when, an aware datetime; None where that is not known.
        action: `publish`, `rollback` or `unpublish`.
    """

    digest: str
    by: str | None = None
    moment: datetime | None = None
    action: str = "publish"

    def __str__(self) -> str:
        """`0123456789abcdef, published by ann@example.com on 2026-11-28 16:05 UTC`."""
        if self.moment is None:
            return self.digest
        done = {"rollback": "rolled back", "unpublish": "unpublished"}.get(self.action, "published")
        return f"{self.digest}, {done} by {self.by} on {self.moment:%Y-%m-%d %H:%M %Z}"


@dataclass(frozen=True)
class Listing:
    """A published DAG.

    Attributes:
        dag_id: the DAG's id.
        digest: of the bundle that the DAG file names; empty for a DAG that was unpublished.
        digests: of all its bundles that are there, sorted.
        versions: what was published, the newest last; one may be there more than once.
        notebook: the notebook that it was made from, relative to its project.
    """

    dag_id: str
    digest: str
    digests: tuple[str, ...]
    versions: tuple[Version, ...]
    notebook: str

    @property
    def current(self) -> Version:
        """The version that the DAG file names."""
        named = (one for one in reversed(self.versions) if one.digest == self.digest)
        return next(named, Version(self.digest))

    def state_of(self, version: Version) -> str:
        """`runs`; `kept` where a DAG can go back to its bundle, or `removed` where that is gone."""
        if version is self.current:
            return "runs"
        kept = version.digest in self.digests or version.digest == self.digest
        return "kept" if kept else "removed"


def listing(view: View, dag_id: str) -> Listing | None:
    """The DAG of this id, or None where nbflow has none there."""
    try:
        text = view.read(f"{dag_id}.py").decode("utf-8", errors="replace")
    except FileNotFoundError:
        return None
    # Beside the file, or in the store: see the backends.
    named = re.search(rf"(?:}}}}/{re.escape(dag_id)}|/\.bundles)/([0-9a-f]{{16}})\"", text)
    names = view.names(dag_id)
    if named is None or not names:
        return None
    digests = tuple(name for name in names if _DIGEST.fullmatch(name))
    return Listing(
        dag_id, named[1], digests, _versions(view, dag_id), _notebook(view, dag_id, named[1])
    )


def listings(view: View) -> Iterator[Listing]:
    """The DAGs that nbflow put there, sorted by id."""
    names = view.names()
    for name in names:
        dag_id = name.removesuffix(".py")
        if dag_id != name and dag_id in names:
            found = listing(view, dag_id)
            if found is not None:
                yield found


def publishing(
    view: View,
    bundles: Iterable[Bundle],
    *,
    signed: Signature,
    seen: Mapping[str, str],
    force: bool = False,
    describe: Callable[[Bundle, Listing | None], Description] | None = None,
) -> Change:
    """What is to change so that these bundles are published: their files, then their DAG files.

    Args:
        view: what is there.
        bundles: what to publish.
        signed: who publishes.
        seen: the digest that whoever publishes saw last of a DAG.
        force: replace what another notebook or somebody else has published.
        describe: says what a bundle changes, for those who read a history.

    Raises:
        TargetError: a DAG of the name is from another notebook or from nobody of ours, or somebody
            else has published a version that whoever publishes has not seen.
    """
    folders: dict[str, Mapping[str, bytes]] = {}
    files: dict[str, bytes] = {}
    dags: dict[str, bytes] = {}
    lines = []
    changed: list[tuple[Bundle, Listing | None]] = []
    for bundle in bundles:
        change = placing(view, bundle)
        if not change:  # all of it is there, the notebook's name in the manifest too
            continue
        there = listing(view, bundle.dag_id)
        if not force:
            _refuse_another(view, bundle, there)
            _refuse_older(bundle, there, signed=signed, seen=seen)
        file = f"{bundle.dag_id}.py"
        if file in change.files:
            version = Version(bundle.digest, signed.by, signed.moment)
            files |= _with_version(view, bundle.dag_id, version)
            dags[file] = change.files[file]
        files |= {path: text for path, text in change.files.items() if path != file}
        folders |= change.folders
        was = f" (was {there.digest})" if there else ""
        lines.append(f"{bundle.dag_id}: {bundle.digest}{was}")
        changed.append((bundle, there))
    if not lines:
        return Change()
    return Change(
        folders=folders,
        files=files | dags,
        message=short_message("Publish", lines),
        explain=describe and (lambda: long_message(changed, lines, describe)),
    )


def placing(view: View, bundle: Bundle) -> Change:
    """What is to change so that a bundle and its DAG file lie there, whoever put what there."""
    folder, file = f"{bundle.dag_id}/{bundle.digest}", f"{bundle.dag_id}.py"
    # The DAG file too, for whoever goes back to this bundle; Airflow does not look there.
    files = {**bundle.files, DAG: bundle.dag.encode()}
    folders = {} if _holds(view, folder, files) else {folder: files}
    dag = {} if view.holds(file, bundle.dag.encode()) else {file: bundle.dag.encode()}
    if not (folders or dag):
        return Change()
    return Change(folders=folders, files=_missing_signs(view, bundle.dag_id) | dag)


def rolling_back(
    view: View, dag_id: str, digest: str | None, *, signed: Signature
) -> tuple[Listing, Version, Change]:
    """What is to change so that a DAG runs an earlier bundle: its file, and the list of versions.

    Args:
        view: what is there.
        dag_id: the DAG.
        digest: of the bundle, or the beginning of it; the one before the present one where None.
        signed: who goes back.

    Raises:
        TargetError: no such DAG or bundle is there.
    """
    there = known(view, dag_id) or _required(view, dag_id)
    kept = [one for one in there.versions if one.digest in there.digests]
    earlier = [one for one in reversed(kept) if one.digest != there.digest]
    if digest is not None:
        names = {*there.digests, *filter(None, [there.digest])}
        earlier = [Version(name) for name in sorted(names) if name.startswith(digest)]
    if len({one.digest for one in earlier}) != 1 and (digest is not None or not earlier):
        which = "no earlier version" if digest is None else f"no one version {digest!r}"
        listed = ", ".join(sorted({one.digest for one in kept} | set(there.digests)))
        raise TargetError(f"{dag_id} has {which}", hint=f"versions that are kept: {listed}")
    goal = Version(earlier[0].digest, signed.by, signed.moment, "rollback")
    if goal.digest == there.digest:
        return there, goal, Change()
    try:
        text = view.read(f"{dag_id}/{goal.digest}/{DAG}")
    except FileNotFoundError:
        raise TargetError(
            f"the version {goal.digest} of {dag_id} holds no DAG file",
            hint="an older nbflow published it: publish its notebook again",
        ) from None
    files = _with_version(view, dag_id, goal) | {f"{dag_id}.py": text}
    message = f"Roll {dag_id} back: {goal.digest} (was {there.digest or 'unpublished'})"
    return there, goal, Change(files=files, message=message)


def unpublishing(
    view: View, dag_id: str, *, signed: Signature, purge: bool = False
) -> tuple[Listing, Change]:
    """What is to change so that Airflow has a DAG no more.

    Its bundles stay, for what its runs have made and for going back, unless all is to go.

    Args:
        view: what is there.
        dag_id: the DAG.
        signed: who takes it away.
        purge: its bundles and its history go too, also of one that was unpublished before.

    Raises:
        TargetError: no such DAG is there.
    """
    there = known(view, dag_id) if purge else None
    there = there or _required(view, dag_id)
    gone = (f"{dag_id}.py",) if there.digest else ()
    message = f"Unpublish {dag_id}"
    if purge:
        return there, Change(files_gone=gone, folders_gone=(dag_id,), message=message)
    version = Version(there.digest, signed.by, signed.moment, "unpublish")
    files = _with_version(view, dag_id, version)
    return there, Change(files_gone=gone, files=files, message=message)


def known(view: View, dag_id: str) -> Listing | None:
    """The DAG of this id, also one that was taken away and whose bundles are kept; or None."""
    there = listing(view, dag_id)
    if there is not None:
        return there
    digests = tuple(name for name in view.names(dag_id) if _DIGEST.fullmatch(name))
    versions = _versions(view, dag_id)
    if not digests or not versions:
        return None
    last = versions[-1].digest
    return Listing(dag_id, "", digests, versions, _notebook(view, dag_id, last))


def _required(view: View, dag_id: str) -> Listing:
    there = listing(view, dag_id)
    if there is None:
        raise no_such_dag(dag_id, known=[one.dag_id for one in listings(view)])
    return there


def no_such_dag(dag_id: str, *, known: Iterable[str]) -> TargetError:
    """That nbflow has published no DAG of this id, and which it has."""
    names = list(known)
    return TargetError(
        f"there is no DAG {dag_id!r}",
        hint=known_names("those published", dag_id, names)
        if names
        else "nothing is published there",
    )


def _refuse_another(view: View, bundle: Bundle, there: Listing | None) -> None:
    ours = _source(bundle.files["manifest.json"])
    file = f"{bundle.dag_id}.py"
    if there is None:
        with suppress(FileNotFoundError):
            view.read(file)
            raise TargetError(
                f"{file} is there and was not made by nbflow",
                hint="give the pipeline another name in the notebook's options, or use --force",
            )
    elif there.notebook != ours:
        raise TargetError(
            f"the DAG {bundle.dag_id!r} is published from {there.notebook}, not from {ours}",
            hint="give one of the two pipelines another name in its options, or use --force",
        )


def _refuse_older(
    bundle: Bundle, there: Listing | None, *, signed: Signature, seen: Mapping[str, str]
) -> None:
    """Whoever overwrites a colleague's version must have seen it."""
    if there is None or there.digest in {bundle.digest, seen.get(bundle.dag_id)}:
        return
    current = there.current
    if current.by in {None, signed.by}:
        return
    raise TargetError(
        f"the DAG {bundle.dag_id!r} is now {current}, which you have not seen",
        hint=f"`nbflow diff {_source(bundle.files['manifest.json'])}` shows what would change; "
        "--force replaces it",
    )


def _holds(view: View, folder: str, files: Mapping[str, bytes]) -> bool:
    """Whether these files are there; the digest in the folder's name says it, sizes confirm."""
    sizes = view.sizes(folder)
    return all(sizes.get(path) == len(content) for path, content in files.items())


def _missing_signs(view: View, dag_id: str) -> dict[str, bytes]:
    there = view.names(dag_id)
    return {f"{dag_id}/{name}": sign for name, sign in _SIGNS.items() if name not in there}


def _versions(view: View, dag_id: str) -> tuple[Version, ...]:
    try:
        content = json.loads(view.read(f"{dag_id}/{VERSIONS}"))["versions"]
        return tuple(
            Version(**{**one, "moment": datetime.fromisoformat(one["moment"])}) for one in content
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return ()


def _with_version(view: View, dag_id: str, version: Version) -> dict[str, bytes]:
    versions = [
        asdict(one) | {"moment": one.moment and one.moment.isoformat(timespec="seconds")}
        for one in (*_versions(view, dag_id), version)
    ]
    text = json.dumps({"versions": versions}, indent=1) + "\n"
    return {f"{dag_id}/{VERSIONS}": text.encode()}


def _notebook(view: View, dag_id: str, digest: str) -> str:
    try:
        return _source(view.read(f"{dag_id}/{digest}/manifest.json"))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return "a lost notebook"


def _source(manifest: bytes) -> str:
    content: dict[str, Any] = json.loads(manifest)
    return str(content["source"]["notebook"])

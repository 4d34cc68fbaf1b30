"""What is to change in a tree: so that bundles are published, gone back to, taken away."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from nbflow.errors import TargetError, UnseenVersion
from nbflow.targets.listings import (
    VERSIONS,
    Listing,
    Version,
    known,
    listing,
    required,
    source_of,
    versions_of,
)
from nbflow.targets.messages import long_message, short_message
from nbflow.targets.trees import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import datetime

    from nbflow.model import Bundle
    from nbflow.targets.messages import Description
    from nbflow.targets.trees import View

__all__ = [
    "Signature",
    "going_back",
    "other_source",
    "placing",
    "publishing",
    "rolling_back",
    "unpublishing",
]

DAG = "dag.py"
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


def publishing(
    view: View,
    bundles: Iterable[Bundle],
    *,
    signed: Signature,
    seen: Mapping[str, str],
    shown: Collection[str] | None = None,
    force: bool = False,
    describe: Callable[[Bundle, Listing | None], Description] | None = None,
) -> Change:
    """What is to change so that these bundles are published: their files, then their DAG files.

    Args:
        view: what is there.
        bundles: what to publish.
        signed: who publishes.
        seen: the digest that whoever publishes saw last of a DAG.
        shown: the digests of what they have before their eyes; None where nobody knows.
        force: replace what another notebook or somebody else has published.
        describe: says what a bundle changes, for those who read a history.

    Raises:
        TargetError: a DAG of the name is from another notebook or from nobody of ours, or somebody
            else has published a version that whoever publishes has not seen; or anybody, where
            they were shown others.
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
            _refuse_older(bundle, there, signed=signed, seen=seen, shown=shown)
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
    there = known(view, dag_id) or required(view, dag_id)
    digest, text = going_back(view, dag_id, digest)
    goal = Version(digest, signed.by, signed.moment, "rollback")
    if goal.digest == there.digest:
        return there, goal, Change()
    files = _with_version(view, dag_id, goal) | {f"{dag_id}.py": text}
    message = f"Roll {dag_id} back: {goal.digest} (was {there.digest or 'unpublished'})"
    return there, goal, Change(files=files, message=message)


def going_back(view: View, dag_id: str, digest: str | None) -> tuple[str, bytes]:
    """The digest and the DAG file of the bundle that a DAG would go back to.

    Args:
        view: what is there.
        dag_id: the DAG.
        digest: of the bundle, or the beginning of it; the one before the present one where None.

    Raises:
        TargetError: no such DAG or bundle is there.
    """
    there = known(view, dag_id) or required(view, dag_id)
    kept = [one for one in there.versions if one.digest in there.digests]
    earlier = [one for one in reversed(kept) if one.digest != there.digest]
    if digest is not None:
        names = {*there.digests, *filter(None, [there.digest])}
        earlier = [Version(name) for name in sorted(names) if name.startswith(digest)]
    if len({one.digest for one in earlier}) != 1 and (digest is not None or not earlier):
        which = "no earlier version" if digest is None else f"no one version {digest!r}"
        listed = ", ".join(sorted({one.digest for one in kept} | set(there.digests)))
        raise TargetError(f"{dag_id} has {which}", hint=f"versions that are kept: {listed}")
    goal = earlier[0].digest
    try:
        return goal, view.read(f"{dag_id}/{goal}/{DAG}")
    except FileNotFoundError:
        raise TargetError(
            f"the version {goal} of {dag_id} holds no DAG file",
            hint="an older nbflow published it: publish its notebook again",
        ) from None


def unpublishing(
    view: View, dag_id: str, *, signed: Signature, purge: bool = False, paused: bool = False
) -> tuple[Listing, Change]:
    """What is to change so that Airflow has a DAG no more.

    Its bundles stay, for what its runs have made and for going back, unless all is to go.

    Args:
        view: what is there.
        dag_id: the DAG.
        signed: who takes it away.
        purge: its bundles and its history go too, also of one that was unpublished before.
        paused: it was paused for that, and ran until then.

    Raises:
        TargetError: no such DAG is there.
    """
    there = known(view, dag_id) if purge else None
    there = there or required(view, dag_id)
    gone = (f"{dag_id}.py",) if there.digest else ()
    message = f"Unpublish {dag_id}"
    if purge:
        return there, Change(files_gone=gone, folders_gone=(dag_id,), message=message)
    version = Version(there.digest, signed.by, signed.moment, "unpublish", paused)
    files = _with_version(view, dag_id, version)
    return there, Change(files_gone=gone, files=files, message=message)


def other_source(bundle: Bundle, there: Listing | None) -> str | None:
    """The notebook that what is there was made from; None where a bundle is of the same one."""
    if there is None or there.notebook == source_of(bundle.files["manifest.json"]):
        return None
    return there.notebook


def _refuse_another(view: View, bundle: Bundle, there: Listing | None) -> None:
    other = other_source(bundle, there)
    file = f"{bundle.dag_id}.py"
    if there is None:
        with suppress(FileNotFoundError):
            view.read(file)
            raise TargetError(
                f"{file} is there and was not made by nbflow",
                hint="give the pipeline another name in the notebook's options, or use --force",
                forcible=True,
            )
    elif other is not None:
        ours = source_of(bundle.files["manifest.json"])
        raise TargetError(
            f"the DAG {bundle.dag_id!r} is published from {other}, not from {ours}",
            hint="give one of the two pipelines another name in its options, or use --force",
            forcible=True,
        )


def _refuse_older(
    bundle: Bundle,
    there: Listing | None,
    *,
    signed: Signature,
    seen: Mapping[str, str],
    shown: Collection[str] | None,
) -> None:
    """Whoever overwrites a version must have seen it; their own they have, if nobody knows."""
    if there is None or there.digest == bundle.digest:
        return
    current = there.current
    if shown is None:
        known = there.digest == seen.get(bundle.dag_id) or current.by in {None, signed.by}
    else:
        known = there.digest in shown
    if known:
        return
    moment = None if current.moment is None else current.moment.isoformat(timespec="seconds")
    raise UnseenVersion(
        f"the DAG {bundle.dag_id!r} is now {current}, which you have not seen",
        hint=f"`nbflow diff {source_of(bundle.files['manifest.json'])}` shows what would change; "
        "--force replaces it",
        version={"digest": current.digest, "by": current.by, "moment": moment},
    )


def _holds(view: View, folder: str, files: Mapping[str, bytes]) -> bool:
    """Whether these files are there; the digest in the folder's name says it, sizes confirm."""
    sizes = view.sizes(folder)
    return all(sizes.get(path) == len(content) for path, content in files.items())


def _missing_signs(view: View, dag_id: str) -> dict[str, bytes]:
    there = view.names(dag_id)
    return {f"{dag_id}/{name}": sign for name, sign in _SIGNS.items() if name not in there}


def _with_version(view: View, dag_id: str, version: Version) -> dict[str, bytes]:
    versions = [_as_json(one) for one in (*versions_of(view, dag_id), version)]
    text = json.dumps({"versions": versions}, indent=1) + "\n"
    return {f"{dag_id}/{VERSIONS}": text.encode()}


def _as_json(version: Version) -> dict[str, object]:
    said = asdict(version)
    said["moment"] = version.moment and version.moment.isoformat(timespec="seconds")
    if not version.paused:
        del said["paused"]
    return said

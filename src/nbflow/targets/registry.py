"""Targets by kind, and what can be done with any of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from nbflow.errors import SettingsError, TargetError
from nbflow.model import Bundle
from nbflow.targets.listings import Listing, Version, known, listing, listings
from nbflow.targets.messages import Description
from nbflow.targets.publications import (
    Signature,
    going_back,
    publishing,
    rolling_back,
    unpublishing,
)
from nbflow.targets.retention import KeptVersion, histories, pruning

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from nbflow.settings import Settings
    from nbflow.targets.trees import Change, Tree, View

GROUP = "nbflow.targets"
T = TypeVar("T")
_OWN = {"folder": "folders:folder_tree", "git": "gits:git_tree", "s3": "buckets:bucket_tree"}


@dataclass(frozen=True)
class Published:
    """What publishing a bundle did.

    Attributes:
        dag_id: the DAG's id.
        digest: the bundle's digest.
        changed: the target was changed; False where the same bundle was there already.
        path: where the DAG file is, for people; where it will be once that is agreed to.
        review: the branch on which it waits for somebody to agree; None where it is there.
    """

    dag_id: str
    digest: str
    changed: bool
    path: str
    review: str | None = None


@dataclass(frozen=True)
class Edition:
    """What a DAG runs now, as it was published.

    Attributes:
        listing: its digest, its versions.
        dag: the text of its DAG file.
        read: reads a file of its bundle; raises FileNotFoundError.
    """

    listing: Listing
    dag: str
    read: Callable[[str], bytes]

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """What the bundle says of itself; nothing where that is lost or damaged."""
        try:
            found: dict[str, Any] = json.loads(self.content("manifest.json"))
        except ValueError:
            return {}
        return found

    def content(self, path: str) -> bytes:
        """A file of its bundle; empty where it was lost."""
        try:
            return self.read(path)
        except FileNotFoundError:
            return b""


@dataclass(frozen=True)
class Target:
    """A place that Airflow reads DAGs from."""

    tree: Tree

    @property
    def reviewed(self) -> bool:
        """Whether what is published waits for somebody to agree, and is not live at once."""
        return self.tree.reviewed

    @property
    def versioned(self) -> bool:
        """Whether runs that go keep in Airflow what was published when they began."""
        return self.tree.versioned

    def publish(
        self,
        bundles: Iterable[Bundle],
        *,
        signed: Signature,
        seen: Mapping[str, str] | None = None,
        shown: Collection[str] | None = None,
        force: bool = False,
        describe: Callable[[Bundle, Edition | None], Description] | None = None,
    ) -> tuple[Published, ...]:
        """Put bundles there, all in one change. Bundles that are there change nothing.

        Args:
            bundles: what to publish.
            signed: who publishes.
            seen: the digest of each DAG that whoever publishes saw last.
            shown: the digests of what they have before their eyes: every other version is refused
                that is not among them, their own too. None where nobody knows.
            force: replace what another notebook or somebody else has published.
            describe: says what a bundle changes, where a place keeps a history for people.

        Raises:
            TargetError: the target cannot be written, has a DAG of a name from another notebook, or
                a version by somebody else that was not seen, or by anybody that was not shown.
        """
        ordered = list(bundles)

        def decide(view: View) -> tuple[Change, Change]:
            change = publishing(
                view,
                ordered,
                signed=signed,
                seen=seen or {},
                shown=shown,
                force=force,
                describe=describe
                and (lambda bundle, there: describe(bundle, there and _edition(view, there))),
            )
            return change, change

        change, review = self._change(decide)
        return tuple(
            Published(
                one.dag_id,
                one.digest,
                one.dag_id in change.dags,
                self.tree.location(f"{one.dag_id}.py"),
                review if one.dag_id in change.dags else None,
            )
            for one in ordered
        )

    def published(self) -> tuple[Listing, ...]:
        """What is there, sorted by DAG id.

        Raises:
            TargetError: the target cannot be read.
        """
        return tuple(listings(self.tree.view(), address=self.tree.address))

    def edition(self, dag_id: str) -> Edition | None:
        """What a DAG runs now; None where nbflow has published none of this id.

        Raises:
            TargetError: the target cannot be read.
        """
        return self.editions([dag_id]).get(dag_id)

    def editions(self, dag_ids: Iterable[str]) -> dict[str, Edition]:
        """What DAGs run now, by id, all by one look; without those of which there is nothing.

        Raises:
            TargetError: the target cannot be read.
        """
        view = self.tree.view()
        found = {one: listing(view, one) for one in dag_ids}
        return {one: _edition(view, there) for one, there in found.items() if there is not None}

    def knows(self, dag_id: str) -> bool:
        """Whether nbflow has put a DAG of this id there, also where it was taken away again.

        Raises:
            TargetError: the target cannot be read.
        """
        return known(self.tree.view(), dag_id) is not None

    def taken_away(self, dag_id: str) -> Version | None:
        """That a DAG was unpublished and can be brought back: who did, when, and what it ran.

        Raises:
            TargetError: the target cannot be read.
        """
        found = known(self.tree.view(), dag_id)
        if found is None or found.digest:
            return None
        return found.versions[-1]

    def paused_meanwhile(self, dag_id: str) -> bool:
        """Whether what a DAG runs now came after it was unpublished, and paused for that alone.

        Raises:
            TargetError: the target cannot be read.
        """
        found = known(self.tree.view(), dag_id)
        return found is not None and any(one.paused for one in found.versions[-2:-1])

    def earlier(self, dag_id: str, digest: str | None = None) -> Bundle:
        """What `roll_back` would let a DAG run, without the files that come with the notebook.

        Raises:
            TargetError: no such DAG or bundle is there, or the target cannot be read.
        """
        view = self.tree.view()
        goal, dag = going_back(view, dag_id, digest)
        folder = f"{dag_id}/{goal}"
        paths = [path for path in view.sizes(folder) if path.endswith((".ipynb", "manifest.json"))]
        if "manifest.json" not in paths:
            raise TargetError(
                f"the version {goal} of {dag_id} is damaged",
                hint="publish its notebook again, or go back to another one",
            )
        own = [path for path in paths if not path.startswith("files/")]
        return Bundle(
            dag_id, goal, dag.decode(), {one: view.read(f"{folder}/{one}") for one in own}
        )

    def roll_back(
        self, dag_id: str, digest: str | None = None, *, signed: Signature
    ) -> tuple[Listing, Version, str | None]:
        """Let a DAG run an earlier bundle; what was published, what is now, and where it waits.

        It waits on a branch where somebody has to agree; see `Published`.

        Args:
            dag_id: the DAG.
            digest: of the bundle, or how it begins; the version before where None.
            signed: who goes back.

        Raises:
            TargetError: no such DAG or bundle is there, or the target cannot be written.
        """

        def decide(view: View) -> tuple[tuple[Listing, Version], Change]:
            there, goal, change = rolling_back(view, dag_id, digest, signed=signed)
            return (there, goal), change

        (there, goal), review = self._change(decide)
        return there, goal, review

    def unpublish(
        self, dag_id: str, *, signed: Signature, purge: bool = False, paused: bool = False
    ) -> tuple[Listing, str | None]:
        """Take a DAG away; what its runs made stays, and so do its bundles, for going back.

        Returns what was there, and the branch on which this waits where somebody has to agree.

        Args:
            dag_id: the DAG.
            signed: who takes it away.
            purge: its bundles and its history go too.
            paused: Airflow was asked to pause it, and ran it until then: it is let run when it is
                published again, or brought back.

        Raises:
            TargetError: it is not there, or the target cannot be written.
        """

        def decide(view: View) -> tuple[Listing, Change]:
            return unpublishing(view, dag_id, signed=signed, purge=purge, paused=paused)

        return self._change(decide)

    def histories(self) -> tuple[tuple[Listing, tuple[KeptVersion, ...]], ...]:
        """Every DAG that was ever put there and not purged, with its bundles, the newest first.

        Raises:
            TargetError: the target cannot be read.
        """
        return tuple(histories(self.tree.view()))

    def prune(self, gone: Mapping[str, Collection[str]]) -> tuple[str, ...]:
        """Remove bundles of DAGs, all in one change; paths of those that went.

        Never the one that a DAG runs now, whoever made it so meanwhile. The list of who published
        what stays whole.

        Args:
            gone: digests of bundles, by DAG.

        Raises:
            TargetError: the target cannot be written.
        """

        def decide(view: View) -> tuple[tuple[str, ...], Change]:
            change = pruning(view, gone)
            return change.folders_gone, change

        folders, _ = self._change(decide)
        return folders

    def _change(self, decide: Callable[[View], tuple[T, Change]]) -> tuple[T, str | None]:
        """Make the change that is decided; what was decided with it the last time, and a branch."""
        told: list[T] = []

        def deciding(view: View) -> Change:
            found, change = decide(view)
            told[:] = [found]
            return change

        branch = self.tree.update(deciding)
        return told[0], branch


def _edition(view: View, found: Listing) -> Edition:
    dag = view.read(f"{found.dag_id}.py").decode("utf-8", errors="replace")
    return Edition(found, dag, lambda path: view.read(f"{found.dag_id}/{found.digest}/{path}"))


def find_target(settings: Settings) -> Target:
    """The target that the settings name.

    Raises:
        SettingsError: there is no target of this kind, or what is said of it is not understood.
    """
    kind = settings.target.kind
    if kind in _OWN:
        from importlib import import_module

        module, _, name = _OWN[kind].partition(":")
        own: Callable[[Settings], Tree] = getattr(import_module(f"nbflow.targets.{module}"), name)
        return Target(own(settings))
    from importlib.metadata import entry_points

    found = {point.name: point for point in entry_points(group=GROUP)}
    if kind not in found:
        kinds = ", ".join(sorted({*_OWN, *found}))
        raise SettingsError(f"there is no target {kind!r}", hint=f"the targets are: {kinds}")
    make: Callable[[Settings], Tree] = found[kind].load()
    return Target(make(settings))


def every_target(settings: Settings) -> Iterator[tuple[str | None, Target]]:
    """The targets of all teams, each once, with the first team whose it is, None for no team.

    Raises:
        SettingsError: as `find_target`.
    """
    seen = set()
    for team in (None, *settings.teams):
        target = find_target(settings.of_team(team))
        if target.tree.address not in seen:
            seen.add(target.tree.address)
            yield team, target

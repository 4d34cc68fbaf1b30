"""Places of files that Airflow reads DAGs from, and what can be changed in them at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["AT_ONCE", "Change", "Tree", "View", "side_by_side"]

T = TypeVar("T")

AT_ONCE = 16
"""Files that are written, or requests that are under way, at a time."""


class View(Protocol):
    """What a place holds at one moment. Paths are relative to it, with `/`."""

    def read(self, path: str) -> bytes:
        """The content of a file; FileNotFoundError where there is none."""

    def holds(self, path: str, content: bytes) -> bool:
        """Whether a file is there and has this content."""

    def mark(self, path: str) -> str:
        """What is another word whenever a file's content is another one; empty where it is none."""

    def sizes(self, folder: str) -> Mapping[str, int]:
        """The files below a folder, by their path in it, with their sizes in bytes."""

    def names(self, folder: str = "") -> tuple[str, ...]:
        """The names in a folder, sorted; none where there is no such folder."""


@dataclass(frozen=True)
class Change:
    """What is to be different. It happens in the order of the attributes.

    Attributes:
        files_gone: files that are taken away first, so that nothing names what goes later.
        folders: whole folders with all their files, which were not there or were damaged.
        files: single files; what lies at the top names what lies below, and comes after it.
        folders_gone: folders that are taken away last.
        message: one line that says what this is, and below it more.
        explain: makes a longer message, which takes a look at files; None where there is none.
    """

    files_gone: tuple[str, ...] = ()
    folders: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    folders_gone: tuple[str, ...] = ()
    message: str = ""
    explain: Callable[[], str] | None = field(default=None, compare=False)

    @property
    def dags(self) -> frozenset[str]:
        """The DAGs whose file or bundle is written."""
        tops = (path.removesuffix(".py") for path in self.files if "/" not in path)
        return frozenset([*tops, *(path.partition("/")[0] for path in self.folders)])

    @property
    def waves(self) -> tuple[dict[str, bytes], dict[str, bytes]]:
        """The single files that may be written side by side, and those that come after them."""
        below = {path: content for path, content in self.files.items() if "/" in path}
        return below, {path: text for path, text in self.files.items() if path not in below}

    def __bool__(self) -> bool:
        """Whether anything is to be different."""
        return bool(self.files_gone or self.folders or self.files or self.folders_gone)


def side_by_side(work: Callable[[T], None], items: Iterable[T]) -> None:
    """Do all, several at once: what takes long is waiting for a disk or a server.

    The first that fails is what is raised, once none is under way.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for future in [pool.submit(work, one) for one in items]:
            try:
                future.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise


class Tree(Protocol):
    """A place of files."""

    address: str
    """What people call it: a path or a URL."""

    reviewed: bool
    """Whether a change waits on a branch for somebody to agree, and is not live at once."""

    versioned: bool
    """Whether Airflow keeps for each run what the place held when the run began."""

    def view(self) -> View:
        """What it holds now; TargetError where it cannot be read."""

    def update(self, decide: Callable[[View], Change]) -> str | None:
        """Make what `decide` wants of what the place holds.

        It may be asked again, with what the place holds then, where somebody else was faster. A
        reader sees each file whole, old or new, and none that names another one too soon.

        Returns:
            The branch on which the change waits for somebody to agree; None where it is made.

        Raises:
            TargetError: the place cannot be read or written.
        """

    def bundle(self) -> tuple[str, dict[str, Any]]:
        """The class of the DAG bundle by which Airflow reads it, and its arguments."""

    def location(self, path: str) -> str:
        """Where a file is, for people."""

"""Things in a row that show themselves as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, overload

from nbflow.errors import UsageError
from nbflow.interactive.explanations import plain
from nbflow.interactive.markup import escape, table, text_table
from nbflow.model import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Listing"]

T = TypeVar("T")


class Listing(Sequence[T], Generic[T]):
    """A tuple that shows itself as a table; where its items have names, they are keys too."""

    columns: ClassVar[tuple[str, ...]] = ()
    what: ClassVar[str] = "item"
    """What one of them is called."""
    empty: ClassVar[str] = "nothing"
    """What is shown where there is none."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items = tuple(items)

    def _name(self, item: T) -> str:
        return str(getattr(item, "name", ""))

    def _row(self, item: T) -> Sequence[object]:
        raise NotImplementedError

    def _html_row(self, item: T) -> Sequence[str]:
        return [escape(cell) for cell in self._row(item)]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    @overload
    def __getitem__(self, key: int | str) -> T: ...

    @overload
    def __getitem__(self, key: slice) -> Sequence[T]: ...

    def __getitem__(self, key: int | str | slice) -> T | Sequence[T]:
        if isinstance(key, slice):
            return self._items[key]
        if isinstance(key, int):
            return self._items[key]
        return self._find(key)

    @plain
    def _find(self, key: str) -> T:
        for item in self._items:
            if self._name(item) == key:
                return item
        names = self._ipython_key_completions_()
        listed = f"There are: {', '.join(names)}." if names else "There is none."
        raise UsageError(
            f"there is no {self.what} {key!r}", hint=f"{did_you_mean(key, names)}{listed}"
        )

    def _ipython_key_completions_(self) -> list[str]:
        return [name for name in map(self._name, self._items) if name]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Listing):
            return self._items == other._items
        return self._items == other

    def __hash__(self) -> int:
        return hash(self._items)

    def __repr__(self) -> str:
        if not self._items:
            return self.empty
        return text_table(self.columns, [self._row(item) for item in self._items])

    def _repr_html_(self) -> str:
        if not self._items:
            return f"<em>{escape(self.empty)}</em>"
        return table(self.columns, [self._html_row(item) for item in self._items])

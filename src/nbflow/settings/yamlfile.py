"""A YAML file whose every value knows its line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from nbflow.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class YamlFile:
    """A YAML file that was read.

    Attributes:
        path: where it lies.
        content: what it says; an empty file says nothing.
        node: the same as a tree of nodes with their places, or None where it is empty.
    """

    path: Path
    content: Any
    node: yaml.Node | None

    def line(self, keys: Sequence[str | int]) -> int:
        """The line, counted from 1, of the value under `keys`, or of the nearest one around it."""
        node, line = self.node, 1
        for key in keys:
            child = _child(node, key)
            if child is None:
                break
            line, node = child
        return line

    def error(
        self, keys: Sequence[str | int], problem: str, *, hint: str | None = None
    ) -> SettingsError:
        """An error that says where in the file the problem is."""
        return SettingsError(f"{self.path}:{self.line(keys)}: {problem}", hint=hint)

    def leaves(self) -> Iterator[tuple[tuple[str | int, ...], Any]]:
        """Every value that is no mapping and no list, with its keys."""
        yield from _leaves((), self.content)


def read_yaml(path: Path) -> YamlFile:
    """Read a file.

    Raises:
        SettingsError: it cannot be read, is no YAML, or says one key twice.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 text", hint="save it as UTF-8") from error
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        content = None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = 1 if error.problem_mark is None else error.problem_mark.line + 1
        raise SettingsError(f"{path}:{line}: not YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise SettingsError(f"{path}: not YAML: {error}") from error
    finally:
        loader.dispose()
    _refuse_repeated_keys(path, node)
    return YamlFile(path, content, node)


def _child(node: yaml.Node | None, key: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == str(key):
                return name.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        item = node.value[key]
        return item.start_mark.line + 1, item
    return None


def _leaves(keys: tuple[str | int, ...], value: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves((*keys, key), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves((*keys, index), inner)
    else:
        yield keys, value


def _refuse_repeated_keys(path: Path, node: yaml.Node | None) -> None:
    """Refuse what YAML forbids and PyYAML lets pass, the later value winning silently."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(path, item)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: dict[str, int] = {}
    for name, value in node.value:
        line = name.start_mark.line + 1
        if isinstance(name, yaml.ScalarNode):
            if name.value in seen and name.tag != "tag:yaml.org,2002:merge":
                raise SettingsError(
                    f"{path}:{line}: {name.value!r} is said twice, first in line {seen[name.value]}"
                )
            seen[name.value] = line
        _refuse_repeated_keys(path, value)

"""The policy file: teams, where their DAG files lie, and what each may use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path, PurePosixPath
from typing import Any

VERSION = 1
"""Of the file's format."""


class PolicyUnreadable(Exception):
    """There is no policy that could be kept; nothing may run then."""


@dataclass(frozen=True)
class Source:
    """Where Airflow read a DAG file.

    Attributes:
        bundle: name of the DAG bundle.
        file: path in the bundle, with slashes.
    """

    bundle: str
    file: str

    def __str__(self) -> str:
        return f"{self.file} in bundle {self.bundle}"


@dataclass(frozen=True)
class Team:
    """A tenant.

    Attributes:
        name: of the team.
        bundle: name of the DAG bundle that its DAG files lie in.
        folder: the folder of the bundle that is the team's; all of it where it is empty.
        namespace: the Kubernetes namespace of its pods.
        service_account: of its pods; None for any of the namespace.
        images, claims, connections: patterns of what it may name; None for all.
        host_paths: patterns of folders of nodes.
        profiles: pods of the profiles that it may use, by name: what else a pod of its may ask for.
    """

    name: str
    bundle: str
    folder: str
    namespace: str
    service_account: str | None
    images: tuple[str, ...] | None
    claims: tuple[str, ...] | None
    connections: tuple[str, ...] | None
    host_paths: tuple[str, ...]
    profiles: Mapping[str, Mapping[str, Any]]

    def holds(self, source: Source) -> bool:
        """Whether a DAG file is the team's, by its place."""
        inside = PurePosixPath(source.file).is_relative_to(PurePosixPath(self.folder))
        return source.bundle == self.bundle and inside and ".." not in source.file.split("/")


@dataclass(frozen=True)
class Policy:
    """All teams.

    Attributes:
        teams: the tenants.
        free_bundles: names of the DAG bundles that are no team's; nothing is asked of them.
    """

    teams: tuple[Team, ...]
    free_bundles: frozenset[str] = field(default_factory=frozenset)

    def is_free(self, source: Source) -> bool:
        """Whether a DAG file is no team's, and may do everything."""
        return source.bundle in self.free_bundles

    def owner(self, source: Source) -> Team | None:
        """The team whose DAG file it is, by the deepest folder; None where it is nobody's."""
        found = [team for team in self.teams if team.holds(source)]
        return max(found, key=lambda team: len(PurePosixPath(team.folder).parts), default=None)


def read_policy(text: str) -> Policy:
    """Read the file that `nbflow teams policy` writes.

    Raises:
        PolicyUnreadable: it is of another form; an entry that is not understood is one that would
            not be kept.
    """
    try:
        content = json.loads(text)
    except ValueError as error:
        raise PolicyUnreadable(f"not JSON: {error}") from error
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise PolicyUnreadable(
            f"not of version {VERSION}: write it again with `nbflow teams policy`"
        )
    _check_keys("the policy", content, {"version", "teams", "free_bundles"})
    teams = content["teams"]
    if not isinstance(teams, dict):
        raise PolicyUnreadable("`teams` is not a mapping")
    policy = Policy(
        tuple(_team(name, said) for name, said in sorted(teams.items())),
        frozenset(_texts("free_bundles", content["free_bundles"]) or ()),
    )
    _refuse_shared(policy)
    return policy


class PolicyFile:
    """A policy in a file, read again when it changes.

    The path is taken once, before any DAG file is read.
    """

    def __init__(self, path: str | None) -> None:
        self.path = path
        self._seen: tuple[int, ...] | None = None
        self._policy: Policy | None = None

    def read(self) -> Policy:
        """The policy as it is now.

        Raises:
            PolicyUnreadable: there is none, or it is not understood.
        """
        if not self.path:
            raise PolicyUnreadable(
                "[nbflow] policy_file is not set in Airflow's configuration; write the file with "
                "`nbflow teams policy -o FILE`"
            )
        file = Path(self.path)
        try:
            stat = file.stat()
            seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if self._policy is None or seen != self._seen:
                self._policy, self._seen = read_policy(file.read_text(encoding="utf-8")), seen
        except OSError as error:
            raise PolicyUnreadable(f"{file}: {error.strerror}") from error
        except (UnicodeDecodeError, PolicyUnreadable) as error:
            raise PolicyUnreadable(f"{file}: {error}") from error
        return self._policy


def _team(name: str, said: Any) -> Team:
    where = f"team {name!r}"
    if not isinstance(said, dict):
        raise PolicyUnreadable(f"{where} is not a mapping")
    _check_keys(where, said, {one.name for one in fields(Team)} - {"name"})
    if not isinstance(said["profiles"], dict) or not all(
        isinstance(pod, dict) for pod in said["profiles"].values()
    ):
        raise PolicyUnreadable(f"{where}: `profiles` are not pods by name")
    return Team(
        name,
        bundle=_text(where, "bundle", said),
        folder=_text(where, "folder", said, empty=True),
        namespace=_text(where, "namespace", said),
        service_account=said["service_account"] and _text(where, "service_account", said),
        images=_texts(f"{where}: `images`", said["images"]),
        claims=_texts(f"{where}: `claims`", said["claims"]),
        connections=_texts(f"{where}: `connections`", said["connections"]),
        host_paths=_texts(f"{where}: `host_paths`", said["host_paths"]) or (),
        profiles=said["profiles"],
    )


def _check_keys(where: str, said: Mapping[str, Any], wanted: set[str]) -> None:
    for problem, keys in (("lacks", wanted - set(said)), ("has unknown", set(said) - wanted)):
        if keys:
            raise PolicyUnreadable(f"{where} {problem} {', '.join(sorted(map(repr, keys)))}")


def _text(where: str, key: str, said: Mapping[str, Any], *, empty: bool = False) -> str:
    value = said[key]
    if not isinstance(value, str) or not (value or empty):
        raise PolicyUnreadable(f"{where}: `{key}` is no text")
    return value


def _texts(where: str, value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise PolicyUnreadable(f"{where} is no list of texts")
    return tuple(value)


def _refuse_shared(policy: Policy) -> None:
    seen: dict[tuple[str, PurePosixPath], str] = {}
    for team in policy.teams:
        if team.bundle in policy.free_bundles:
            raise PolicyUnreadable(f"bundle {team.bundle!r} is team {team.name!r}'s and no team's")
        place = team.bundle, PurePosixPath(team.folder)
        if place in seen:
            raise PolicyUnreadable(
                f"teams {seen[place]!r} and {team.name!r} have the same bundle and folder"
            )
        seen[place] = team.name

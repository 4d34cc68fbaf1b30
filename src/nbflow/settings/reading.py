"""One settings file, checked and laid over the settings below it."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from nbflow.errors import SettingsError
from nbflow.model import Channel, known_names, parse_duration, parse_quantity
from nbflow.settings.choices import (
    AirflowSettings,
    ClusterSettings,
    Defaults,
    NodePool,
    Retention,
    Settings,
    TargetSettings,
    Team,
)
from nbflow.settings.profiles import read_profiles
from nbflow.settings.schema import (
    BundleSection,
    ChannelSection,
    EgressSection,
    SettingsFile,
    TargetSection,
    TeamBundleSection,
    TeamSection,
)
from nbflow.settings.secrets import refuse_secrets
from nbflow.settings.tenants import DagBundle, Egress, parse_account, parse_port
from nbflow.settings.yamlfile import YamlFile, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pydantic_core import ErrorDetails


def read_layer(path: Path, *, over: Settings) -> Settings:
    """The settings with a file's choices laid over them.

    Raises:
        SettingsError: the file says something that is not understood; with file and line.
    """
    file = read_yaml(path)
    refuse_secrets(file)
    if not isinstance(file.content, dict | None):
        raise file.error((), "not a mapping of settings", hint="write `key: value` lines")
    try:
        said = SettingsFile.model_validate(file.content or {})
    except ValidationError as error:
        raise _explain(file, error.errors(include_url=False)[0]) from error
    layered = _layer(file, said, over)
    _check_references(file, layered)
    return layered


def _layer(file: YamlFile, said: SettingsFile, over: Settings) -> Settings:
    profiles = read_profiles(file, said.profiles, over=over.profiles)
    teams = {name: _team(name, section) for name, section in said.teams.items()}
    channels = {name: _channel(name, section) for name, section in said.channels.items()}
    return replace(
        over,
        store=_without_file_scheme(said.store) or over.store,
        backend=said.backend or over.backend,
        target=over.target if said.target is None else _target(file, said.target),
        airflow=_airflow(said, over.airflow),
        cluster=_cluster(said, over.cluster),
        defaults=_defaults(said, over.defaults),
        retention=_retention(said, over.retention),
        check_in_place=_check_in_place(said, over=over.check_in_place),
        profiles=dict(sorted({**over.profiles, **profiles}.items())),
        teams=dict(sorted({**over.teams, **teams}.items())),
        channels=dict(sorted({**over.channels, **channels}.items())),
        places={**over.places, **_places(file, said)},
    )


def _places(file: YamlFile, said: SettingsFile) -> dict[tuple[str, ...], str]:
    """Where the file says what is planned with, and may be refused when a plan is made."""
    keys: list[tuple[str, ...]] = [("profiles", name) for name in said.profiles]
    keys += [(name,) for name in ("backend", "store", "target") if getattr(said, name) is not None]
    if said.defaults is not None and said.defaults.image is not None:
        keys.append(("defaults", "image"))
    return {one: f"{file.path}:{file.line(one)}" for one in keys}


def _without_file_scheme(store: str | None) -> str | None:
    """A `file://` URL as the path that it means: papermill writes to paths only."""
    if store is not None and store.startswith("file://"):
        return store.removeprefix("file://")
    return store


# What our own targets understand; any other may understand anything.
_TARGETS = {
    "folder": {"path"},
    "git": {"author", "branch", "path", "review", "token_env", "url"},
    "s3": {"endpoint", "profile", "region", "url"},
}


_TARGET_GROUP = "nbflow.targets"
"""Entry points of the targets that other packages bring."""


def _target(file: YamlFile, section: TargetSection) -> TargetSettings:
    own = section.model_dump(exclude_unset=True, exclude={"kind", "path"})
    known = _TARGETS.get(section.kind)
    if known is not None:
        given = (*own, *(("path",) if section.path is not None else ()))
        for key in sorted(set(given) - known):
            raise _unknown(file, ("target", key), known | {"kind"})
    elif section.kind not in (installed := entry_points(group=_TARGET_GROUP).names):
        raise file.error(
            ("target", "kind"),
            f"there is no target {section.kind!r}",
            hint=known_names("the targets", section.kind, {*_TARGETS, *installed}),
        )
    return TargetSettings(section.kind, section.path, own)


def _airflow(said: SettingsFile, over: AirflowSettings) -> AirflowSettings:
    if said.airflow is None:
        return over
    chosen = said.airflow.model_dump(exclude_unset=True, exclude={"bundles"})
    if "bundles" in said.airflow.model_fields_set:
        named = sorted(said.airflow.bundles.items())
        chosen["bundles"] = tuple(_bundle(name, section) for name, section in named)
    if chosen.get("service_account") is not None:
        chosen["service_account"] = parse_account(chosen["service_account"])
    return replace(over, **chosen)


def _cluster(said: SettingsFile, over: ClusterSettings) -> ClusterSettings:
    if said.cluster is None:
        return over
    chosen: dict[str, Any] = {
        name: getattr(said.cluster, name)
        for name in ("context", "preflight")
        if name in said.cluster.model_fields_set
    }
    if "autoscaled" in said.cluster.model_fields_set:
        chosen["autoscaled"] = tuple(
            NodePool(
                labels=dict(sorted(pool.labels.items())),
                taints=tuple(taint.model_dump(exclude_none=True) for taint in pool.taints),
                capacity={key: parse_quantity(text) for key, text in pool.capacity.items()},
            )
            for pool in said.cluster.autoscaled
        )
    return replace(over, **chosen)


def _defaults(said: SettingsFile, over: Defaults) -> Defaults:
    if said.defaults is None:
        return over
    return replace(over, **_chosen(said.defaults, durations=("retry_delay", "timeout")))


def _retention(said: SettingsFile, over: Retention) -> Retention:
    if said.retention is None:
        return over
    ages = ("older_than", "artifacts_older_than")
    return replace(over, **_chosen(said.retention, durations=ages))


def _chosen(section: BaseModel, *, durations: Iterable[str]) -> dict[str, Any]:
    """What a section says, with lengths of time read."""
    said = section.model_dump(exclude_none=True)
    return {key: parse_duration(one) if key in durations else one for key, one in said.items()}


def _check_in_place(said: SettingsFile, *, over: bool) -> bool:
    chosen = None if said.checks is None else said.checks.in_place
    return over if chosen is None else chosen


def _team(name: str, section: TeamSection) -> Team:
    return Team(
        name,
        namespace=section.namespace,
        service_account=section.service_account,
        profiles=_names(section.profiles),
        images=_names(section.images),
        claims=_names(section.claims),
        host_paths=tuple(section.host_paths),
        connections=_names(section.connections),
        kubernetes_connection=section.kubernetes_connection,
        airflow_account=parse_account(section.airflow_account) if section.airflow_account else None,
        bundle=_bundle(name, section.bundle) if section.bundle else None,
        quota={key: parse_quantity(text) for key, text in sorted(section.quota.items())},
        egress=tuple(sorted({_egress(one) for one in section.egress})),
    )


def _channel(name: str, section: ChannelSection) -> Channel:
    return Channel(
        name,
        kind=section.kind,
        connection=section.connection,
        to=tuple(section.to or ()),
        sender=section.sender,
        path=section.path,
    )


def _bundle(name: str, section: BundleSection) -> DagBundle:
    own = section.name if isinstance(section, TeamBundleSection) else None
    folder = section.folder if isinstance(section, TeamBundleSection) else ""
    kwargs = dict(sorted(section.kwargs.items()))
    return DagBundle(own or name, folder, section.path, section.classpath, kwargs)


def _egress(section: EgressSection) -> Egress:
    ports = {parse_port(text) for text in section.ports or ()}
    return Egress(section.cidr, tuple(sorted(ports)))


def _names(given: list[str] | None) -> tuple[str, ...] | None:
    return None if given is None else tuple(given)


def _check_references(file: YamlFile, settings: Settings) -> None:
    named: list[tuple[tuple[str | int, ...], str]] = [
        (("defaults", "profile"), settings.default_profile)
    ]
    named += [
        (("teams", team.name, "profiles", place), profile)
        for team in settings.teams.values()
        for place, profile in enumerate(team.profiles or ())
    ]
    named += [
        (("profiles", profile.name, key), other)
        for profile in settings.profiles.values()
        for key, other in (
            ("fallback", profile.fallback),
            ("escalate_to", profile.escalate_to),
        )
        if other is not None
    ]
    for keys, profile in named:
        if profile not in settings.profiles:
            raise file.error(
                keys,
                f"there is no profile {profile!r}",
                hint=known_names("the profiles", profile, settings.profiles),
            )
    for name in settings.profiles:
        _refuse_circle(file, settings, name)


def _refuse_circle(file: YamlFile, settings: Settings, name: str) -> None:
    """A ladder has a top."""
    seen = [name]
    while (larger := settings.profiles[seen[-1]].escalate_to) is not None:
        if larger in seen:
            circle = " → ".join((*seen, larger))
            raise file.error(
                ("profiles", name, "escalate_to"), f"profiles escalate in a circle: {circle}"
            )
        seen.append(larger)


def _explain(file: YamlFile, detail: ErrorDetails) -> SettingsError:
    """What pydantic found, with the line where it is."""
    keys = _place(file.content, detail["loc"])
    if detail["type"] == "extra_forbidden":
        return _unknown(file, keys, _model(keys[:-1]).model_fields)
    if detail["type"] == "missing":
        return file.error(keys, f"{'.'.join(map(str, keys))}: {detail['loc'][-1]} is missing")
    where = ".".join(map(str, keys)) or "the file"
    if detail["type"] == "literal_error":
        return _no_choice(file, keys, detail)
    message = detail["msg"].removeprefix("Value error, ")
    return file.error(keys, f"{where}: {message[:1].lower()}{message[1:]}")


def _no_choice(file: YamlFile, keys: tuple[str | int, ...], detail: ErrorDetails) -> SettingsError:
    """A value that is none of the few that may stand there."""
    allowed = [text.strip("'") for text in re.findall(r"'[^']*'", detail["ctx"]["expected"])]
    where, value = ".".join(map(str, keys)), detail["input"]
    return file.error(
        keys,
        f"{where}: {value!r} is no choice",
        hint=known_names("the choices", str(value), allowed),
    )


def _place(content: Any, loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The keys in `loc` that are in the file; others name branches that pydantic tried."""
    keys: list[str | int] = []
    for key in loc:
        try:
            content = content[key]
        except (KeyError, IndexError, TypeError):
            continue
        keys.append(key)
    return tuple(keys)


def _model(keys: tuple[str | int, ...]) -> type[BaseModel]:
    """The model of what is said under these keys."""
    annotation: Any = SettingsFile
    for key in keys:
        annotation = next(_under(annotation, key), annotation)
    return next(_models(annotation), SettingsFile)


def _under(annotation: Any, key: str | int) -> Iterator[Any]:
    """What may stand under a key of what an annotation describes.

    The key of an entry of a mapping may be spelt as a field is, such as a profile named `gpu`.
    """
    origin = get_origin(annotation)
    if origin is dict:
        yield get_args(annotation)[1]
    elif origin is list:
        yield get_args(annotation)[0]
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = annotation.model_fields.get(str(key))
        if field is not None:
            yield field.annotation
    else:
        for part in get_args(annotation):
            yield from _under(part, key)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models in an annotation such as `dict[str, Annotated[Model, …]] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _unknown(file: YamlFile, keys: tuple[str | int, ...], known: Iterable[str]) -> SettingsError:
    where = ".".join(map(str, keys))
    return file.error(
        keys, f"unknown key {where!r}", hint=known_names("known", str(keys[-1]), known)
    )

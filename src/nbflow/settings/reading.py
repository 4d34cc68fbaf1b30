"""One settings file, checked and laid over the settings below it."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from nbflow.errors import SettingsError
from nbflow.model import Gpu, Profile, parse_duration, parse_quantity
from nbflow.settings.choices import AirflowSettings, Defaults, Settings, TargetSettings, Team
from nbflow.settings.schema import (
    AirflowSection,
    ChecksSection,
    DefaultsSection,
    GpuSection,
    ProfileSection,
    SettingsFile,
    TargetSection,
    TeamSection,
    TolerationSection,
)
from nbflow.settings.secrets import refuse_secrets
from nbflow.settings.yamlfile import YamlFile, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from nbflow.model import Quantity


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
    profiles = {name: _profile(name, section) for name, section in said.profiles.items()}
    teams = {name: _team(name, section) for name, section in said.teams.items()}
    return replace(
        over,
        store=_without_file_scheme(said.store) or over.store,
        backend=said.backend or over.backend,
        target=over.target if said.target is None else _target(file, said.target),
        airflow=_airflow(said, over.airflow),
        defaults=_defaults(said, over.defaults),
        check_in_place=_check_in_place(said, over=over.check_in_place),
        profiles=dict(sorted({**over.profiles, **profiles}.items())),
        teams=dict(sorted({**over.teams, **teams}.items())),
    )


def _without_file_scheme(store: str | None) -> str | None:
    """A `file://` URL as the path that it means: papermill writes to paths only."""
    if store is not None and store.startswith("file://"):
        return store.removeprefix("file://")
    return store


def _target(file: YamlFile, section: TargetSection) -> TargetSettings:
    options = dict(section.model_extra or {})
    if section.kind == "folder" and options:
        unknown = sorted(options)[0]
        raise _unknown(file, ("target", unknown), TargetSection.model_fields)
    return TargetSettings(section.kind, section.path, options)


def _airflow(said: SettingsFile, over: AirflowSettings) -> AirflowSettings:
    if said.airflow is None:
        return over
    return replace(over, **said.airflow.model_dump(exclude_unset=True))


def _defaults(said: SettingsFile, over: Defaults) -> Defaults:
    if said.defaults is None:
        return over
    chosen = said.defaults.model_dump(exclude_none=True)
    for name in ("retry_delay", "timeout"):
        if name in chosen:
            chosen[name] = parse_duration(chosen[name])
    return replace(over, **chosen)


def _check_in_place(said: SettingsFile, *, over: bool) -> bool:
    chosen = None if said.checks is None else said.checks.in_place
    return over if chosen is None else chosen


def _profile(name: str, section: ProfileSection) -> Profile:
    return Profile(
        name,
        cpu=_quantity(section.cpu),
        memory=_quantity(section.memory),
        disk=_quantity(section.disk),
        gpu=_gpu(section.gpu),
        shm=_quantity(section.shm),
        node_selector=dict(sorted(section.node_selector.items())),
        tolerations=tuple(t.model_dump(exclude_none=True) for t in section.tolerations),
        image=section.image,
        env=dict(sorted(section.env.items())),
    )


def _gpu(section: GpuSection | None) -> Gpu | None:
    if section is None:
        return None
    return Gpu(section.count, section.resource, section.product)


def _quantity(text: str | None) -> Quantity | None:
    return None if text is None else parse_quantity(text)


def _team(name: str, section: TeamSection) -> Team:
    return Team(
        name,
        namespace=section.namespace,
        service_account=section.service_account,
        profiles=None if section.profiles is None else tuple(section.profiles),
        images=None if section.images is None else tuple(section.images),
        quota={key: parse_quantity(text) for key, text in sorted(section.quota.items())},
    )


def _check_references(file: YamlFile, settings: Settings) -> None:
    named: list[tuple[tuple[str, ...], str]] = [(("defaults", "profile"), settings.default_profile)]
    named += [
        (("teams", team.name, "profiles"), profile)
        for team in settings.teams.values()
        for profile in team.profiles or ()
    ]
    for keys, profile in named:
        if profile not in settings.profiles:
            known = ", ".join(settings.profiles)
            raise file.error(
                keys, f"there is no profile {profile!r}", hint=f"the profiles are: {known}"
            )


def _explain(file: YamlFile, detail: ErrorDetails) -> SettingsError:
    """What pydantic found, with the line where it is."""
    keys = _place(file.content, detail["loc"])
    if detail["type"] == "extra_forbidden":
        return _unknown(file, keys, _section(keys[:-1]).model_fields)
    if detail["type"] == "missing":
        return file.error(keys, f"{'.'.join(map(str, keys))}: {detail['loc'][-1]} is missing")
    where = ".".join(map(str, keys)) or "the file"
    message = detail["msg"].removeprefix("Value error, ")
    return file.error(keys, f"{where}: {message[:1].lower()}{message[1:]}")


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


def _section(keys: tuple[str | int, ...]) -> type[BaseModel]:
    """The model of what is said under these keys."""
    match keys:
        case ("profiles", _, "gpu"):
            return GpuSection
        case ("profiles", _, "tolerations", _):
            return TolerationSection
        case ("profiles", _):
            return ProfileSection
        case ("teams", _):
            return TeamSection
        case ("airflow",):
            return AirflowSection
        case ("defaults",):
            return DefaultsSection
        case ("checks",):
            return ChecksSection
        case _:
            return SettingsFile


def _unknown(file: YamlFile, keys: tuple[str | int, ...], known: Iterable[str]) -> SettingsError:
    names = sorted(known)
    near = get_close_matches(str(keys[-1]), names, n=1)
    where = ".".join(map(str, keys))
    hint = f"did you mean {near[0]!r}? " if near else ""
    return file.error(keys, f"unknown key {where!r}", hint=f"{hint}known are: {', '.join(names)}")

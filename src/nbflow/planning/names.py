"""Names that Kubernetes would refuse, refused before it sees them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbflow.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbflow.model import Profile, StepOptions

# https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
# https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
_SUBDOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_KEY = re.compile(r"[A-Za-z0-9._-]{1,253}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_NAME_RULE = "at most 63 letters, digits, -, _ and ., a letter or digit first and last"
_SUBDOMAIN_RULE = "lower-case letters, digits, - and ."
_LABEL_RULE = "at most 63 lower-case letters, digits and -, a letter or digit first and last"


def check_names(profile: Profile, options: StepOptions) -> None:
    """Refuse names of what a step asks for.

    Raises:
        SettingsError: Kubernetes would refuse one.
    """
    labels = {**profile.labels, **options.labels}
    for sort, pairs in (("label", labels), ("node label", profile.node_selector)):
        for key, value in pairs.items():
            _check_key(sort, key)
            if value and not _NAME.fullmatch(value):
                raise _refused(f"{sort} {key} has the value {value!r}", _NAME_RULE)
    for key in {**profile.annotations, **options.annotations}:
        _check_key("annotation", key)
    for key in (*options.limits, *([profile.gpu.resource] if profile.gpu else [])):
        _check_key("resource", key)
    for secret in options.secrets:
        if not _VARIABLE.fullmatch(secret.env):
            raise _refused(f"environment variable {secret.env!r}", "letters, digits and _")
    for sort, name, pattern, rule in _named(profile, options):
        if not pattern.fullmatch(name):
            raise _refused(f"{sort} {name!r}", rule)
    _check_volumes(profile)


def _named(
    profile: Profile, options: StepOptions
) -> Iterator[tuple[str, str, re.Pattern[str], str]]:
    """What has a name of its own in the cluster: what it is, the name, and the name's rule."""
    references: list[tuple[str | None, str | None, str | None]] = [
        *((one.secret, one.config_map, one.key) for one in profile.env_references),
        *((one.secret, one.config_map, None) for one in profile.env_sources),
        *((one.name, None, one.key) for one in options.secrets),
    ]
    for secret, config_map, key in references:
        if secret is not None:
            yield "secret", secret, _SUBDOMAIN, _SUBDOMAIN_RULE
        if config_map is not None:
            yield "config map", config_map, _SUBDOMAIN, _SUBDOMAIN_RULE
        if key is not None:
            yield "key", key, _KEY, "letters, digits, -, _ and ."
    for name in profile.pull_secrets:
        yield "pull secret", name, _SUBDOMAIN, _SUBDOMAIN_RULE
    for sort, chosen in (
        ("priority class", profile.priority_class),
        ("runtime class", profile.runtime_class),
        ("service account", profile.service_account),
    ):
        if chosen is not None:
            yield sort, chosen, _SUBDOMAIN, _SUBDOMAIN_RULE
    for volume in profile.volumes:
        yield "volume", volume.name, _LABEL, _LABEL_RULE


def _check_volumes(profile: Profile) -> None:
    mounts = [volume.mount for volume in profile.volumes]
    for volume in profile.volumes:
        path = volume.source.get("hostPath", {}).get("path", "")
        if ".." in path.split("/") or ".." in volume.mount.split("/"):
            raise _refused(f"the paths of volume {volume.name!r}", "paths without `..`")
    twice = next((one for one in mounts if mounts.count(one) > 1), None)
    if twice is not None:
        raise _refused(f"two volumes at {twice}", "one volume for each path")


def _check_key(sort: str, key: str) -> None:
    prefix, slash, name = key.rpartition("/")
    if not _NAME.fullmatch(name) or (slash and not _SUBDOMAIN.fullmatch(prefix)):
        raise _refused(f"{sort} {key!r}", f"{_NAME_RULE}; a DNS name and / may precede it")


def _refused(what: str, rule: str) -> SettingsError:
    return SettingsError(f"Kubernetes refuses {what}", hint=f"it takes {rule}")

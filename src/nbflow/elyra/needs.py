"""What a node of Elyra's asks of the place that it runs in."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from nbflow.model import EnvReference, Quantity, Volume, parse_quantity
from nbflow.settings import looks_secret

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATORS = ("Equal", "Exists")
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_GPU = "nvidia.com/gpu"


@dataclass(frozen=True)
class Problem:
    """Something of a property that cannot go into a profile as it is.

    Attributes:
        value: what it says; None where it must not be shown.
        why: what is wrong.
        instead: what to do.
    """

    value: Any
    why: str
    instead: str


@dataclass(frozen=True)
class Needs:
    """What a stage's pod must have.

    Attributes:
        image: container image.
        sizes: amounts by Elyra's name of the property.
        gpus: how many.
        gpu_resource: which; None for NVIDIA's.
        env: environment variables.
        secrets: keys of Secrets by the variable that has them.
        volumes: by the path that they are mounted at.
        tolerations: by all that they say.
        labels, annotations: of the pod.
    """

    image: str | None = None
    sizes: Mapping[str, Quantity] = field(default_factory=dict)
    gpus: int = 0
    gpu_resource: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, EnvReference] = field(default_factory=dict)
    volumes: Mapping[str, Volume] = field(default_factory=dict)
    tolerations: Mapping[tuple[str, ...], Mapping[str, str]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def resource(self) -> str:
        """The extended resource that the GPUs are counted by."""
        return self.gpu_resource or _GPU

    @property
    def size(self) -> Needs:
        """Only what is counted."""
        return Needs(sizes=self.sizes, gpus=self.gpus, gpu_resource=self.gpu_resource)

    def without_gpus(self) -> Needs:
        """All but the GPUs."""
        return replace(self, gpus=0, gpu_resource=None)

    def over(self, other: Needs) -> Needs:
        """Both together; where they differ, this one holds."""
        united: dict[str, Any] = {}
        for each in fields(self):
            mine, below = getattr(self, each.name), getattr(other, each.name)
            united[each.name] = {**below, **mine} if isinstance(below, Mapping) else mine or below
        # As Elyra does it: of a variable and a Secret of one name, the Secret.
        united["env"] = {k: v for k, v in united["env"].items() if k not in united["secrets"]}
        return Needs(**united)


_Reading = tuple[Needs, list[Problem]]


def read_needs(properties: Mapping[str, Any]) -> tuple[Needs, dict[str, list[Problem]]]:
    """What properties of a node, or defaults of a pipeline, ask for.

    Returns:
        All that could be read, and the problems by property, also of properties without one.
    """
    together, problems = Needs(), {}
    for name, value in properties.items():
        if name in READERS and not says_nothing(value):
            needs, problems[name] = READERS[name](value)
            together = needs.over(together)
    return _with_room_below_limits(together, problems), problems


def says_nothing(value: Any) -> bool:
    """Whether a value is as good as none: Elyra's editor writes many of those."""
    if isinstance(value, list):
        return all(says_nothing(one) for one in value)
    if isinstance(value, dict):
        return says_nothing(value["size"] if "size" in value else list(value.values()))
    return value in (None, "", "None", 0, False)


def _with_room_below_limits(needs: Needs, problems: dict[str, list[Problem]]) -> Needs:
    sizes = dict(needs.sizes)
    for name in ("cpu", "memory"):
        limit = sizes.get(f"{name}_limit")
        if limit is not None and name in sizes and limit.amount < sizes[name].amount:
            problems[f"{name}_limit"].append(
                Problem(
                    str(limit),
                    f"it is below what is requested, {sizes[name]}",
                    f"say both in the profile: `{name}: {{request: …, limit: …}}`",
                )
            )
            del sizes[f"{name}_limit"]
    return replace(needs, sizes=sizes)


def _image(value: Any) -> _Reading:
    if isinstance(value, str):
        return Needs(image=value.strip()), []
    return Needs(), [Problem(value, "it is no text", "name the image in a profile: `image: …`")]


def _amount(name: str, unit: str) -> Callable[[Any], _Reading]:
    def read(value: Any) -> _Reading:
        number = _number(value.get("size") if isinstance(value, dict) else value)
        units = value.get("units") if isinstance(value, dict) else None
        if number is None or units not in (None, "", "G"):
            return Needs(), [Problem(value, "it is no amount", f"say it in a profile: `{name}: …`")]
        return Needs(sizes={name: parse_quantity(f"{number}{unit}")} if float(number) else {}), []

    return read


def _number(value: Any) -> str | None:
    """A number that is not negative, as Kubernetes writes it; None where it is none."""
    try:
        number = float(value) if not isinstance(value, bool) and value is not None else math.nan
    except (TypeError, ValueError, OverflowError):
        return None
    if not math.isfinite(number) or number < 0 or number > 1e12:
        return None
    return str(int(number)) if number == int(number) else f"{number:.9f}".rstrip("0")


def _gpus(value: Any) -> _Reading:
    number = _number(value)
    if number is None or not number.isdigit():
        return Needs(), [Problem(value, "it is no whole number", "say it in a profile: `gpu: 1`")]
    return Needs(gpus=int(number)), []


def _gpu_resource(value: Any) -> _Reading:
    if isinstance(value, str):
        return Needs(gpu_resource=value.strip()), []
    why = "it is no text"
    return Needs(), [Problem(value, why, "say it in a profile: `gpu: {count: 1, resource: …}`")]


def _env(value: Any) -> _Reading:
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for item in _items(value, ("env_var", "value"), "{}={}", problems):
        name, text = item["env_var"], item["value"]
        if looks_secret(name, text):
            problems.append(
                Problem(
                    f"{name}=…",
                    "it looks like a secret, and files are shared",
                    f"make a Kubernetes Secret, and name it in the profile: "
                    f"`env: {{{name}: {{secret: NAME, key: KEY}}}}`",
                )
            )
        elif not _ENV_NAME.fullmatch(name):
            problems.append(_unnamed(name))
        elif text:  # Elyra leaves out those without a value
            found[name] = text
    return Needs(env=found), problems


def _secrets(value: Any) -> _Reading:
    found: dict[str, EnvReference] = {}
    problems: list[Problem] = []
    for item in _items(value, ("env_var", "name", "key"), "{}={}:{}", problems):
        env, name, key = item["env_var"], item["name"], item["key"]
        if not _ENV_NAME.fullmatch(env):
            problems.append(_unnamed(env))
        elif not (name and key):
            problems.append(_incomplete(item, "the Secret's name and key"))
        else:
            found[env] = EnvReference(env, key, secret=name)
    return Needs(secrets=found), problems


def _volumes(value: Any) -> _Reading:
    found: dict[str, Volume] = {}
    problems: list[Problem] = []
    keys = ("path", "pvc_name", "sub_path", "read_only")
    for item in _items(value, keys, "{}={}", problems):
        path, claim = f"/{item['path'].strip('/')}", item["pvc_name"]
        if path == "/" or ":" in path or not claim:
            problems.append(_incomplete(item, "the path and the claim's name"))
            continue
        source = {"persistentVolumeClaim": {"claimName": claim}}
        read_only = item["read_only"].lower() == "true"
        found[path] = Volume(claim, path, source, read_only, item["sub_path"] or None)
    return Needs(volumes=found), problems


def _tolerations(value: Any) -> _Reading:
    found: dict[tuple[str, ...], Mapping[str, str]] = {}
    problems: list[Problem] = []
    keys = ("key", "operator", "value", "effect")
    for item in _items(value, keys, "{}:{}:{}:{}", problems):
        item["key"] = item["key"].rpartition("=")[2]  # until version 7 a name stood before it
        item["operator"] = item["operator"] or "Equal"
        known = item["operator"] in _OPERATORS and item["effect"] in ("", *_EFFECTS)
        if not known or (item["operator"] == "Equal" and not item["key"]):
            problems.append(_incomplete(item, "the key, Equal or Exists, and the effect"))
        else:
            found[tuple(item.values())] = {name: text for name, text in item.items() if text}
    return Needs(tolerations=found), problems


def _metadata(needs: Callable[[dict[str, str]], Needs]) -> Callable[[Any], _Reading]:
    def read(value: Any) -> _Reading:
        found: dict[str, str] = {}
        problems: list[Problem] = []
        for item in _items(value, ("key", "value"), "{}={}", problems):
            if item["key"]:
                found[item["key"]] = item["value"]
            else:
                problems.append(_incomplete(item, "its key"))
        return needs(found), problems

    return read


def _items(
    value: Any, keys: tuple[str, ...], form: str, problems: list[Problem]
) -> Iterator[dict[str, str]]:
    """The items of a list, as objects (version 8) or as text (before), each with all keys."""
    separators = re.findall(r"\}([^{]+)\{", form)
    for raw in value if isinstance(value, list) else [value]:
        if isinstance(raw, str) and raw.strip():
            parts = [raw.strip()]
            for separator in separators:
                parts += parts.pop().split(separator, 1)
            yield dict.fromkeys(keys, "") | dict(zip(keys, parts, strict=False))
        elif isinstance(raw, dict):
            texts = {key: _text(raw.get(key)) for key in keys}
            problems.extend(
                Problem({key: raw[key]}, "it is not known here", "look whether a profile has it")
                for key in raw
                if key not in keys and not says_nothing(raw[key])
            )
            if any(text for key, text in texts.items() if key != "read_only"):
                yield texts
        elif not says_nothing(raw):
            problems.append(Problem(raw, f"it is not of the form `{form.format(*keys)}`", _BY_HAND))


_BY_HAND = "say it in a profile of nbflow.yaml"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value).strip()


def _unnamed(name: str) -> Problem:
    why = f"{name!r} is no name of an environment variable"
    return Problem(name, why, "rename it, in the notebook too")


def _incomplete(item: Mapping[str, str], wanted: str) -> Problem:
    return Problem(dict(item), f"it does not say {wanted}", _BY_HAND)


READERS: Mapping[str, Callable[[Any], _Reading]] = {
    "runtime_image": _image,
    "cpu": _amount("cpu", ""),
    "cpu_limit": _amount("cpu_limit", ""),
    "memory": _amount("memory", "G"),
    "memory_limit": _amount("memory_limit", "G"),
    "gpu": _gpus,
    "gpu_vendor": _gpu_resource,
    "kubernetes_shared_mem_size": _amount("shm", "G"),
    "env_vars": _env,
    "kubernetes_secrets": _secrets,
    "mounted_volumes": _volumes,
    "kubernetes_tolerations": _tolerations,
    "kubernetes_pod_labels": _metadata(lambda found: Needs(labels=found)),
    "kubernetes_pod_annotations": _metadata(lambda found: Needs(annotations=found)),
}
"""How each property that belongs into a profile is read."""
FIELDS: Mapping[str, str] = {
    "runtime_image": "image",
    "cpu_limit": "cpu",
    "memory_limit": "memory",
    "gpu_vendor": "gpu",
    "kubernetes_shared_mem_size": "shm",
    "env_vars": "env",
    "kubernetes_secrets": "env",
    "mounted_volumes": "volumes",
    "kubernetes_tolerations": "tolerations",
    "kubernetes_pod_labels": "labels",
    "kubernetes_pod_annotations": "annotations",
}
"""What a profile calls such a property, where it has another name."""

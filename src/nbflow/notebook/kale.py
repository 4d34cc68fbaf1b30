"""Reads the notebook metadata that Kale's panel writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nbflow.model import Diagnostic
from nbflow.notebook import rules
from nbflow.notebook.choices import Choice, choice
from nbflow.notebook.grammar import Scope, TagError, match_tag

# A limit of Kale's that is about whole pipelines on Kubeflow; each says what to do here instead.
_NOT_CARRIED = {
    "katib_run": "Hyperparameter tuning with Katib is not carried over; trigger runs with "
    "different parameters instead.",
    "security_context": "Set the security context in the resource profiles of nbflow.yaml.",
    "snapshot_volumes": "Volume snapshots are not taken; every run keeps its own artifacts.",
    "autosnapshot": "Volume snapshots are not taken; every run keeps its own artifacts.",
}


@dataclass(frozen=True)
class KaleSettings:
    """What Kale's metadata says in our words.

    Attributes:
        name: of the pipeline, or None.
        description: of the pipeline, or None.
        tags: the experiment's name, by which Kubeflow groups runs as Airflow does by tags.
        choices: for every step.
        diagnostics: what cannot be carried over.
    """

    name: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def read_kale(metadata: Any) -> KaleSettings:
    """Read `metadata.kubeflow_notebook`; None and other nonsense give empty settings."""
    if not isinstance(metadata, dict):
        return KaleSettings()
    found: list[Diagnostic] = []
    choices = _default_choices(metadata, found)
    overruled = {made.option for made in choices}
    choices += [made for made in _general_choices(metadata) if made.option not in overruled]
    found.extend(_dropped(metadata))
    experiment = _text(metadata, "experiment_name")
    return KaleSettings(
        name=_text(metadata, "pipeline_name"),
        description=_text(metadata, "pipeline_description"),
        tags=(experiment[:100],) if experiment else (),
        choices=tuple(choices),
        diagnostics=tuple(found),
    )


def _general_choices(metadata: dict[str, Any]) -> list[Choice]:
    choices = []
    image = _text(metadata, "base_image") or _text(metadata, "docker_image")
    if image:
        choices.append(Choice("image", "", image, "metadata.kubeflow_notebook.base_image"))
    caching = metadata.get("enable_caching")
    if isinstance(caching, bool):
        where = "metadata.kubeflow_notebook.enable_caching"
        choices.append(Choice("cache", "", caching, where))
    return choices


def _default_choices(metadata: dict[str, Any], found: list[Diagnostic]) -> list[Choice]:
    """The tags that Kale applies to every step; they overrule its general settings."""
    tags = metadata.get("steps_defaults")
    if not isinstance(tags, list):
        if tags:
            found.append(
                rules.KALE_DROPPED.at(
                    "metadata.kubeflow_notebook.steps_defaults is not a list of tags",
                    hint="Write tags such as `limit:memory:4Gi`, or options in `metadata.nbflow`.",
                )
            )
        return []
    choices = []
    for text in tags:
        made = _default_choice(text, found)
        if made is not None:
            choices.append(made)
    return choices


def _default_choice(text: Any, found: list[Diagnostic]) -> Choice | None:
    where = f"metadata.kubeflow_notebook.steps_defaults: {text!r}"
    try:
        use = match_tag(text) if isinstance(text, str) else None
        if use is not None and use.tag.scope is Scope.STEP and use.name != "prev":
            made = choice(use)
            return made and Choice(made.option, made.key, made.value, where)
    except TagError as error:
        message = f"metadata.kubeflow_notebook.steps_defaults: {error.message}"
        found.append(rules.BAD_TAG.at(message, hint=error.hint))
        return None
    found.append(
        rules.KALE_DROPPED.at(
            f"{where} is no option of a step",
            hint="Write tags such as `limit:memory:4Gi` or `label:team:churn`.",
        )
    )
    return None


def _dropped(metadata: dict[str, Any]) -> list[Diagnostic]:
    found = []
    volumes = metadata.get("volumes")
    for volume in volumes if isinstance(volumes, list) else ():
        name = volume.get("name") if isinstance(volume, dict) else volume
        mount = volume.get("mount_point") if isinstance(volume, dict) else None
        at = f" at {mount}" if mount else ""
        found.append(
            rules.KALE_DROPPED.at(
                f"the volume {name!r}{at} of Kale's metadata is not mounted in the steps",
                hint="Files beside the notebook travel with it, and files that a step writes reach "
                "the steps after it; add a volume to the resource profile for larger data.",
            )
        )
    for key, hint in _NOT_CARRIED.items():
        value = metadata.get(key)
        if value and not (isinstance(value, dict) and value.get("enabled") is False):
            message = f"metadata.kubeflow_notebook.{key} is not carried over"
            found.append(rules.KALE_DROPPED.at(message, hint=hint))
    return found


def _text(metadata: dict[str, Any], key: str) -> str | None:
    value = metadata.get(key)
    return value.strip() if isinstance(value, str) and value.strip() else None

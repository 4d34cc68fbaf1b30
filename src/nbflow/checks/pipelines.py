"""Checks a pipeline against the settings that it would run under."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from nbflow import analysis, notebook
from nbflow.checks import rules
from nbflow.checks.caching import find_changing_cached_steps
from nbflow.checks.fixes import other_values
from nbflow.model import Diagnostic, Fix, Rule, did_you_mean, in_notebook_order, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbflow.model import Pipeline, Step
    from nbflow.settings import Settings, Team

RULES: tuple[Rule, ...] = tuple(
    sorted((*notebook.RULES, *analysis.RULES, *rules.RULES), key=lambda rule: rule.code)
)


def check(pipeline: Pipeline, settings: Settings) -> tuple[Diagnostic, ...]:
    """Everything that is wrong with a pipeline under these settings.

    Returns:
        What loading the notebook found and what the checks find, in the notebook's order;
        findings about the whole notebook come first.
    """
    found = [
        *pipeline.diagnostics,
        *find_nothing_to_run(pipeline),
        *find_notebook_steps(pipeline),
        *find_unknown_profiles(pipeline, settings),
        *find_policy_violations(pipeline, settings),
        *find_changing_cached_steps(pipeline, settings),
    ]
    return in_notebook_order(found, document=pipeline.document)


def find_nothing_to_run(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """A notebook without any code to run."""
    document = pipeline.document
    cells = (document.cell(cell_id) for step in pipeline.steps for cell_id in step.cells)
    runs = any(cell.source.strip() for cell in cells)
    if not runs and not any(step.notebook for step in pipeline.steps):
        yield rules.NOTHING_TO_RUN.at(f"notebook {document.name!r} has no code to run")


def find_notebook_steps(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Steps that run another notebook beside those that run cells."""
    for step in pipeline.steps:
        if step.notebook is not None:
            yield rules.NOTEBOOK_STEP.at(
                f"step {step.name!r} runs the notebook {step.notebook!r}, others run cells",
                cell=step.cells[0] if step.cells else None,
            )


def find_unknown_profiles(pipeline: Pipeline, settings: Settings) -> Iterator[Diagnostic]:
    """Profiles that nobody defined."""
    for step in pipeline.steps:
        name = profile_of(step, pipeline, settings)
        if name not in settings.profiles:
            yield rules.UNKNOWN_PROFILE.at(
                f"step {step.name!r} asks for profile {name!r}, which is not defined",
                cell=_cell_with_tag(pipeline, step, f"profile:{name}"),
                hint=_choices("profiles", name, settings.profiles),
                fixes=other_values(pipeline, step, "profile", name, settings.profiles),
            )


def find_missing_kernel(pipeline: Pipeline, kernels: Iterable[str]) -> Iterator[Diagnostic]:
    """A kernel that is not among those installed here."""
    wanted, known = pipeline.document.kernel, sorted(kernels)
    if wanted not in known:
        yield rules.KERNEL_NOT_HERE.at(
            f"there is no kernel {wanted!r} on this machine",
            hint=f"{rules.KERNEL_NOT_HERE.fix} Kernels here: {', '.join(known) or 'none'}.",
        )


def find_policy_violations(pipeline: Pipeline, settings: Settings) -> Iterator[Diagnostic]:
    """What the pipeline's team may not use."""
    name = pipeline.options.team
    if name is None:
        return
    team = settings.teams.get(name)
    if team is None:
        near = nearest(name, settings.teams)
        yield rules.UNKNOWN_TEAM.at(
            f"team {name!r} is not defined",
            hint=_choices("teams", name, settings.teams),
            fixes=[Fix(f"write `{near}`", options={"team": near})] if near else (),
        )
        return
    for step in pipeline.steps:
        yield from _violations_of(step, pipeline, settings, name, team)


def profile_of(step: Step, pipeline: Pipeline, settings: Settings) -> str:
    """The name of the profile that a step runs on."""
    return step.options.profile or pipeline.options.defaults.profile or settings.default_profile


def _violations_of(
    step: Step, pipeline: Pipeline, settings: Settings, name: str, team: Team
) -> Iterator[Diagnostic]:
    profile = profile_of(step, pipeline, settings)
    if team.profiles and profile not in team.profiles:
        yield rules.PROFILE_NOT_ALLOWED.at(
            f"step {step.name!r} asks for profile {profile!r}, which team {name!r} may not use",
            cell=_cell_with_tag(pipeline, step, f"profile:{profile}"),
            hint=_choices(f"profiles of team {name!r}", profile, team.profiles),
        )
    image = step.options.image or pipeline.options.defaults.image
    if image and team.images and not any(fnmatchcase(image, allowed) for allowed in team.images):
        yield rules.IMAGE_NOT_ALLOWED.at(
            f"step {step.name!r} asks for image {image!r}, which team {name!r} may not use",
            cell=_cell_with_tag(pipeline, step, f"image:{image}"),
            hint=f"Allowed for team {name!r}: {', '.join(team.images)}.",
        )


def _cell_with_tag(pipeline: Pipeline, step: Step, tag: str) -> str | None:
    tagged = (cell for cell in step.cells if tag in pipeline.document.cell(cell).tags)
    return next(tagged, step.cells[0] if step.cells else None)


def _choices(what: str, wrong: str, known: Iterable[str]) -> str:
    names = sorted(known)
    return f"{did_you_mean(wrong, names)}Defined {what}: {', '.join(names) or 'none'}."

"""Write the pinned lists that the images install, from `constraints.txt` and what is installed.

A list is whole: it is installed with `--no-deps`, and nothing is resolved while an image is built.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "images"

POD = (
    *("cloudpickle", "fsspec", "ipykernel", "jupyter-client", "nbclient", "nbformat"),
    *("obstore", "s3fs"),
)
"""What the rooms host, kernel, runtime and model import, and the ways to S3."""
LEFT_OUT = frozenset({"debugpy", "jedi"})
"""Debugging and completion: for a person at a notebook. IPython and ipykernel do without."""
AIRFLOW = "apache-airflow"
PROVIDERS = (
    "apache-airflow-providers-cncf-kubernetes",
    "apache-airflow-providers-papermill",
    "papermill",
)


def lists() -> dict[str, str]:
    """Every list by its path below `images/`."""
    pinned = _pinned((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    pod = _closure(POD, without=LEFT_OUT)
    # What Airflow itself brings stays as Airflow's image has it.
    providers = _closure(PROVIDERS) - _closure((AIRFLOW,)) | {*PROVIDERS[:2]}
    return {
        "runtime/constraints.txt": _text(pod, pinned),
        "airflow/constraints.txt": _text(providers | {AIRFLOW}, pinned),
    }


def _pinned(text: str) -> dict[str, str]:
    pairs = (line.split("==") for line in text.split())
    return {_normal(name): version for name, version in pairs}


def _text(names: set[str], pinned: dict[str, str]) -> str:
    missing = sorted(names - pinned.keys())
    if missing:
        raise SystemExit(f"constraints.txt does not pin {', '.join(missing)}: add them there")
    return "".join(f"{name}=={pinned[name]}\n" for name in sorted(names))


def _closure(roots: tuple[str, ...], *, without: frozenset[str] = frozenset()) -> set[str]:
    """The named distributions and all that they require on Linux with this Python."""
    found: set[str] = set()
    waiting = [(_normal(root), frozenset[str]()) for root in roots]
    seen = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen or name in without:
            continue
        seen.add((name, extras))
        found.add(name)
        for line in requires(name) or ():
            requirement = Requirement(line)
            if _applies(requirement, extras):
                waiting.append((_normal(requirement.name), frozenset(requirement.extras)))
    return found


def _applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in {"", *extras})


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> int:
    """Write the lists that have changed."""
    for name, text in lists().items():
        path = IMAGES / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())

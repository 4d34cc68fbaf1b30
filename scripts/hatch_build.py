"""Puts the built extension of JupyterLab into the wheel, so that installing it needs no Node."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT = "jupyterlab_ext/labextensions/@nbflow/jupyterlab"
PLACE = "share/jupyter/labextensions/@nbflow/jupyterlab"


class LabExtension(BuildHookInterface[Any]):
    """Ships what `scripts/lab.sh build` has built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add it to the wheel's data; an editable install would hold a copy that goes stale."""
        if version == "editable" or os.environ.get("NBFLOW_WITHOUT_LAB"):
            return
        if not (Path(self.root) / BUILT / "package.json").is_file():
            self.app.display_warning(
                "the extension of JupyterLab is not built, and left out: scripts/lab.sh build"
            )
            return
        build_data["shared_data"][BUILT] = PLACE
        build_data["shared_data"]["jupyterlab_ext/install.json"] = f"{PLACE}/install.json"

"""The text of a Dockerfile that puts packages on an image that runs steps."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from nbflow.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["DOCKERFILE_MARK", "dockerfile"]

DOCKERFILE_MARK = "# Written by `nbflow image`"
"""How the first line of such a file begins."""
# [host[:port]/]path[:tag][@algorithm:digest]: no blank, no `$`, and no `-` first.
_REFERENCE = re.compile(r"[A-Za-z0-9][\w./:-]*(?:@[A-Za-z0-9+._-]+:[0-9a-fA-F]+)?", re.ASCII)
_INSTALL = ("python", "-m", "pip", "install", "--no-cache-dir", "--root-user-action=ignore")
_USER = "1000:1000"


def dockerfile(source: str, *, base: str, arguments: Sequence[str]) -> str:
    """The text of the file; the same for the same arguments.

    Packages are installed by an instruction in JSON, which no shell reads: whatever stands in an
    argument stays one.

    Args:
        source: the notebook's name, for the comment.
        base: the image that it starts from.
        arguments: what `pip install` is given, in this order.

    Raises:
        UsageError: `base` is no image reference.
    """
    if _REFERENCE.fullmatch(base) is None:
        raise UsageError(
            f"{base!r} is no image reference",
            hint="write it as in `registry.example.com/team/image:tag`, without blanks",
        )
    lines = [f"{DOCKERFILE_MARK} for {json.dumps(source)}.", f"FROM {base}"]
    if arguments:
        head = ", ".join(map(json.dumps, _INSTALL))
        given = ", \\\n     ".join(map(json.dumps, arguments))
        # Installed by root, so that what runs in a pod cannot change it.
        lines += ["USER 0", f"RUN [{head}, \\\n     {given}]", f"USER {_USER}"]
    return "\n".join(lines) + "\n"

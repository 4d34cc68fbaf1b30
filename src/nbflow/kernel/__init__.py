"""The process that steps' kernels are forked from, and what runs inside such a kernel.

Names load when they are asked for: that process is started before anything else is imported.
"""

from nbflow import _door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nbflow.kernel.frames import HEADER, decode, encode
    from nbflow.kernel.launcher import Launched, abandon, launch, take

__all__ = ["HEADER", "Launched", "abandon", "decode", "encode", "launch", "take"]

_HOMES = {
    "HEADER": "frames",
    "Launched": "launcher",
    "abandon": "launcher",
    "decode": "frames",
    "encode": "frames",
    "launch": "launcher",
    "take": "launcher",
}

__getattr__ = _door(__name__, _HOMES)

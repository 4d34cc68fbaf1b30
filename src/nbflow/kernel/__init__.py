"""The process that steps' kernels are forked from, and what runs inside such a kernel.

Names load when they are asked for: that process is started before anything else is imported.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nbflow.kernel.frames import HEADER, decode, encode
    from nbflow.kernel.launcher import Launched, abandon, launch, take

__all__ = ["HEADER", "Launched", "abandon", "decode", "encode", "launch", "take"]

_HOMES = {"HEADER": "frames", "decode": "frames", "encode": "frames"}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'launcher')}"), name)

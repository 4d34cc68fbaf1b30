"""Memory that the machine has just had in use: what a virtual machine charges for fresh pages.

On a virtual machine whose host takes back what the guest does not use, the first touch of a page
costs up to ten times what a later one does, whoever is measured. Every program that times a pass
over hundreds of megabytes calls this just before, so that chance does not decide who pays.
"""

import tempfile

_PIECE = bytes(1 << 20)


def recycle(megabytes: int = 1500) -> None:
    """Fill pages of the file cache and give them back, so that the next ones are these."""
    with tempfile.TemporaryFile() as stream:
        for _ in range(megabytes):
            stream.write(_PIECE)
        stream.flush()

"""Room for mapped inputs, where the data of this process is limited."""

from __future__ import annotations

from contextlib import suppress

__all__ = ["make_room"]


def make_room(size: int) -> None:
    """Let a file of so many bytes be mapped copy-on-write under a limit of data (RLIMIT_DATA).

    Linux counts such a mapping as data, all of it, though its pages are those of the file until
    they are written. So the limit grows by it, as far as the hard limit lets it.
    """
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if soft == resource.RLIM_INFINITY:
        return
    wanted = soft + size
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    with suppress(OSError, ValueError):  # the mapping then fails, and says so
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))

"""Messages between the host and a kernel: JSON behind its length in bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket

__all__ = ["HEADER", "decode", "encode", "receive"]

HEADER = 4
"""Bytes of the length, most significant first."""


def encode(message: Any, *, default: Any = None) -> bytes:
    """A message as it goes over the wire; `default` as `json.dumps` has it."""
    text = json.dumps(message, ensure_ascii=False, default=default, separators=(",", ":"))
    data = text.encode("utf-8", "surrogatepass")
    return len(data).to_bytes(HEADER, "big") + data


def decode(data: bytes) -> Any:
    """The message in the bytes that came behind a length."""
    return json.loads(data.decode("utf-8", "surrogatepass"))


def receive(connection: socket.socket, size: int) -> bytes:
    """So many bytes, or fewer where the other side has closed."""
    parts = []
    while size:
        part = connection.recv(min(size, 1 << 20))
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return b"".join(parts)

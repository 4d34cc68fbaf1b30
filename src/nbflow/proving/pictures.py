"""Pictures compared by their pixels: encoders and what they note beside them may differ."""

from __future__ import annotations

import base64
import binascii
import io
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["PICTURES", "picture_differences"]

PICTURES = ("image/png", "image/jpeg")
JPEG_TOLERANCE = 2
"""Of 255: how far a channel may be off in a JPEG, whose decoders round differently."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Chunks that say what is shown; others are notes: time, software, resolution.
_SHOWN = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"acTL", b"fcTL", b"fdAT"}


def picture_differences(mime: str, left: str, right: str) -> tuple[str, str] | None:
    """What two pictures show differently, in words for each; None where they show the same.

    Args:
        mime: one of `PICTURES`.
        left: a picture in base64.
        right: the other one.
    """
    if left == right:
        return None
    one, other = _bytes(left), _bytes(right)
    if one == other or (mime == "image/png" and _same_chunks(one, other)):
        return None
    try:
        import PIL.Image
    except ImportError:  # Pillow is no dependency; what draws pictures mostly brings it along
        return f"picture of {len(one)} bytes", f"picture of {len(other)} bytes, other pixels"
    try:
        with PIL.Image.open(io.BytesIO(one)) as mine, PIL.Image.open(io.BytesIO(other)) as theirs:
            tolerance = JPEG_TOLERANCE if mime == "image/jpeg" else 0
            return _pixel_differences(mine, theirs, tolerance)
    except (OSError, ValueError, SyntaxError):
        return f"picture of {len(one)} bytes", f"picture of {len(other)} bytes"


def _bytes(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded)
    except (binascii.Error, ValueError):
        return encoded.encode()


def _same_chunks(left: bytes, right: bytes) -> bool:
    """Whether two PNGs hold the same data, however they are packed."""
    try:
        return _chunks(left) == _chunks(right)
    except (struct.error, zlib.error, ValueError):
        return False


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    if not data.startswith(_SIGNATURE):
        raise ValueError("no PNG")
    found: list[tuple[bytes, bytes]] = []
    packed = b""
    position = len(_SIGNATURE)
    while position < len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        content = data[position + 8 : position + 8 + length]
        position += length + 12
        if kind == b"IDAT":
            packed += content
        elif kind in _SHOWN:
            found.append((kind, content))
    return [*found, (b"IDAT", zlib.decompress(packed))]


def _pixel_differences(left: Image, right: Image, tolerance: int) -> tuple[str, str] | None:
    from PIL import ImageChops

    sizes = [f"picture {one.width} x {one.height}" for one in (left, right)]
    frames = getattr(left, "n_frames", 1), getattr(right, "n_frames", 1)
    if left.size != right.size or frames != (1, 1):
        return sizes[0], sizes[1] + ("" if sizes[0] != sizes[1] else ", other pixels")
    if left.mode == right.mode not in {"P", "PA"}:
        if left.tobytes() == right.tobytes():
            return None
        if left.mode.startswith(("I", "F")):  # more than 8 bits, which RGBA cannot hold
            return sizes[0], f"{sizes[1]}, other pixels"
    mine, theirs = left.convert("RGBA"), right.convert("RGBA")
    apart = ImageChops.difference(mine, theirs)
    largest = max(high for _, high in apart.getextrema())  # type: ignore[misc]
    if largest <= tolerance:
        return None
    beyond = [
        channel.point([0] * (tolerance + 1) + [255] * (255 - tolerance))
        for channel in apart.split()
    ]
    mask = beyond[0]
    for channel in beyond[1:]:
        mask = ImageChops.lighter(mask, channel)
    count = mask.histogram()[255]
    pixels = "1 pixel differs" if count == 1 else f"{count} pixels differ"
    share = f"{pixels}, by up to {largest} of 255"
    return sizes[0], f"{sizes[1]}, {share}"

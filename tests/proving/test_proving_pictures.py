"""Pictures are compared by their pixels."""

import sys

import pytest
from executed_notebooks import encoded, notebook, shown
from hypothesis import given
from hypothesis import strategies as st

from nbflow.proving import compare

image = pytest.importorskip("PIL.Image")


def differences(left, right, mime="image/png"):
    found = compare(notebook([shown(left, mime)]), notebook([shown(right, mime)]))
    return [one.actual for one in found]


def plain(colour="red", mode="RGB", size=(4, 3)):
    return image.new(mode, size, colour)


def test_packing_and_notes_are_no_difference():
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("Software", "another version")
    one, other = plain(), plain()
    assert encoded(one) != encoded(other, compress_level=0, pnginfo=notes)
    assert differences(encoded(one), encoded(other, compress_level=0, pnginfo=notes)) == []


def test_how_many_pixels_differ_is_told():
    changed = plain()
    changed.putpixel((1, 1), (250, 0, 0))
    (found,) = differences(encoded(plain()), encoded(changed))
    assert found == "picture 4 x 3, 1 pixel differs, by up to 5 of 255"


@given(st.integers(0, 3), st.integers(0, 2), st.integers(0, 3), st.integers(1, 255))
def test_any_changed_pixel_is_found(x, y, channel, by):
    one = plain((10, 20, 30, 255), "RGBA")
    other = one.copy()
    pixel = list(one.getpixel((x, y)))
    pixel[channel] = (pixel[channel] + by) % 256
    other.putpixel((x, y), tuple(pixel))
    assert differences(encoded(one), encoded(other)) != []
    assert differences(encoded(other), encoded(other, compress_level=1)) == []


def test_another_size_is_a_difference():
    assert differences(encoded(plain()), encoded(plain(size=(3, 4)))) == ["picture 3 x 4"]


def test_the_same_pixels_are_the_same_in_another_mode():
    palette = plain().convert("P")
    assert differences(encoded(plain()), encoded(palette)) == []
    assert differences(encoded(plain()), encoded(plain((255, 0, 0, 255), "RGBA"))) == []


def test_more_than_8_bits_are_compared_in_full():
    one, other = (image.new("I;16", (2, 2), value) for value in (40000, 40001))
    assert differences(encoded(one), encoded(other)) != []
    assert differences(encoded(one), encoded(one, compress_level=0)) == []


def test_a_jpeg_may_be_off_by_rounding():
    one, near, other = (plain((200, 100, 50 + more)) for more in (0, 1, 40))
    left, close, far = (encoded(each, "jpeg", quality=95) for each in (one, near, other))
    assert differences(left, close, "image/jpeg") == []
    assert differences(left, far, "image/jpeg") != []


def test_what_is_no_picture_is_compared_by_bytes():
    assert differences("bm8gcGljdHVyZQ==", "bm8gcGljdHVyZQ==") == []
    assert differences("bm8gcGljdHVyZQ==", "bm8gcGljdHVyZSE=") != []


def test_without_pillow_what_a_png_holds_is_compared(monkeypatch):
    changed = plain()
    changed.putpixel((0, 0), (0, 0, 0))
    one, packed, other = encoded(plain()), encoded(plain(), compress_level=0), encoded(changed)
    for name in [name for name in sys.modules if name.partition(".")[0] == "PIL"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert one != packed
    assert differences(one, packed) == []
    assert differences(one, other)[0].endswith("other pixels")

"""What objects share when they are saved they share when they are loaded."""

import weakref
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from trips import trip

from nbflow.errors import StoreError
from nbflow.runtime import pickles
from nbflow.runtime.comparison import same


@pytest.mark.parametrize("kind", ["f8", "M8[ns]", "U5", "i4,f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_view_has_the_array_it_was_cut_from_as_its_base(kind, order):
    base = np.zeros((4, 3), np.dtype(kind), order=order)
    back, together = trip(view=base[1:3], base=base, column=base[:, 1], other=base.copy())
    assert together == [["base", "column", "view"], ["other"]]
    assert back["view"].base is back["base"]
    assert back["column"].base is back["base"]
    assert back["base"].flags.writeable
    assert (back["base"].strides, back["view"].strides) == (base.strides, base[1:3].strides)


def test_views_of_an_array_that_is_left_behind_share_its_memory():
    base = np.arange(10.0)
    back, _ = trip(left=base[:6], right=base[4:])
    back["left"][5] = 99
    assert back["right"][1] == 99


def test_views_of_objects_share_them():
    base = np.array([[1], [2], [3], [4]], dtype=object)
    back, _ = trip(base=base, view=base[1:3])
    back["view"][0] = "new"
    assert back["base"][1, 0] == "new"
    assert back["view"].base is not None


def test_a_masked_array_shares_its_data_and_its_mask():
    data, mask = np.arange(6.0), np.array([False, True] * 3)
    masked = np.ma.MaskedArray(data, mask=mask, copy=False)
    back, together = trip(data=data, mask=mask, masked=masked, half=masked[3:])
    assert together == [["data", "half", "mask", "masked"]]
    back["data"][4] = 40
    back["mask"][4] = True
    assert back["masked"].data[4] == 40
    assert back["masked"].mask.tolist() == [False, True, False, True, True, True]
    assert back["half"].data[1] == 40
    assert back["half"].mask.tolist() == [True, True, True]
    assert not same(masked, np.ma.array(masked, mask=True))


def test_an_array_that_shares_nothing_can_grow():
    back, _ = trip(x=np.arange(4.0))
    back["x"].resize(8)
    assert back["x"].tolist() == [0, 1, 2, 3, 0, 0, 0, 0]


def test_strides_stay_where_little_else_lies_between_them():
    x = np.arange(24.0).reshape(2, 3, 4).transpose(1, 0, 2)
    back, _ = trip(x=x, far=np.arange(10000.0)[::1000])
    assert back["x"].strides == x.strides
    assert back["far"].strides == (8,)


def test_a_frame_inside_two_dictionaries_stays_one():
    frame = pd.DataFrame({"a": [1.0, 2], "s": ["x", "y"]})
    back, together = trip(one={"f": frame}, two={"f": frame}, three=frame["a"].to_numpy(copy=True))
    assert ["one", "two"] in together
    assert back["one"]["f"] is back["two"]["f"]


class Row(NamedTuple):
    x: int


def test_named_tuples_stay_one():
    row = Row(1)
    back, _ = trip(rows=[row, Row(2)], chosen={"best": row})
    assert back["chosen"]["best"] is back["rows"][0]


class Node:
    def __init__(self, parent=None):
        self.parent = weakref.ref(parent) if parent else None
        self.children = []
        if parent:
            parent.children.append(self)


def test_weak_references_refer_to_the_same_objects():
    root = Node()
    child = Node(root)
    values = weakref.WeakValueDictionary(root=root)
    back, together = trip(
        child=child,
        root=root,
        values=values,
        keys=weakref.WeakKeyDictionary({child: 1}),
        members=weakref.WeakSet([root]),
        dead=weakref.ref(Node()),
    )
    assert together == [["child", "keys", "members", "root", "values"], ["dead"]]
    assert back["child"].parent() is back["root"] is back["values"]["root"]
    assert back["root"].children == [back["child"]] == list(back["keys"])
    assert list(back["members"]) == [back["root"]]
    assert back["dead"]() is None


def test_a_memoryview_shows_the_object_it_came_from():
    data, array = bytearray(b"abcdef"), np.arange(6, dtype="i4")
    views = {
        "part": memoryview(data)[2:4],
        "all": memoryview(data),
        "numbers": memoryview(array)[1:],
    }
    back, _ = trip(data=data, array=array, read=memoryview(b"xyz"), **views)
    back["data"][2] = ord("X")
    back["array"][1] = 9
    assert bytes(back["part"]) == b"Xd"
    assert back["all"].obj is back["data"]
    assert back["numbers"].tolist() == [9, 2, 3, 4, 5]
    assert back["read"].readonly
    with pytest.raises(StoreError, match="with gaps"):
        trip(view=memoryview(data)[::2])


def test_a_mapped_file_comes_back_by_content_and_a_writable_one_does_not(tmp_path):
    np.arange(5.0).tofile(tmp_path / "numbers")
    back, _ = trip(m=np.memmap(tmp_path / "numbers", mode="r"))
    assert type(back["m"]) is np.memmap
    assert back["m"].view("f8").tolist() == [0, 1, 2, 3, 4]
    assert not back["m"].flags.writeable
    with pytest.raises(StoreError, match="writable 'memmap'"):
        trip(m=np.memmap(tmp_path / "numbers", mode="r+"))


def test_a_pen_draws_on_the_image_that_came_with_it():
    image_module = pytest.importorskip("PIL.Image")
    from PIL import ImageDraw

    image = image_module.new("RGB", (4, 4))
    pen = ImageDraw.Draw(image)
    pen.fill = True
    back, together = trip(pen=pen, image=image)
    assert together == [["image", "pen"]]
    assert back["pen"].fill
    back["pen"].point((1, 1), "red")
    assert back["image"].getpixel((1, 1)) == (255, 0, 0)


def test_what_cannot_cross_is_refused_with_variable_type_step_and_fix(tmp_path):
    import socket
    import sqlite3
    import threading

    (tmp_path / "file").write_text("x")
    with (
        (tmp_path / "file").open() as stream,
        socket.socket() as plug,
        sqlite3.connect(":memory:") as connection,
    ):
        values = {
            "generator": (one for one in "ab"),
            "TextIOWrapper": stream,
            "lock": threading.Lock(),
            "socket": plug,
            "Connection": connection,
            "Thread": threading.Thread(),
        }
        for kind, value in values.items():
            with pytest.raises(StoreError) as caught:
                trip(thing=value)
            assert f"variable 'thing' ({kind}) of step 's'" in str(caught.value)
            assert "setup" in caught.value.hint
    connection.close()


@pytest.mark.filterwarnings("ignore")
def test_data_in_the_memory_of_a_library_is_refused():
    xgboost = pytest.importorskip("xgboost")
    lightgbm = pytest.importorskip("lightgbm")
    data = np.ones((4, 2))
    for made in (xgboost.DMatrix(data), lightgbm.Dataset(data, free_raw_data=False).construct()):
        with pytest.raises(
            StoreError, match=f"variable 'data' .{type(made).__name__}. of step 's'"
        ):
            trip(data=made)


def test_the_workspace_is_found_in_columns_of_text_too(tmp_path):
    import json

    from nbflow.runtime import artifacts, open_store
    from nbflow.runtime.manifests import Manifest

    old, new = (f"/tmp/nbflow-{digit * 32}" for digit in "ab")
    paths = [f"{old}/part-{number}" for number in range(3000)]
    values = {"array": np.array(paths, dtype=object), "path": Path(paths[0])}
    run = open_store(str(tmp_path))
    names = pickles.Names({}, {})
    saved = artifacts.save(values, run=run, folder="a", names=names, step="a")
    manifest = Manifest("a", 1, "a", workspace=old)
    for entry in json.loads(json.dumps(saved.groups)).values():
        for value in artifacts.read(
            entry, run=run, what="", manifest=manifest, workspace=new
        ).values():
            assert str(value if isinstance(value, Path) else value[0]) == f"{new}/part-0"


class Metres(np.ndarray):
    def __new__(cls, values, unit):
        made = np.asarray(values, dtype=float).view(cls)
        made.unit = unit
        return made

    def __array_finalize__(self, other):
        self.unit = getattr(other, "unit", "?")


def test_an_array_of_the_notebooks_own_class_keeps_what_was_set_on_it():
    way = Metres([1, 2, 3], "km")
    back, _ = trip(
        way=way, half=way[:2], alone=Metres([1], "m"), spread=Metres(range(9), "cm")[::4]
    )
    assert {name: one.unit for name, one in back.items()} == {
        "way": "km",
        "half": "km",
        "alone": "m",
        "spread": "cm",
    }
    back["half"][0] = 9
    assert back["way"][0] == 9
    assert type(back["way"]) is Metres
    assert same(back["alone"], Metres([1], "m"))
    assert not same(back["alone"], Metres([1], "km"))


def test_an_array_over_a_bytearray_shares_it():
    import array as arrays

    raw, numbers = bytearray(4), arrays.array("d", [1, 2])
    back, together = trip(
        raw=raw,
        bits=np.frombuffer(raw, "u1"),
        part=np.frombuffer(memoryview(raw)[2:], "u1")[:1],
        numbers=numbers,
        doubles=np.frombuffer(numbers),
        fixed=np.frombuffer(b"abcd", "u1"),
    )
    assert together == [["bits", "part", "raw"], ["doubles", "numbers"], ["fixed"]]
    back["raw"][2] = 7
    back["numbers"][1] = 5
    assert back["bits"].tolist() == [0, 0, 7, 0]
    assert back["part"].tolist() == [7]
    assert back["doubles"].tolist() == [1, 5]
    assert not back["fixed"].flags.writeable
    _, together = trip(**back)  # what was loaded is no one's bytearray
    assert together == [["bits", "part", "raw"], ["doubles", "numbers"], ["fixed"]]


class PriceError(ValueError):
    def __init__(self, price, *, code=1):
        super().__init__(f"price {price}")
        self.code = code


def _raise(error, cause=None):
    try:
        try:
            raise KeyError("inner")
        except KeyError:
            raise error from cause
    except BaseException as caught:  # noqa: BLE001 - of every kind
        return caught


@pytest.mark.parametrize(
    "make",
    [
        lambda: PriceError(3, code=5),
        lambda: ValueError("a", [1]),
        lambda: OSError(2, "gone", "file"),
        lambda: ImportError("no", name="n", path="p"),
        lambda: UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"),
        lambda: SystemExit(3),
        lambda: StopIteration(7),
        lambda: ExceptionGroup("many", [PriceError(1), KeyError("k")]),
        lambda: SyntaxError("bad", ("file", 1, 2, "text", 1, 3)),
    ],
)
def test_an_exception_that_is_kept_says_what_it_said(make):
    error = _raise(make(), PriceError(8))
    error.add_note("a note")
    back = trip(error=error)[0]["error"]
    assert type(back) is type(error)
    assert (back.args, str(back)) == (error.args, str(error)) or isinstance(error, ExceptionGroup)
    assert vars(back) == vars(error)
    for name in (
        "code",
        "errno",
        "filename",
        "name",
        "path",
        "object",
        "reason",
        "value",
        "lineno",
    ):
        assert getattr(back, name, None) == getattr(error, name, None)
    assert str(back.__cause__) == "price 8"
    assert type(back.__context__) is KeyError
    assert back.__suppress_context__


def test_a_mapped_file_of_the_workspace_is_mapped_again(tmp_path, monkeypatch):
    folder = tmp_path / f"nbflow-{'c' * 32}"
    folder.mkdir()
    table = np.memmap(folder / "table", "f8", "w+", shape=(2, 3), order="F")
    table[0, 1] = 5
    back = trip(table=table)[0]["table"]
    assert (type(back), back.shape, back.strides) == (np.memmap, (2, 3), table.strides)
    back[1, 2] = 7
    back.flush()
    assert np.fromfile(folder / "table").tolist() == [0, 0, 5, 0, 0, 7]

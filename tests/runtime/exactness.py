"""Whether two values are the same in type and content, as strictly as can be told."""

from __future__ import annotations

import collections
import sys
from typing import Any


def differences(old: Any, new: Any, place: str = "value") -> list[str]:
    """Where two values differ; nothing where they are the same."""
    return list(_differences(old, new, place, {}))


def _differences(old: Any, new: Any, place: str, met: dict[int, Any]):
    if type(old) is not type(new):
        yield f"{place}: {type(old)} became {type(new)}"
        return
    if old is new:
        return
    if id(old) in met:
        if met[id(old)][0] != id(new):
            yield f"{place}: one object became two"
        return
    if not isinstance(old, int | float | str | bytes | bool | type(None) | tuple):
        met[id(old)] = (id(new), old, new)  # kept, so that no id is given out again
    yield from _check_of(old)(old, new, place, met)


def _number(old, new, place, met):
    if repr(old) != repr(new):
        yield f"{place}: {old!r} became {new!r}"


def _mapping(old, new, place, met):
    yield from _differences(list(old), list(new), f"{place} keys", met)
    for key, other in zip(old, new, strict=False):
        yield from _differences(old[key], new[other], f"{place}[{key!r}]", met)
    if hasattr(old, "__dict__"):
        yield from _differences(vars(old), vars(new), f"{place}.__dict__", met)


def _sequence(old, new, place, met):
    if len(old) != len(new):
        yield f"{place}: {len(old)} items became {len(new)}"
    for index, (left, right) in enumerate(zip(old, new, strict=False)):
        yield from _differences(left, right, f"{place}[{index}]", met)
    if getattr(old, "maxlen", None) != getattr(new, "maxlen", None):
        yield f"{place}: maxlen"


def _set(old, new, place, met):
    if sorted(map(repr, old)) != sorted(map(repr, new)):
        yield f"{place}: {old!r} became {new!r}"


def _object(old, new, place, met):
    if type(old).__eq__ is object.__eq__ and hasattr(old, "__dict__"):
        yield from _differences(vars(old), vars(new), f"{place}.__dict__", met)
    elif repr(old) != repr(new) or not (old == new or old != old):
        yield f"{place}: {old!r} became {new!r}"


_BUILT_IN = {
    float | complex: _number,
    dict: _mapping,
    list | tuple | collections.deque: _sequence,
    set | frozenset: _set,
}


def _check_of(value: Any):
    for module, kinds, check in (
        ("numpy", ("ndarray",), _array),
        ("numpy", ("generic",), _scalar),
        ("numpy", ("random.Generator", "random.RandomState"), _generator),
        ("pandas", ("DataFrame", "Series", "Index"), _pandas),
        ("pandas", ("api.extensions.ExtensionArray",), _extension),
        ("pyarrow", ("Table", "RecordBatch", "Array", "ChunkedArray", "Schema"), _arrow),
        ("polars", ("DataFrame", "Series", "LazyFrame"), _polars),
        ("torch", ("Tensor",), _tensor),
        ("scipy.sparse", ("sparray", "spmatrix"), _sparse),
        ("PIL.Image", ("Image",), _image),
    ):
        loaded = sys.modules.get(module)
        for kind in kinds if loaded is not None else ():
            found: Any = loaded
            for part in kind.split("."):
                found = getattr(found, part, None)
            if isinstance(found, type) and isinstance(value, found):
                return check
    found = (check for kinds, check in _BUILT_IN.items() if isinstance(value, kinds))
    return next(found, _object)


def _told(pairs, place):
    yield from (
        f"{place}: {a!r} became {b!r}" for a, b in pairs if a != b or type(a) is not type(b)
    )


def _array(old, new, place, met):
    import numpy

    flags = ("c_contiguous", "f_contiguous", "writeable", "aligned")
    pairs = [(old.dtype, new.dtype), (old.shape, new.shape)]
    pairs += [(getattr(old.flags, one), getattr(new.flags, one)) for one in flags]
    pairs += [(old.dtype.metadata, new.dtype.metadata), (old.dtype.fields, new.dtype.fields)]
    yield from _told(pairs if not old.dtype.hasobject else pairs[:2], place)
    if old is numpy.ma.masked:
        yield from _told([(new is old, True)], place)
        return
    if isinstance(old, numpy.ma.MaskedArray):
        yield from _told([(old.fill_value.tobytes(), new.fill_value.tobytes())], place)
        yield from _told([(old.hardmask, new.hardmask), (old.sharedmask, new.sharedmask)], place)
        yield from _told([(old.mask is numpy.ma.nomask, new.mask is numpy.ma.nomask)], place)
        yield from _differences(
            numpy.asarray(old.mask), numpy.asarray(new.mask), f"{place}.mask", {}
        )
        old, new = old.data, new.data
    if old.dtype.hasobject:
        yield from _differences(old.tolist(), new.tolist(), place, met)
    elif old.dtype.char in "gG":  # bytes between the numbers mean nothing
        yield from _told([(bool((old == new).all()), True)], place)
    elif old.tobytes() != new.tobytes():
        yield f"{place}: {old!r} became {new!r}"


def _scalar(old, new, place, met):
    if old.dtype.hasobject:
        yield from _differences(old.tolist(), new.tolist(), place, met)
        return
    padded = old.dtype.char in "gG"
    contents = [repr(one) if padded else one.tobytes() for one in (old, new)]
    yield from _told([(old.dtype, new.dtype), tuple(contents)], place)


def _generator(old, new, place, met):
    draws = [
        one.integers(0, 2**60, 5) if hasattr(one, "integers") else one.randint(0, 2**30, 5)
        for one in (old, new)
    ]
    yield from _differences(*draws, place, met)


def _pandas(old, new, place, met):
    import pandas.testing as t

    kind = next(k for k in ("frame", "series", "index") if type(old).__mro__[:-1] and _is(old, k))
    options = {"exact": True} if kind == "index" else {"check_freq": True}
    try:
        getattr(t, f"assert_{kind}_equal")(old, new, **options)
    except AssertionError as error:
        yield f"{place}: {error}"
        return
    yield from _differences(
        getattr(old, "attrs", None), getattr(new, "attrs", None), f"{place}.attrs", met
    )
    if hasattr(old, "flags"):
        yield from _told(
            [(old.flags.allows_duplicate_labels, new.flags.allows_duplicate_labels)], place
        )
    for old_axis, new_axis in zip(
        getattr(old, "axes", [old]), getattr(new, "axes", [new]), strict=True
    ):
        pairs = [(type(old_axis), type(new_axis)), (list(old_axis.names), list(new_axis.names))]
        pairs.append((getattr(old_axis, "freq", None), getattr(new_axis, "freq", None)))
        yield from _told(pairs, place)
    columns = range(old.shape[1]) if kind == "frame" else ()
    for column in columns:
        yield from _column(old.iloc[:, column], new.iloc[:, column], f"{place}[{column}]", met)
    if kind != "frame":
        yield from _column(old, new, place, met)


def _column(old, new, place, met):
    yield from _told([(old.dtype, new.dtype), (str(old.dtype), str(new.dtype))], place)
    if old.dtype == object:
        yield from _differences(old.tolist(), new.tolist(), place, met)


def _is(value, kind):
    import pandas

    return isinstance(
        value, {"frame": pandas.DataFrame, "series": pandas.Series, "index": pandas.Index}[kind]
    )


def _extension(old, new, place, met):
    import pandas.testing as t

    try:
        t.assert_extension_array_equal(old, new)
    except AssertionError as error:
        yield f"{place}: {error}"


def _arrow(old, new, place, met):
    if type(old).__name__ == "Schema":
        if not old.equals(new, check_metadata=True):
            yield f"{place}: {old} became {new}"
        return
    schema = getattr(old, "schema", None)
    if schema is not None and not schema.equals(new.schema, check_metadata=True):
        yield f"{place}: {schema} became {new.schema}"
    if not old.equals(new) and "nan" not in str(old):
        yield f"{place}: {old} became {new}"
    yield from _told([(str(getattr(old, "type", "")), str(getattr(new, "type", "")))], place)
    if hasattr(old, "num_chunks"):
        yield from _told([(old.num_chunks, new.num_chunks)], place)


def _polars(old, new, place, met):
    import polars
    import polars.testing as t

    if isinstance(old, polars.LazyFrame):
        old, new = old.collect(), new.collect()
    try:
        if isinstance(old, polars.Series):
            t.assert_series_equal(old, new, check_exact=True)
            yield from _told([(old.dtype, new.dtype), (old.name, new.name)], place)
        else:
            t.assert_frame_equal(old, new, check_exact=True)
            yield from _told([(old.schema, new.schema)], place)
    except AssertionError as error:
        yield f"{place}: {error}"


def _tensor(old, new, place, met):
    import torch

    pairs = [
        (old.dtype, new.dtype),
        (old.device, new.device),
        (old.shape, new.shape),
        (old.layout, new.layout),
        (old.requires_grad, new.requires_grad),
        (old.is_quantized, new.is_quantized),
    ]
    if old.layout == torch.strided:
        pairs.append((old.stride(), new.stride()))
    yield from _told(pairs, place)
    if old.device.type == "meta" or any(a != b for a, b in pairs):
        return
    left, right = (
        one.detach().to_dense() if one.layout != torch.strided else one.detach()
        for one in (old, new)
    )
    if left.is_quantized:
        left, right = left.int_repr(), right.int_repr()
    bits = [
        one.contiguous().resolve_conj().view(torch.uint8) if one.ndim else one
        for one in (left, right)
    ]
    if not torch.equal(*bits):
        yield f"{place}: {old} became {new}"
    if old.is_leaf:
        yield from _differences(old.grad, new.grad, f"{place}.grad", met)
    yield from _differences(dict(vars(old)), dict(vars(new)), f"{place}.__dict__", met)


def _sparse(old, new, place, met):
    yield from _told(
        [(old.format, new.format), (old.dtype, new.dtype), (old.shape, new.shape)], place
    )
    yield from _differences(old.toarray(), new.toarray(), place, met)
    for name in ("data", "indices", "indptr", "row", "col", "offsets", "rows"):
        if isinstance(getattr(old, name, None), type(getattr(new, name, None))) and hasattr(
            old, name
        ):
            yield from _differences(getattr(old, name), getattr(new, name), f"{place}.{name}", met)


def _image(old, new, place, met):
    yield from _told(
        [(old.mode, new.mode), (old.size, new.size), (old.tobytes(), new.tobytes())], place
    )
    yield from _told([(old.getpalette(), new.getpalette()), (old.format, new.format)], place)
    yield from _differences(old.info, new.info, f"{place}.info", met)

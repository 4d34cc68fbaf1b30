"""Serializers for torch: tensors over storages that stay shared, their memory out of band."""

from __future__ import annotations

import copyreg
import functools
import importlib
import pickle
import sys
import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow.runtime.serializers import Parts

__all__ = ["make_parameter", "make_storage", "make_tensor", "reduce_storage", "reduce_tensor"]


def reduce_tensor(tensor: Any, parts: Parts) -> Any:
    """A tensor of the processor's memory as a view of its storage; others as torch pickles them.

    Torch's own pickles forget gradients and hooks, and that a tensor came out of a computation:
    `backward()` would then stop there without a word.
    """
    torch = _torch()
    if tensor.grad_fn is not None:
        raise pickle.PicklingError(
            "cannot pickle a tensor with the computation that it came from; keep `.detach()` of "
            "it, or `.item()`"
        )
    made = {torch.Tensor: make_tensor, torch.nn.Parameter: make_parameter}.get(type(tensor))
    if made is None or not _is_plain(tensor, torch):
        return NotImplemented
    storage = tensor.untyped_storage()
    storage = parts.once(("torch", storage._cdata), lambda: storage)
    layout = (tensor.storage_offset(), tuple(tensor.shape), tensor.stride())
    arguments = (storage, tensor.dtype, layout, tensor.requires_grad)
    state = (tensor.grad, dict(tensor._backward_hooks or {}), dict(vars(tensor)))
    if state == (None, {}, {}):
        return made, arguments
    return made, arguments, state, None, None, set_state


def _torch() -> Any:
    return importlib.import_module("torch")


def _is_plain(tensor: Any, torch: Any) -> bool:
    return bool(
        tensor.layout == torch.strided
        and tensor.device.type == "cpu"
        and not (tensor.is_quantized or tensor.is_conj() or tensor.is_neg())
        and "numpy" in sys.modules
    )


def reduce_storage(storage: Any, parts: Parts) -> Any:  # noqa: ARG001 - see `Serializer`
    """A storage as a numpy array over its memory: it stays shared with arrays too."""
    torch = _torch()
    if storage.device.type != "cpu":
        return NotImplemented
    return make_storage, (torch.empty(0, dtype=torch.uint8, device="cpu").set_(storage).numpy(),)


def make_storage(array: Any) -> Any:
    """A storage over an array's memory. Pickles name it."""
    torch = _torch()
    made = torch.from_numpy(array)
    # Memory that nothing else shares is copied where that costs nothing: such storages can grow.
    return (made.clone() if array.flags.owndata else made).untyped_storage()


def make_tensor(storage: Any, dtype: Any, layout: Any, requires_grad: bool) -> Any:  # noqa: FBT001
    """A tensor over a storage; `layout` is offset, shape and strides. Pickles name it."""
    torch = _torch()
    tensor = torch.empty(0, dtype=dtype, device="cpu").set_(storage, *layout)
    return tensor.requires_grad_(requires_grad) if requires_grad else tensor


def make_parameter(storage: Any, dtype: Any, layout: Any, requires_grad: bool) -> Any:  # noqa: FBT001
    """A parameter over a storage. Pickles name it."""
    torch = _torch()
    plain = make_tensor(storage, dtype, layout, requires_grad=False)
    return torch.nn.Parameter(plain, requires_grad=requires_grad)


def set_state(tensor: Any, state: tuple[Any, dict[Any, Any], dict[str, Any]]) -> None:
    """Give a tensor its gradient, hooks and attributes. Pickles name it."""
    gradient, hooks, attributes = state
    if gradient is not None:
        tensor.grad = gradient
    if hooks:
        from collections import OrderedDict

        tensor._backward_hooks = OrderedDict(hooks)
    vars(tensor).update(attributes)


def reduce_optimizer(optimizer: Any, parts: Parts) -> Any:  # noqa: ARG001 - see `Serializer`
    """An optimizer with its hooks, which torch leaves out, and with what a scheduler put on it."""
    state = optimizer.__getstate__()
    rest = {
        name: value
        for name, value in vars(optimizer).items()
        if name not in state and name not in _SEEN_BY_TORCH
    }
    scheduled = hasattr(vars(optimizer).get("step"), "_wrapped_by_lr_sched")
    arguments = (type(optimizer),)
    return copyreg.__newobj__, arguments, (state, rest, scheduled), None, None, set_optimizer  # type: ignore[attr-defined]


_SEEN_BY_TORCH = {"step", "_zero_grad_profile_name"}


def set_optimizer(optimizer: Any, state: tuple[dict[str, Any], dict[str, Any], bool]) -> None:
    """Fill in an optimizer. Pickles name it."""
    own, rest, scheduled = state
    vars(optimizer).update(rest)
    optimizer.__setstate__(own)
    if scheduled:
        optimizer.step = _counted(optimizer)


def _counted(optimizer: Any) -> Any:
    """Its `step` as a scheduler wraps it, to see whether it was called first."""
    reference, function = weakref.ref(optimizer), type(optimizer).step

    @functools.wraps(function)
    def step(*arguments: Any, **options: Any) -> Any:
        found: Any = reference()
        found._opt_called = True
        return function(found, *arguments, **options)

    step._wrapped_by_lr_sched = True  # type: ignore[attr-defined]
    return step

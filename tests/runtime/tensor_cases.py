"""torch: tensors, modules, optimizers."""

import torch
from torch import nn


def _grad():
    made = torch.ones(3, requires_grad=True)
    (made * 2).sum().backward()
    return made


def _parameter():
    made = nn.Parameter(torch.arange(4.0))
    (made**2).sum().backward()
    return made


def _attributes():
    made = torch.zeros(2)
    made.note = "n"
    return made


KINDS = (
    "float16",
    "bfloat16",
    "float32",
    "float64",
    "int8",
    "uint8",
    "int64",
    "bool",
    "complex64",
    "float8_e4m3fn",
    "uint16",
)


def _tensor(kind):
    return torch.arange(4.0).to(getattr(torch, kind))


def _network():
    torch.manual_seed(0)
    made = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 1))
    made.train()
    made[1].eval()
    made[0].weight.requires_grad_(False)
    return made


CASES = {f"tensor {kind}": (lambda kind=kind: _tensor(kind)) for kind in KINDS} | {
    "tensor scalar": lambda: torch.tensor(5),
    "tensor empty": lambda: torch.zeros(0, 3),
    "tensor strides": lambda: torch.arange(12.0).reshape(3, 4).t(),
    "tensor view": lambda: torch.arange(12.0)[2:8:3],
    "tensor expanded": lambda: torch.arange(3.0).expand(2, 3),
    "tensor channels last": lambda: torch.zeros(1, 2, 3, 3).to(memory_format=torch.channels_last),
    "tensor grad": _grad,
    "tensor requires grad": lambda: torch.ones(3, dtype=torch.bfloat16, requires_grad=True),
    "tensor attributes": _attributes,
    "tensor meta": lambda: torch.zeros(3, device="meta"),
    "tensor coo": lambda: torch.eye(3).to_sparse(),
    "tensor csr": lambda: torch.eye(3).to_sparse_csr(),
    "tensor conjugate": lambda: torch.ones(2, dtype=torch.complex64).conj(),
    "tensor quantized": lambda: torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8),
    "parameter": _parameter,
    "frozen parameter": lambda: nn.Parameter(torch.ones(2), requires_grad=False),
    "buffer": lambda: nn.Buffer(torch.ones(2)),
    "types": lambda: [torch.float32, torch.device("cpu"), torch.Size([1, 2]), torch.strided],
    "tensors in containers": lambda: {"a": [torch.ones(2)], "b": (torch.zeros(1),)},
    "state": lambda: _network().state_dict(),
    "packed": lambda: nn.utils.rnn.pack_sequence([torch.ones(2), torch.ones(1)]),
}

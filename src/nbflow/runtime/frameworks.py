"""Settings of libraries for tensors, tables and models: read, and changed."""

from __future__ import annotations

import sys
from typing import Any

__all__ = [
    "polars",
    "set_polars",
    "set_sklearn",
    "set_torch",
    "set_xgboost",
    "sklearn",
    "torch",
    "xgboost",
]

Values = dict[str, Any]

_BACKENDS = {
    "cudnn": ("enabled", "benchmark", "deterministic", "allow_tf32"),
    "cuda.matmul": ("allow_tf32",),
    "mkldnn": ("enabled",),
}


def torch() -> Values:
    """Types, device, modes, threads, printing and backends of torch."""
    module = sys.modules["torch"]
    found = {
        "dtype": module.get_default_dtype(),
        "device": str(module.get_default_device()),
        "grad": module.is_grad_enabled(),
        "threads": module.get_num_threads(),
        "deterministic": (
            module.are_deterministic_algorithms_enabled(),
            module.is_deterministic_algorithms_warn_only_enabled(),
        ),
        "matmul": module.get_float32_matmul_precision(),
        "anomaly": module.is_anomaly_enabled(),
        "printing": dict(vars(module._tensor_str.PRINT_OPTS)),
    }
    for path, names in _BACKENDS.items():
        owner = _owner(module.backends, path)
        found |= {f"{path} {name}": getattr(owner, name) for name in names}
    return found


def set_torch(values: Values) -> None:
    """Change some of torch's settings."""
    module = sys.modules["torch"]
    plain = {
        "dtype": module.set_default_dtype,
        "grad": module.set_grad_enabled,
        "threads": module.set_num_threads,
        "matmul": module.set_float32_matmul_precision,
        "anomaly": module.autograd.set_detect_anomaly,
    }
    for name, value in values.items():
        path, _, attribute = name.rpartition(" ")
        if path:
            setattr(_owner(module.backends, path), attribute, value)
        elif name == "device":  # None, where nobody set one, follows the context
            module.set_default_device(None if value == "cpu" else value)
        elif name == "deterministic":
            module.use_deterministic_algorithms(value[0], warn_only=value[1])
        elif name == "printing":
            vars(module._tensor_str.PRINT_OPTS).update(value)
        else:
            plain[name](value)


def _owner(backends: Any, path: str) -> Any:
    for part in path.split("."):
        backends = getattr(backends, part)
    return backends


def polars() -> Values:
    """What `polars.Config` knows, as the text in which polars itself keeps it."""
    return {"config": sys.modules["polars"].Config.save()}


def set_polars(values: Values) -> None:
    """Set all of polars' options."""
    sys.modules["polars"].Config.load(values["config"])


def sklearn() -> Values:
    """scikit-learn's configuration."""
    return dict(sys.modules["sklearn"].get_config())


def set_sklearn(values: Values) -> None:
    """Change some of scikit-learn's configuration."""
    sys.modules["sklearn"].set_config(**values)


def xgboost() -> Values:
    """Xgboost's global configuration."""
    return dict(sys.modules["xgboost"].get_config())


def set_xgboost(values: Values) -> None:
    """Change some of xgboost's global configuration."""
    sys.modules["xgboost"].set_config(**values)

# Frozen and nested dataclasses as configuration, replaced from cell to cell.
# expect: equal
# %%
from dataclasses import asdict, dataclass, field, replace


# %%
@dataclass(frozen=True)
class Optimizer:
    name: str = "adam"
    rate: float = 1e-3


@dataclass
class Config:
    epochs: int = 3
    optimizer: Optimizer = field(default_factory=Optimizer)
    layers: list[int] = field(default_factory=lambda: [16, 8])
    notes: dict = field(default_factory=dict, compare=False, repr=False)


# %%
config = Config()
baseline = config
# %%
config.layers.append(4)
config.notes["by"] = "me"
# %%
config = replace(config, optimizer=replace(config.optimizer, rate=0.1))
print(baseline, config)
# %%
print(config.layers is baseline.layers, baseline == Config(layers=[16, 8, 4]))
# %%
baseline.layers.clear()
asdict(config)

# Torch's generator, its own generators, and dropout draw on over cells.
# expect: equal
# %%
import torch

torch.manual_seed(11)
generator = torch.Generator().manual_seed(12)
# %%
print(torch.rand(2))
# %%
noise = torch.nn.Dropout(0.5)
print(noise(torch.ones(6)), torch.randint(9, (3,), generator=generator))
# %%
print(torch.randperm(5, generator=generator), torch.initial_seed())
# %%
with torch.random.fork_rng():
    torch.manual_seed(0)
    inside = torch.rand(1)
print(inside, torch.rand(1))
# %%
torch.set_default_dtype(torch.float64)
# %%
print(torch.zeros(1).dtype, torch.rand(1), torch.get_default_dtype())
# %%
torch.set_grad_enabled(False)
torch.set_printoptions(precision=2)
# %%
x = torch.ones(1, requires_grad=True)
print((x * 2).requires_grad, torch.tensor([1.23456]), torch.is_grad_enabled())

# Two layers share one tensor; a hook and a buffer go along.
# expect: equal
# %%
import torch
from torch import nn

torch.manual_seed(1)
embed = nn.Embedding(5, 3)
out = nn.Linear(3, 5, bias=False)
out.weight = embed.weight
# %%
model = nn.Sequential(embed, out)
model.register_buffer("seen", torch.zeros(1))
# %%
with torch.no_grad():
    embed.weight.add_(1)
# %%
print(out.weight is embed.weight, out.weight.data_ptr() == embed.weight.data_ptr())
print(out.weight[0].detach().numpy().round(4))
# %%
model.seen += 2
half = out.weight.detach()[:2]
half.zero_()
# %%
print(embed.weight.detach().sum(1), model.seen)

# Forward hooks collect activations into a dict of the notebook.
# expect: equal
# %%
import torch
from torch import nn

torch.manual_seed(2)
activations = {}
# %%
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.register_buffer("calls", torch.zeros((), dtype=torch.long))

    def forward(self, x):
        self.calls += 1
        return torch.relu(self.linear(x))
# %%
net = nn.Sequential(Block(2), Block(2))
# %%
def keep(name):
    def hook(module, inputs, output):
        activations[name] = output.detach().clone()

    return hook


for name, block in net.named_children():
    block.register_forward_hook(keep(name))
# %%
net(torch.ones(1, 2));
# %%
print({name: value.numpy().round(4).tolist() for name, value in activations.items()})
# %%
net.train(False)
with torch.inference_mode():
    net(torch.zeros(1, 2))
# %%
print(net[0].calls, net.training, len(net[0]._forward_hooks), sorted(net.state_dict()))
# %%
activations["1"]

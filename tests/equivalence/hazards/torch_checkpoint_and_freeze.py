# A model is frozen, saved below the working directory, and loaded into another one.
# expect: equal
# %%
import torch
from torch import nn

# %%
torch.manual_seed(0)
encoder = nn.Linear(4, 2)
decoder = nn.Linear(2, 4)
both = nn.ModuleDict({"encoder": encoder, "decoder": decoder})
# %%
for p in encoder.parameters():
    p.requires_grad_(False)
# %%
print([p.requires_grad for p in both.parameters()])
optimizer = torch.optim.SGD([p for p in both.parameters() if p.requires_grad], lr=0.1, momentum=0.9)
# %%
x = torch.ones(3, 4)
for _ in range(3):
    optimizer.zero_grad()
    loss = ((decoder(encoder(x)) - x) ** 2).mean()
    loss.backward()
    optimizer.step()
print(f"{loss.item():.6f}")
# %%
torch.save(both.state_dict(), "weights.pt")
# %%
other = nn.ModuleDict({"encoder": nn.Linear(4, 2), "decoder": nn.Linear(2, 4)})
other.load_state_dict(torch.load("weights.pt"))
print(torch.equal(other["decoder"].weight, decoder.weight))
# %%
print(decoder.weight.grad.sum(), len(optimizer.state), torch.rand(2))

# A dataset of the notebook, a custom optimizer step, and averaged weights held in a dict.
# expect: equal
# %%
import copy

import torch
from torch.utils.data import DataLoader, Dataset, random_split
# %%
class Squares(Dataset):
    reads = 0

    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        x = torch.tensor([float(i)])
        return x, x**2
# %%
torch.manual_seed(3)
train, test = random_split(Squares(12), [9, 3])
loader = DataLoader(train, batch_size=3, shuffle=True, generator=torch.Generator().manual_seed(1))
# %%
model = torch.nn.Sequential(torch.nn.Linear(1, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
average = copy.deepcopy(model.state_dict())
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, amsgrad=True)
# %%
def epoch():
    for x, y in loader:
        loss = torch.nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for name, value in model.state_dict().items():
                average[name].mul_(0.9).add_(value, alpha=0.1)
    return loss.item()
# %%
first = epoch()
# %%
second = epoch()
print(f"{first:.4f} {second:.4f}", test.indices)
# %%
model.load_state_dict(average)
model.eval()
print(f"{epoch():.4f}", f"{sum(p.sum().item() for p in model.parameters()):.5f}")
# %%
state = optimizer.state_dict()["state"][0]
int(state["step"]), sorted(state), torch.rand(1)

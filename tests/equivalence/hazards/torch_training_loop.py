# A torch training loop: optimizer and scheduler hold the model's parameters; the loader shuffles.
# expect: equal
# %%
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(5)
# %%
X = torch.randn(32, 3)
y = (X.sum(1, keepdim=True) > 0).float()
loader = DataLoader(TensorDataset(X, y), batch_size=8, shuffle=True)


# %%
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Dropout(0.25), nn.BatchNorm1d(8))
        self.head = nn.Linear(8, 1)

    def forward(self, x):
        return self.head(self.body(x))


# %%
net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=0.05)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
loss_of = nn.BCEWithLogitsLoss()


# %%
def train_one():
    net.train()
    total = 0.0
    for xs, ys in loader:
        optimizer.zero_grad()
        loss = loss_of(net(xs), ys)
        loss.backward()
        optimizer.step()
        total += loss.item()
    scheduler.step()
    return total


# %%
print(f"{train_one():.5f}")
# %%
print(f"{train_one():.5f}", scheduler.get_last_lr(), net.training)
# %%
net.eval()
with torch.no_grad():
    accuracy = ((net(X) > 0) == (y > 0.5)).float().mean().item()
round(accuracy, 4)
# %%
print(net.training, [g["lr"] for g in optimizer.param_groups])
print(all(a is b for a, b in zip(optimizer.param_groups[0]["params"], net.parameters())))
# %%
for group in optimizer.param_groups:
    group["lr"] = 0.5
print(f"{train_one():.5f}", torch.rand(1))

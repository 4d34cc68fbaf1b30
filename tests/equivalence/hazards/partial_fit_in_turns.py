# A model is trained in turns over cells, with a scaler that learns too.
# expect: equal
# %%
import numpy as np
from sklearn.linear_model import SGDClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.utils import shuffle
# %%
rng = np.random.RandomState(0)
X = rng.randn(40, 3)
y = (X[:, 0] > 0).astype(int)
scaler, model = StandardScaler(), SGDClassifier(random_state=0)
history = []
# %%
def learn(batch):
    xs, ys = X[batch], y[batch]
    model.partial_fit(scaler.partial_fit(xs).transform(xs), ys, classes=[0, 1])
    history.append(model.score(scaler.transform(X), y))
# %%
learn(slice(0, 10))
# %%
learn(slice(10, 20))
snapshot = model.coef_.copy()
live = model.coef_
# %%
for start in (20, 30):
    learn(slice(start, start + 10))
# %%
print(history, scaler.n_samples_seen_, snapshot.round(3), (live == model.coef_).all())
# %%
X, y = shuffle(X, y, random_state=rng)
print(X[0].round(4), rng.rand())

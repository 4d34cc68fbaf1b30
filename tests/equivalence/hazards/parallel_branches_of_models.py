# Branches train on one frame side by side and are joined: nothing is changed in place.
# expect: equal
# %%
import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge

rng = np.random.default_rng(0)
X, y = rng.normal(size=(30, 2)), rng.integers(0, 2, 30)
# %%
ridge = Ridge().fit(X, y)
# %%
logistic = LogisticRegression().fit(X, y)
# %%
doubled = X * 2
# %%
scores = {type(m).__name__: m.score(X, y) for m in (ridge, logistic)}
print(sorted(scores), doubled.shape)
# %%
X[0] = 0
# %%
ridge.predict(X[:1]).round(4), doubled[0].round(4)

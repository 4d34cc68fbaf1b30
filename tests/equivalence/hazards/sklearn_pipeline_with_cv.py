# A scikit-learn pipeline with a transformer of the notebook, cross-validated, then fitted.
# expect: equal
# %%
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler


# %%
class Clip(BaseEstimator, TransformerMixin):
    def __init__(self, limit=2.0):
        self.limit = limit

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        return np.clip(X, -self.limit, self.limit)


# %%
rng = np.random.default_rng(3)
X = pd.DataFrame(rng.normal(size=(60, 4)), columns=list("abcd"))
y = (X["a"] + 0.2 * rng.normal(size=60) > 0).astype(int)
X.describe().round(3)
# %%
folds = StratifiedKFold(4, shuffle=True, random_state=1)
model = Pipeline([("clip", Clip()), ("scale", StandardScaler()), ("fit", LogisticRegression())])
scores = cross_val_score(model, X, y, cv=folds)
print(scores.round(3))
# %%
best = model
best.set_params(clip__limit=1.0)
# %%
best.fit(X, y)
print(best is model, model.named_steps["fit"].coef_.round(4))
# %%
isinstance(model[0], Clip), model.score(X, y)
# %%
scaler = model.named_steps["scale"]
scaler.mean_ += 100
(model.predict(X) != y).sum()

# Estimators without random_state draw from numpy's global generator.
# expect: equal
# %%
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

np.random.seed(4)
# %%
X = np.random.normal(size=(50, 3))
y = (X[:, 0] > 0).astype(int)
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y)
# %%
forest = RandomForestClassifier(n_estimators=4).fit(X_train, y_train)
# %%
print(forest.predict_proba(X_test)[:3], forest.score(X_test, y_test))
# %%
print(np.random.rand(), [tree.tree_.node_count for tree in forest.estimators_])

# xgboost and lightgbm models that are trained on, looked at, and predict in other steps.
# expect: equal
# %%
import lightgbm as lgb
import numpy as np
import xgboost as xgb

rng = np.random.default_rng(0)
X = rng.normal(size=(60, 3))
y = (X[:, 0] + X[:, 1] > 0).astype(int)
# %%
boosted = xgb.XGBClassifier(n_estimators=3, max_depth=2, random_state=0, n_jobs=1)
boosted.fit(X, y)
# %%
light = lgb.LGBMRegressor(n_estimators=3, num_leaves=4, min_child_samples=5, verbose=-1, n_jobs=1)
light.fit(X, y)
# %%
print(boosted.predict(X[:5]), boosted.get_booster().num_boosted_rounds())
# %%
boosted.fit(X, y, xgb_model=boosted.get_booster())
# %%
print(boosted.get_booster().num_boosted_rounds(), light.predict(X[:2]).round(6), light.n_features_)
# %%
boosted.set_params(n_estimators=5)
matrix = xgb.DMatrix(X, label=y)
booster = xgb.train({"max_depth": 2, "nthread": 1}, matrix, num_boost_round=2)
print(booster.predict(matrix)[:2].round(5))
# %%
booster.set_attr(note="kept")
boosted.n_estimators, light.booster_.num_trees()
# %%
booster.attr("note"), booster.num_boosted_rounds()

"""Fitted models of scikit-learn, xgboost and lightgbm."""

import functools
import re

import numpy as np
import pandas as pd

rng = np.random.default_rng(0)
X = pd.DataFrame(rng.normal(size=(80, 4)), columns=list("abcd"))
X["k"] = pd.Categorical(np.resize(list("xyz"), 80))
NUMBERS = X[list("abcd")]
Y = (NUMBERS["a"] > 0).astype(int)


def _pipeline():
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    columns = ColumnTransformer(
        [("n", StandardScaler(), list("abcd")), ("k", OneHotEncoder(), ["k"])]
    )
    return make_pipeline(columns, LogisticRegression(random_state=np.random.RandomState(3))).fit(
        X, Y
    )


def _forest():
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(10, random_state=0).fit(NUMBERS, Y)


def _search():
    from sklearn.model_selection import GridSearchCV
    from sklearn.tree import DecisionTreeClassifier

    return GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [1, 2]}, cv=2).fit(
        NUMBERS, Y
    )


def _neighbours():
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier().fit(NUMBERS.to_numpy(), Y)


def _boosted():
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(max_iter=5, categorical_features="from_dtype").fit(X, Y)


def _booster():
    import xgboost

    data = xgboost.DMatrix(NUMBERS, Y)
    return xgboost.train({"max_depth": 2, "nthread": 1}, data, num_boost_round=3)


def _xgb():
    import xgboost

    return xgboost.XGBClassifier(n_estimators=3, n_jobs=1).fit(NUMBERS, Y)


def _lightgbm_booster():
    import lightgbm

    data = lightgbm.Dataset(X, Y)
    return lightgbm.train(
        {"verbose": -1, "num_threads": 1, "min_data_in_leaf": 2}, data, num_boost_round=3
    )


def _lgbm():
    import lightgbm

    return lightgbm.LGBMClassifier(n_estimators=3, n_jobs=1, verbose=-1).fit(X, Y)


def _booster_told(model):
    return (
        model.get_dump(),
        model.feature_names,
        model.attributes(),
        model.num_boosted_rounds(),
        model.save_config(),
    )


def _lightgbm_told(model):
    return (
        model.model_to_string(),
        model.params,
        model.best_iteration,
        model.pandas_categorical,
        model.predict(X).tolist(),
        model.feature_name(),
    )


def _estimator_told(model, data=NUMBERS):
    return (
        re.sub("0x[0-9A-F]+", "", str(model.get_params())),
        model.predict_proba(data).tolist(),
        sorted(vars(model)),
    )


CASES = {
    "pipeline": (_pipeline, functools.partial(_estimator_told, data=X)),
    "forest": (_forest, _estimator_told),
    "search": (_search, _estimator_told),
    "neighbours": (_neighbours, functools.partial(_estimator_told, data=NUMBERS.to_numpy())),
    "boosted": (_boosted, functools.partial(_estimator_told, data=X)),
    "xgboost booster": (_booster, _booster_told),
    "xgboost estimator": (_xgb, _estimator_told),
    "lightgbm booster": (_lightgbm_booster, _lightgbm_told),
    "lightgbm estimator": (_lgbm, functools.partial(_estimator_told, data=X)),
}

# A grid search whose results, best estimator and thresholds are used by later cells.
# expect: equal
# %%
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
# %%
iris = load_iris(as_frame=True)
frame = iris.frame.iloc[::3].rename(columns=lambda name: name.split(" (")[0])
frame["big"] = (frame["petal length"] > 4).map({True: "yes", False: "no"})
y = frame.pop("target")
# %%
def halve(values):
    return values / divisor


divisor = 2
prepare = ColumnTransformer(
    [
        ("num", make_pipeline(SimpleImputer(), FunctionTransformer(halve), StandardScaler()), ["petal length", "sepal width"]),
        ("cat", OneHotEncoder(), ["big"]),
    ]
)
# %%
search = GridSearchCV(make_pipeline(prepare, KNeighborsClassifier()), {"kneighborsclassifier__n_neighbors": [1, 3]}, cv=KFold(3, shuffle=True, random_state=0))
# %%
search.fit(frame, y)
print(search.best_params_, round(search.best_score_, 3))
# %%
results = pd.DataFrame(search.cv_results_).filter(like="mean_test")
results.round(3)
# %%
best = search.best_estimator_
knn = best[-1]
knn.n_neighbors = 5
# %%
print(search.best_estimator_[-1].n_neighbors, best.predict(frame.head(4)), prepare is best[0])
# %%
divisor = 4
best.predict(frame.iloc[::10])

# Models dumped with joblib, and compressed arrays of numpy.
# expect: equal
# %%
from pathlib import Path

import joblib
import numpy as np
from sklearn.cluster import KMeans
# %%
X = np.vstack([np.zeros((5, 2)), np.ones((5, 2))])
model = KMeans(2, n_init=1, random_state=0).fit(X)
Path("models").mkdir()
# %%
joblib.dump(model, "models/kmeans.joblib")
np.savez_compressed("models/data.npz", X=X, labels=model.labels_)
# %%
model.cluster_centers_ += 5
# %%
loaded = joblib.load("models/kmeans.joblib")
with np.load("models/data.npz") as data:
    print(sorted(data.files), (data["labels"] == loaded.labels_).all())
# %%
print(loaded.cluster_centers_.sum(), model.cluster_centers_.sum())
memmap = np.memmap("models/raw.bin", dtype="f4", mode="w+", shape=(3,))
memmap[:] = 7
memmap.flush()
# %%
np.fromfile("models/raw.bin", dtype="f4"), sorted(p.name for p in Path("models").iterdir())

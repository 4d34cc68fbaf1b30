"""How good a classifier's probabilities are."""

import numpy as np
from sklearn.metrics import f1_score, precision_score, recall_score, roc_auc_score


def score(truth, probability, *, thresholds):
    """Area under the ROC curve, and precision and recall at the threshold with the best F1."""
    best = max(thresholds, key=lambda threshold: f1_score(truth, probability >= threshold))
    return {
        "auc": roc_auc_score(truth, probability),
        "threshold": best,
        "precision": precision_score(truth, probability >= best),
        "recall": recall_score(truth, probability >= best),
    }


def interval(truth, probability, *, seed, draws=200):
    """The 2.5 and 97.5 percentiles of the area under the curve over bootstrap samples."""
    rng = np.random.default_rng(seed)
    areas = []
    while len(areas) < draws:
        rows = rng.integers(len(truth), size=len(truth))
        if truth[rows].min() != truth[rows].max():
            areas.append(roc_auc_score(truth[rows], probability[rows]))
    return tuple(np.percentile(areas, [2.5, 97.5]))

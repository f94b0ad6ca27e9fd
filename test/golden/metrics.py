"""Metrics by scikit-learn: inputs and values of metrics.json.

    python3 -m venv venv && venv/bin/pip install scikit-learn==1.9.1
    venv/bin/python test/golden/metrics.py > test/golden/metrics.json && npx biome format --write test/golden/metrics.json
"""
import json
import warnings

import numpy as np
import sklearn
from sklearn import metrics as m

warnings.simplefilter("ignore")
draws = np.random.default_rng(20)


def classes(rows, count, ties):
    targets = draws.integers(0, count, rows)
    targets[:count] = np.arange(count)
    scores = draws.random((rows, count))
    scores[np.arange(rows), targets] += 0.4
    if ties:
        # Multiples of 1/8 that sum to 1 in every row, as scikit-learn asks of probabilities: many equal scores.
        scores = np.array([draws.multinomial(8, row / row.sum()) / 8 for row in scores])
    else:
        scores = scores / scores.sum(axis=1, keepdims=True)
    predictions = scores.argmax(axis=1)
    one = scores[:, 1] if count == 2 else scores
    averages = ["macro", "micro"] + (["binary"] if count == 2 else [])
    measures = {"precision": m.precision_score, "recall": m.recall_score, "f1": m.f1_score}
    labels = list(range(count))
    case = {
        "targets": targets.tolist(),
        "scores": scores.tolist(),
        "predictions": predictions.tolist(),
        "accuracy": m.accuracy_score(targets, predictions),
        "confusion": m.confusion_matrix(targets, predictions, labels=labels).tolist(),
        "auroc": m.roc_auc_score(targets, one, multi_class="ovr", average="macro"),
        "perClass": {name: f(targets, predictions, labels=labels, average=None, zero_division=0).tolist() for name, f in measures.items()},
        "averages": {
            average: {
                str(zero): {name: f(targets, predictions, average=average, zero_division=zero) for name, f in measures.items()}
                for zero in (0, 1)
            }
            for average in averages
        },
    }
    if not ties and count > 2:
        case["topK"] = {str(k): m.top_k_accuracy_score(targets, scores, k=k, labels=labels) for k in range(1, count)}
    return case


def rare():
    """Classes that are never predicted or never meant, and one that is neither."""
    targets = [0, 0, 1, 1, 4, 0]
    predictions = [0, 1, 1, 2, 0, 0]
    measures = {"precision": m.precision_score, "recall": m.recall_score, "f1": m.f1_score}
    return {
        "targets": targets,
        "predictions": predictions,
        "averages": {
            average: {
                str(zero): {name: f(targets, predictions, average=average, zero_division=zero) for name, f in measures.items()}
                for zero in (0, 1)
            }
            for average in ("macro", "micro")
        },
    }


def one_class(target, prediction):
    measures = {"precision": m.precision_score, "recall": m.recall_score, "f1": m.f1_score}
    targets, predictions = [target] * 3, [prediction] * 3
    return {
        "targets": targets,
        "predictions": predictions,
        "averages": {
            "binary": {
                str(zero): {name: f(targets, predictions, zero_division=zero) for name, f in measures.items()} for zero in (0, 1)
            }
        },
    }


def values(rows, outputs, constant=False):
    targets = draws.normal(3, 2, (rows, outputs))
    if constant:
        targets[:, 0] = 0.25  # of 0.1 the mean is not 0.1, and scikit-learn divides by what is left
    predictions = targets + draws.normal(0.2, 1, (rows, outputs))
    return {
        "targets": targets.tolist(),
        "predictions": predictions.tolist(),
        "rmse": m.root_mean_squared_error(targets, predictions),
        "mae": m.mean_absolute_error(targets, predictions),
        "r2": m.r2_score(targets, predictions),
    }


print(
    json.dumps(
        {
            "scikit-learn": sklearn.__version__,
            "classes": [classes(24, 2, False), classes(24, 2, True), classes(30, 3, False), classes(30, 3, True), classes(40, 6, False)],
            "averages": [rare(), one_class(0, 0), one_class(0, 1), one_class(1, 0), one_class(1, 1)],
            "values": [values(12, 1), values(15, 3), values(8, 2, constant=True)],
        }
    )
)

"""Accuracy of scikit-learn's MLPClassifier with its defaults on folds that compare-tables.mjs has prepared.

python mlp_classifier.py FOLDER...: prints {"versions": ..., "accuracies": [...]}, an accuracy per folder.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier


def part(folder: Path, name: str) -> tuple[numpy.ndarray, numpy.ndarray]:
    y = numpy.fromfile(folder / f"{name}.y", dtype="<i4")
    return numpy.fromfile(folder / f"{name}.x", dtype="<f4").reshape(len(y), -1), y


def accuracy(folder: Path) -> float:
    seed = json.loads((folder / "fold.json").read_text())["seed"]
    model = MLPClassifier(random_state=seed)
    with warnings.catch_warnings():
        # Its 200 epochs end before its loss stands still; its defaults are what is compared.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(*part(folder, "train"))
    return float(model.score(*part(folder, "test")))


versions = f"scikit-learn {sklearn.__version__}, NumPy {numpy.__version__}, Python {sys.version.split()[0]}"
print(json.dumps({"versions": versions, "accuracies": [accuracy(Path(folder)) for folder in sys.argv[1:]]}))

"""Statistics over samples, calibration and risk by NumPy, SciPy and scikit-learn: inputs and values of uncertainty.json.

    python3 -m venv venv && venv/bin/pip install scikit-learn==1.9.1 scipy==1.17.1
    venv/bin/python test/golden/uncertainty.py > test/golden/uncertainty.json

The calibration errors are computed as netcal and the papers have them, by np.histogram over the edges and np.array_split over the
sorted rows; scikit-learn has none.
"""
import json

import numpy as np
from scipy import optimize, special, stats
from sklearn import metrics

draws = np.random.default_rng(7)


def binary(p):
    return np.concatenate([1 - p, p], axis=-1) if p.shape[-1] == 1 else p


def classes(samples, rows, columns):
    logits = 2 * draws.standard_normal((samples, rows, columns))
    p = special.softmax(logits, axis=-1) if columns > 1 else special.expit(logits)
    mean = p.mean(axis=0)
    votes = binary(p).argmax(axis=-1)
    most = stats.mode(votes, axis=0).count
    entropy = stats.entropy(binary(mean), axis=-1)
    expected = stats.entropy(binary(p), axis=-1).mean(axis=0)
    levels = [0, 0.05, 0.3, 0.5, 0.95, 1]
    return {
        "samples": p.tolist(),
        "mean": mean.tolist(),
        "variance": p.var(axis=0).tolist(),
        "deviation": p.std(axis=0).tolist(),
        "levels": levels,
        "quantiles": [np.quantile(p, level, axis=0).tolist() for level in levels],
        "entropy": entropy.tolist(),
        "expectedEntropy": expected.tolist(),
        "mutualInformation": (entropy - expected).tolist(),
        "variationRatio": (1 - most / samples).tolist(),
    }


def log_likelihood(targets, samples, tau):
    squared = ((targets - samples) ** 2).sum(axis=-1)
    T, _, D = samples.shape
    rows = special.logsumexp(-tau / 2 * squared, axis=0) - np.log(T) - D / 2 * np.log(2 * np.pi) + D / 2 * np.log(tau)
    return rows.mean()


def numbers(samples, rows, outputs, noise):
    truth = draws.standard_normal((rows, outputs))
    y = truth + noise * draws.standard_normal((rows, outputs))
    predicted = truth + 0.5 * draws.standard_normal((samples, rows, outputs))
    grid = np.linspace(-8, 8, 400)
    start = grid[np.argmax([log_likelihood(y, predicted, np.exp(g)) for g in grid])]
    best = optimize.minimize_scalar(
        lambda g: -log_likelihood(y, predicted, np.exp(g)), bounds=(start - 0.1, start + 0.1), method="bounded", options={"xatol": 1e-12}
    )
    tau = 0.7
    u = stats.norm.cdf(np.sqrt(tau) * (y - predicted)).mean(axis=0)
    gaussian = stats.norm.cdf(y, predicted.mean(axis=0), 1.3 * predicted.std(axis=0))
    levels = [0.1, 0.5, 0.8, 0.95]
    return {
        "targets": y.tolist(),
        "samples": predicted.tolist(),
        "logLikelihoods": {str(t): log_likelihood(y, predicted, t) for t in (0.01, 0.7, 5, 300)},
        "chosen": {"tau": float(np.exp(best.x)), "logLikelihood": -best.fun},
        "tau": tau,
        "integral": u.ravel().tolist(),
        "factor": 1.3,
        "gaussianIntegral": gaussian.ravel().tolist(),
        "levels": levels,
        "coverage": [float((np.abs(2 * u - 1) <= level).mean()) for level in levels],
    }


def calibration(rows, columns):
    logits = 3 * draws.standard_normal((rows, columns))
    p = special.softmax(logits, axis=-1) if columns > 1 else special.expit(logits)
    both = binary(p)
    # Right about as often as a network that is too sure.
    cooler = special.softmax(logits / 2, axis=-1) if columns > 1 else binary(special.expit(logits / 2))
    targets = np.array([draws.choice(len(row), p=row) for row in cooler])
    top, confidence = both.argmax(axis=-1), both.max(axis=-1)
    right = top == targets

    def error(groups):
        return float(sum(len(g) / rows * abs(right[g].mean() - confidence[g].mean()) for g in groups if len(g)))

    def widths(bins):
        which = np.ceil(confidence * bins).astype(int)
        return [np.flatnonzero(which == b) for b in range(1, bins + 1)]

    def counts(bins):
        order = np.argsort(confidence, kind="stable")
        ends = [b * rows // bins for b in range(bins + 1)]
        return [order[a:b] for a, b in zip(ends, ends[1:])]

    def nll(b):
        z = logits if columns > 1 else np.concatenate([np.zeros_like(logits), logits], axis=-1)
        return -special.log_softmax(b * z, axis=-1)[np.arange(rows), targets].mean()

    best = optimize.minimize_scalar(nll, bounds=(1e-3, 10), method="bounded", options={"xatol": 1e-13})
    scaled = special.softmax(logits / 1.7, axis=-1) if columns > 1 else special.expit(logits / 1.7)
    one_hot = np.eye(both.shape[1])[targets]
    uncertainty = stats.entropy(both, axis=-1)
    order = np.argsort(uncertainty)
    risks = np.cumsum(~right[order]) / np.arange(1, rows + 1)
    return {
        "targets": targets.tolist(),
        "logits": logits.tolist(),
        "probabilities": p.tolist(),
        "brier": float(((both - one_hot) ** 2).sum(axis=1).mean()),
        "sklearnBrier": float(metrics.brier_score_loss(targets, both[:, 1])) if columns < 3 else None,
        "nll": float(metrics.log_loss(targets, both, labels=list(range(both.shape[1])))),
        "equalWidth": {str(b): error(widths(b)) for b in (1, 5, 15)},
        "equalCount": {str(b): error(counts(b)) for b in (1, 5, 15)},
        "temperature": {"temperature": 1 / best.x, "negativeLogLikelihood": float(best.fun), "before": float(nll(1))},
        "scaledBy": 1.7,
        "scaled": scaled.tolist(),
        "losses": (~right).astype(int).tolist(),
        "uncertainties": uncertainty.tolist(),
        "risks": risks.tolist(),
        "area": float(risks.mean()),
    }


print(
    json.dumps(
        {
            "erfc": [[x, float(special.erfc(x))] for x in (0, 1e-300, 0.1, -0.3, 0.46875, 0.47, 1, -1.5, 2.5, 4, 4.1, 7, 10, 25, -3)],
            "classes": [classes(7, 4, 3), classes(5, 6, 1), classes(1, 2, 10)],
            "numbers": [numbers(20, 12, 1, 0.7), numbers(9, 8, 2, 1.5)],
            "calibration": [calibration(60, 4), calibration(50, 1), calibration(40, 2)],
        }
    )
)

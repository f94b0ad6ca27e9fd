"""Activations and losses as PyTorch computes them at double precision, forward and gradient, for pytorch-functions.test.ts.

    python3 -m venv venv && venv/bin/pip install torch numpy
    venv/bin/python test/golden/pytorch-functions.py > test/golden/pytorch-functions.json

Last run with torch 2.15.0. Inputs are numbers that single precision holds.
"""

import json

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def singles(values):
    return torch.tensor(values, dtype=torch.float32).double()


POINTS = singles(
    [0.0, 1e-30, -1e-30, 1e-6, -1e-6, 0.01, -0.01, 0.1, -0.1, 0.3, -0.3, 0.46875, -0.5, 0.7, -0.75179, 0.9, -1.0, 1.2785, -1.2785]
    + [1.5, -1.7, 2.0, -2.5, 2.828, -2.829, 3.3, -3.7, 4.5, -5.0, 5.657, -5.66, 7.0, -8.0, 9.01, -10.0, 12.0, -13.0, 17.0, -17.0]
    + [20.5, -20.5, 40.0, -40.0, 87.0, -87.0, 100.0, -100.0]
)

ACTIVATIONS = [
    ("leakyRelu", 0.01, lambda x: F.leaky_relu(x, 0.01)),
    ("leakyRelu", 0.3, lambda x: F.leaky_relu(x, 0.3)),
    ("elu", 1.0, F.elu),
    ("elu", 0.5, lambda x: F.elu(x, 0.5)),
    ("selu", 0.0, F.selu),
    ("gelu", 0.0, F.gelu),
    ("geluTanh", 0.0, lambda x: F.gelu(x, approximate="tanh")),
    ("sigmoid", 0.0, torch.sigmoid),
    ("tanh", 0.0, torch.tanh),
    # Beyond its threshold PyTorch takes x itself, 2e-9 beside log(1 + exp(x)).
    ("softplus", 0.0, lambda x: F.softplus(x, threshold=700)),
    ("swish", 0.0, F.silu),
]


def activation(name, parameter, function):
    x = POINTS.clone().requires_grad_()
    y = function(x)
    y.sum().backward()
    return {"name": name, "parameter": parameter, "x": x.tolist(), "y": y.tolist(), "dx": x.grad.tolist()}


N = 4
LOGITS = singles(
    [[0.0, 0.0, 0.0, 0.0], [1.5, -0.25, 0.3, 2.0], [10.0, -10.0, 20.0, -30.0], [1e4, -1e4, 3.0, 0.0]]
    + [[-1e4, 1e4, -5.0, 5.0], [-0.7, 0.1, -2.5, 0.9], [1e-6, -1e-6, 100.0, -100.0]]
)
B = len(LOGITS)
CLASSES = torch.tensor([2, 3, 2, 1, 1, 0, 3])
PROBABILITIES = singles(
    [[0.0, 1.0, 0.5, 0.3], [1.0, 0.0, 0.25, 1.0], [1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.1, 0.9]]
    + [[0.0, 1.0, 1.0, 0.0], [0.6, 0.4, 0.0, 1.0], [1.0, 0.0, 0.0, 0.75]]
)
NUMBERS = singles(
    [[0.0, 1.0, -1.0, 0.25], [1.0, 0.25, 0.3, 3.5], [9.5, -11.0, 20.5, -30.1], [1e3, 0.0, 3.0, 0.001]]
    + [[0.0, -1.0, 2.0, 5.0], [0.7, -0.1, 2.5, -0.9], [0.0, 0.0, 99.0, -102.0]]
)
WEIGHTS = singles([1.0, 0.5, 2.0, 0.25, 0.0, 3.7, 1.25])

LOSSES = [
    ("crossEntropy", 0.0, CLASSES, lambda z, t: F.cross_entropy(z, t, reduction="none")),
    ("crossEntropy", 0.1, CLASSES, lambda z, t: F.cross_entropy(z, t, reduction="none", label_smoothing=0.1)),
    ("binaryCrossEntropy", 0.0, PROBABILITIES, lambda z, t: F.binary_cross_entropy_with_logits(z, t, reduction="none").mean(1)),
    ("meanSquaredError", 0.0, NUMBERS, lambda z, t: F.mse_loss(z, t, reduction="none").mean(1)),
    ("meanAbsoluteError", 0.0, NUMBERS, lambda z, t: F.l1_loss(z, t, reduction="none").mean(1)),
    ("huber", 1.0, NUMBERS, lambda z, t: F.huber_loss(z, t, reduction="none", delta=1.0).mean(1)),
    ("huber", 0.3, NUMBERS, lambda z, t: F.huber_loss(z, t, reduction="none", delta=0.3).mean(1)),
]


def loss(name, setting, targets, function):
    """Row losses times their weights; the gradient is that of their sum, divided by the rows."""
    z = LOGITS.clone().requires_grad_()
    losses = function(z, targets) * WEIGHTS
    (losses.sum() / B).backward()
    numbers = {"z": z, "targets": targets, "weights": WEIGHTS, "losses": losses, "gradient": z.grad}
    return {"name": name, "setting": setting, "B": B, "N": N} | {key: value.flatten().tolist() for key, value in numbers.items()}


def lines(records):
    return ",\n".join(json.dumps(record) for record in records)


print(f'{{"torch": "{torch.__version__.split("+")[0]}",')
print(f'"activations": [\n{lines(activation(*each) for each in ACTIVATIONS)}\n],')
print(f'"losses": [\n{lines(loss(*each) for each in LOSSES)}\n]}}')

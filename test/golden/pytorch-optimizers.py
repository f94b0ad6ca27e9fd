"""Weights after 1 and after 20 steps of PyTorch's optimizers, in double precision, on a line fitted to six points.

    pip install torch
    python test/golden/pytorch-optimizers.py > test/golden/pytorch-optimizers.json

Options have drowse's names. As in drowse, only the weight decays, not the bias.
"""

import json

import torch

x = [[(7 * row + 5 * column) % 16 / 8 - 1 for column in range(3)] for row in range(6)]
y = [[(3 * row + 11 * column) % 13 / 4 - 1.5 for column in range(2)] for row in range(6)]
weight = [[0.5, -0.25, 0.125], [-1.0, 0.75, 0.0]]
bias = [0.25, -0.5]

OPTIMIZERS = {
    "sgd": (torch.optim.SGD, {"momentum": "momentum", "nesterov": "nesterov"}),
    "adam": (torch.optim.Adam, {"epsilon": "eps"}),
    "adamW": (torch.optim.AdamW, {"epsilon": "eps"}),
    "rmsprop": (torch.optim.RMSprop, {"rho": "alpha", "momentum": "momentum", "epsilon": "eps"}),
    "adagrad": (torch.optim.Adagrad, {"epsilon": "eps"}),
}

RUNS = [
    ("sgd", {"learningRate": 0.1}),
    ("sgd", {"learningRate": 0.1, "l2": 0.02}),
    ("sgd", {"learningRate": 0.05, "momentum": 0.9}),
    ("sgd", {"learningRate": 0.05, "momentum": 0.9, "l2": 0.02}),
    ("sgd", {"learningRate": 0.05, "momentum": 0.9, "nesterov": True}),
    ("sgd", {"learningRate": 0.05, "momentum": 0.8, "nesterov": True, "l2": 0.02}),
    ("sgd", {"learningRate": 0.05, "momentum": 0.9, "clipValue": 0.25}),
    ("adam", {}),
    ("adam", {"learningRate": 0.05, "l2": 0.1}),
    ("adam", {"learningRate": 0.02, "beta1": 0.8, "beta2": 0.95, "epsilon": 0.001}),
    ("adam", {"learningRate": 0.05, "clipValue": 0.25}),
    ("adamW", {}),
    ("adamW", {"learningRate": 0.05, "weightDecay": 0.5}),
    ("adamW", {"learningRate": 0.05, "weightDecay": 0}),
    ("rmsprop", {"learningRate": 0.01}),
    ("rmsprop", {"learningRate": 0.01, "rho": 0.9, "l2": 0.1}),
    ("rmsprop", {"learningRate": 0.002, "momentum": 0.9}),
    ("rmsprop", {"learningRate": 0.002, "rho": 0.9, "momentum": 0.8, "epsilon": 0.001, "l2": 0.1}),
    ("adagrad", {"learningRate": 0.1}),
    ("adagrad", {"learningRate": 0.1, "l2": 0.1, "epsilon": 0.01}),
]


def run(kind, options):
    make, names = OPTIMIZERS[kind]
    parameters = [torch.tensor(values, dtype=torch.float64, requires_grad=True) for values in (weight, bias)]
    settings = {name: options[ours] for ours, name in names.items() if ours in options}
    if "learningRate" in options:
        settings["lr"] = options["learningRate"]
    if "beta1" in options:
        settings["betas"] = (options["beta1"], options["beta2"])
    decay = options.get("weightDecay", 0.01) if kind == "adamW" else options.get("l2", 0)
    groups = [
        {"params": parameters[:1], "weight_decay": decay},
        {"params": parameters[1:], "weight_decay": 0},
    ]
    optimizer = make(groups, **settings)
    inputs, targets = torch.tensor(x, dtype=torch.float64), torch.tensor(y, dtype=torch.float64)
    after = {}
    for step in range(1, 21):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(torch.nn.functional.linear(inputs, *parameters), targets).backward()
        if "clipValue" in options:
            torch.nn.utils.clip_grad_value_(parameters, options["clipValue"])
        optimizer.step()
        if step in (1, 20):
            after[step] = dict(zip(("weight", "bias"), (p.detach().tolist() for p in parameters)))
    return {"optimizer": kind, "options": options, "after": after}


runs = ",\n".join(f"    {json.dumps(run(*each))}" for each in RUNS)
problem = {"x": x, "y": y, "weight": weight, "bias": bias}
print(f'{{\n  "torch": "{torch.__version__.split("+")[0]}",\n  "problem": {json.dumps(problem)},\n  "runs": [\n{runs}\n  ]\n}}')

"""Batch and layer normalisation as PyTorch computes them at double precision, for pytorch-norms.test.ts.

    python3 -m venv venv && venv/bin/pip install torch numpy
    venv/bin/python test/golden/pytorch-norms.py > test/golden/pytorch-norms.json

Last run with torch 2.15.0. Inputs are numbers that single precision holds.
"""

import json

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(7)


def singles(*shape, scale=1.0, shift=0.0):
    values = torch.randn(*shape, generator=generator) * scale + shift
    return values.float().double()


def numbers_of(module):
    return {name: values.flatten().tolist() for name, values in module.state_dict().items() if not name.endswith("num_batches_tracked")}


def flat(values):
    return values.detach().flatten().tolist()


def layer(kind, B, N, module, scale, shift):
    """One training step of a layer alone, with random parameters and gradient, and what it predicts afterwards."""
    x = singles(B, N, scale=scale, shift=shift).requires_grad_()
    d = singles(B, N)
    with torch.no_grad():
        module.weight.copy_(singles(N, shift=1.0))
        module.bias.copy_(singles(N))
        if kind == "batchNorm":
            module.running_mean.copy_(singles(N))
            module.running_var.copy_(singles(N).abs())
    before = numbers_of(module)
    y = module(x)
    y.backward(d)
    made = {"kind": kind, "B": B, "N": N, "epsilon": module.eps, "momentum": getattr(module, "momentum", 0), "before": before}
    made |= {"x": flat(x), "d": flat(d), "y": flat(y), "dx": flat(x.grad)}
    made |= {"weightGradient": flat(module.weight.grad), "biasGradient": flat(module.bias.grad), "after": numbers_of(module)}
    return made | {"predicted": flat(module.eval()(x))}


def training():
    """Six steps of stochastic gradient descent; weight decay is of the weights of the products alone."""
    network = nn.Sequential(nn.Linear(5, 9), nn.BatchNorm1d(9), nn.ReLU(), nn.Linear(9, 6), nn.LayerNorm(6), nn.Linear(6, 3))
    with torch.no_grad():
        for values in network.parameters():
            values.copy_(values.float().double())
    initial = numbers_of(network)
    products = [network[at].weight for at in (0, 3, 5)]
    others = [values for values in network.parameters() if all(values is not product for product in products)]
    groups = [{"params": products, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.9)
    x = singles(24, 5, scale=2.0, shift=0.5)
    y = torch.randint(0, 3, (24,), generator=generator)
    losses = []
    for step in range(6):
        rows = slice(8 * (step % 3), 8 * (step % 3) + 8)
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(network(x[rows]), y[rows])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    final = numbers_of(network)
    logits = flat(network.eval()(x))
    return {"x": flat(x), "y": y.tolist(), "initial": initial, "losses": losses, "final": final, "logits": logits}


torch.manual_seed(3)
layers = [
    layer("batchNorm", 2, 3, nn.BatchNorm1d(3), 1.0, 0.0),
    layer("batchNorm", 7, 5, nn.BatchNorm1d(5), 3.0, 10.0),
    layer("batchNorm", 16, 9, nn.BatchNorm1d(9, momentum=0.3, eps=0.01), 0.01, 0.0),
    layer("batchNorm", 5, 4, nn.BatchNorm1d(4, momentum=1.0), 1.0, -2.0),
    layer("layerNorm", 1, 3, nn.LayerNorm(3), 1.0, 0.0),
    layer("layerNorm", 6, 7, nn.LayerNorm(7), 2.0, 5.0),
    layer("layerNorm", 4, 12, nn.LayerNorm(12, eps=0.1), 0.1, 0.0),
]
print(f'{{"torch": "{torch.__version__.split("+")[0]}",')
print('"layers": [\n' + ",\n".join(json.dumps(each) for each in layers) + "\n],")
print(f'"training": {json.dumps(training())}}}')

"""Model files in PyTorch: a torch.nn.Sequential of the layers that a file names gets the file's tensors.

    python3 test/python/torch_sequential.py < job.json

The job: {"model": a model's file, "x": rows of inputs, "out": a file to write}. Printed are the logits of these rows; and those with other
weights, which are drawn, saved as a state dict in safetensors, in several types of numbers, and loaded again in single precision.
"""
import json
import sys

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

MODULES = {
    "dense": lambda layer, size: torch.nn.Linear(size, layer["units"], bias=layer["bias"]),
    "dropout": lambda layer, size: torch.nn.Dropout(layer["rate"]),
    "relu": lambda layer, size: torch.nn.ReLU(),
    "leakyRelu": lambda layer, size: torch.nn.LeakyReLU(layer["slope"]),
    "elu": lambda layer, size: torch.nn.ELU(layer["alpha"]),
    "selu": lambda layer, size: torch.nn.SELU(),
    "gelu": lambda layer, size: torch.nn.GELU(approximate=layer["approximation"]),
    "sigmoid": lambda layer, size: torch.nn.Sigmoid(),
    "tanh": lambda layer, size: torch.nn.Tanh(),
    "softplus": lambda layer, size: torch.nn.Softplus(),
    "swish": lambda layer, size: torch.nn.SiLU(),
    "alphaDropout": lambda layer, size: torch.nn.AlphaDropout(layer["rate"]),
    "batchNorm": lambda layer, size: torch.nn.BatchNorm1d(size, eps=layer["epsilon"]),
    "layerNorm": lambda layer, size: torch.nn.LayerNorm(size, eps=layer["epsilon"]),
}


def sequential(path):
    with safe_open(path, framework="pt") as file:
        graph = json.loads(file.metadata()["graph"])
    (size,) = graph["input"]
    modules = []
    for layer in graph["nodes"]:
        modules.append(MODULES[layer["kind"]](layer, size))
        size = layer.get("units", size)
    return torch.nn.Sequential(*modules).eval()


job = json.load(sys.stdin)
model = sequential(job["model"])
x = torch.tensor(job["x"], dtype=torch.float32)
with torch.no_grad():
    model.load_state_dict(load_file(job["model"]))
    logits = model(x)
    torch.manual_seed(5)
    types = [torch.float32, torch.float64, torch.float16, torch.bfloat16]
    state = {}
    for index, (name, tensor) in enumerate(model.state_dict().items()):
        if not tensor.is_floating_point():
            state[name] = tensor
            continue
        drawn = torch.rand(tensor.shape, dtype=torch.float64) - (0 if name.endswith("running_var") else 0.5)
        state[name] = drawn.to(types[index % len(types)])
    save_file(state, job["out"])
    model.load_state_dict({name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in state.items()})
    imported = model(x)
print(json.dumps({"logits": logits.tolist(), "imported": imported.tolist()}))

"""PyTorch as a contestant, in the plain training loop of its tutorials. The line protocol: serve.mjs."""

import ctypes
import json
import re
import sys
import time

import torch
from torch import nn


def numbers(path, dtype):
    return torch.frombuffer(bytearray(open(path, "rb").read()), dtype=dtype)


def rows_of(job):
    x = numbers(job["data"]["x"], torch.float32).view(job["data"]["rows"], -1)
    if job["loss"] == "crossEntropy":
        return x, numbers(job["data"]["y"], torch.int32).long()
    return x, numbers(job["data"]["y"], torch.float32).view(job["data"]["rows"], -1)


def network_of(job):
    layers, rates = job["layers"], job["rates"]
    modules = []
    for index in range(len(layers) - 1):
        if rates[index] > 0:
            modules.append(nn.Dropout(rates[index]))
        modules.append(nn.Linear(layers[index], layers[index + 1]))
        if index < len(layers) - 2:
            modules.append(nn.ReLU())
    network = nn.Sequential(*modules)
    if "weights" in job:
        values = numbers(job["weights"], torch.float32)
        at = 0
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.copy_(values[at : at + parameter.numel()].view_as(parameter))
                at += parameter.numel()
    return network


def training(job):
    x, y = rows_of(job)
    network = network_of(job).train()
    criterion = nn.CrossEntropyLoss() if job["loss"] == "crossEntropy" else nn.MSELoss()
    optimizer = torch.optim.SGD(network.parameters(), lr=job["learningRate"], momentum=job["momentum"])

    def batches():
        while True:
            for rows in torch.randperm(len(x)).split(job["batch"]):
                yield rows

    batch = batches()

    def run(steps):
        for _ in range(steps):
            rows = next(batch)
            optimizer.zero_grad(set_to_none=True)
            loss = criterion(network(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
        if not torch.isfinite(loss):
            raise ValueError(f"the loss is {loss.item()}")

    return run


def predicting(job):
    x, _ = rows_of(job)
    network = network_of(job).eval()
    batches = [part for part in x.split(job["batch"]) if len(part) == job["batch"]]
    at = 0

    def run(count):
        nonlocal at
        with torch.inference_mode():
            for _ in range(count):
                network(batches[at % len(batches)])
                at += 1

    return run


def multiplying(job):
    a = torch.rand(job["size"], job["size"])
    b = torch.rand(job["size"], job["size"])
    c = torch.empty(job["size"], job["size"])

    def run(count):
        for _ in range(count):
            torch.mm(a, b, out=c)

    return run


def blas():
    """The library of the products, and which of its kernels runs, as far as they tell."""
    info = re.search(r"BLAS_INFO=(\w+)", torch.__config__.show())
    name = info.group(1) if info else "unknown BLAS"
    loaded = {line.split()[-1] for line in open("/proc/self/maps")} if sys.platform == "linux" else set()
    for path in loaded:
        if "openblas" not in path.lower():
            continue
        library = ctypes.CDLL(path)
        for suffix in ("", "64_"):
            corename = getattr(library, "openblas_get_corename" + suffix, None)
            config = getattr(library, "openblas_get_config" + suffix, None)
            if corename and config:
                corename.restype = config.restype = ctypes.c_char_p
                version = " ".join(config().decode().split()[:2])
                return f"{version}, {corename().decode()} kernels"
    if name == "generic":
        used = sorted(path.rsplit("/", 1)[-1] for path in loaded if re.search(r"/lib(blas|atlas|mkl|blis)", path))
        return f"BLAS {', '.join(used) or 'unknown'}, not OpenBLAS"
    return name.upper()


def main():
    job = json.loads(sys.argv[-1])
    torch.set_num_threads(job["threads"])
    torch.manual_seed(1)
    run = {"train": training, "predict": predicting, "product": multiplying}[job["task"]](job)
    torch.mm(torch.ones(64, 64), torch.ones(64, 64))
    print("bench:" + json.dumps({"version": f"PyTorch {torch.__version__}", "detail": blas()}), flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        run(int(line))
        print("bench:" + json.dumps({"seconds": time.perf_counter() - start}), flush=True)


main()

"""ONNX files under onnx.checker and in onnxruntime.

    python3 test/python/check_onnx.py < job.json

The job: [{"file": path, "inputs": {name: {"type": "float32", "shape": [..], "data": [..]}}}, ...]. Printed are the outputs of each, by their names.
"""
import json
import sys

import numpy as np
import onnx
import onnxruntime

results = []
for case in json.load(sys.stdin):
    onnx.checker.check_model(case["file"], full_check=True)
    session = onnxruntime.InferenceSession(case["file"], providers=["CPUExecutionProvider"])
    kinds = {"float32": np.float32, "float64": np.float64, "string": object, "bool": bool}
    feeds = {
        name: np.array([np.nan if value is None else value for value in feed["data"]], dtype=kinds[feed["type"]]).reshape(feed["shape"])
        for name, feed in case["inputs"].items()
    }
    outputs = session.run(None, feeds)
    results.append({output.name: value.ravel().tolist() for output, value in zip(session.get_outputs(), outputs)})
print(json.dumps(results))

"""onnxruntime as a contestant. The line protocol: serve.mjs."""

import json
import sys
import time

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper


def model_of(job):
    """The network as it predicts: dropout is not in it."""
    layers = job["layers"]
    values = numpy.fromfile(job["weights"], numpy.float32)
    nodes, tensors, at, last = [], [], 0, "x"
    for index in range(len(layers) - 1):
        inputs, outputs = layers[index], layers[index + 1]
        for name, shape in ((f"w{index}", (outputs, inputs)), (f"b{index}", (outputs,))):
            size = int(numpy.prod(shape))
            tensors.append(numpy_helper.from_array(values[at : at + size].reshape(shape), name))
            at += size
        nodes.append(helper.make_node("Gemm", [last, f"w{index}", f"b{index}"], [f"z{index}"], transB=1))
        last = f"z{index}"
        if index < len(layers) - 2:
            nodes.append(helper.make_node("Relu", [last], [f"h{index}"]))
            last = f"h{index}"
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, layers[0]])
    y = helper.make_tensor_value_info(last, TensorProto.FLOAT, [None, layers[-1]])
    graph = helper.make_graph(nodes, "network", [x], [y], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def main():
    job = json.loads(sys.argv[-1])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = job["threads"]
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model_of(job).SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    rows, batch = job["data"]["rows"], job["batch"]
    x = numpy.fromfile(job["data"]["x"], numpy.float32).reshape(rows, -1)
    batches = [x[at : at + batch] for at in range(0, rows - batch + 1, batch)]
    at = 0
    version = {"version": f"onnxruntime {onnxruntime.__version__}", "detail": f"onnx {onnx.__version__}"}
    print("bench:" + json.dumps(version), flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            session.run(None, {"x": batches[at % len(batches)]})
            at += 1
        print("bench:" + json.dumps({"seconds": time.perf_counter() - start}), flush=True)


main()

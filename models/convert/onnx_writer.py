"""Emit a tflite_graph.Graph as an NCHW ONNX model with a free batch axis."""

import math
from collections import Counter

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8


class Writer:
    """`half` stores weights as f16 with a Cast to f32; otherwise as f32 (to test the conversion alone)."""

    def __init__(self, graph, half):
        self.graph = graph
        self.half = half
        self.nodes = []
        self.initializers = []
        self.count = Counter()
        self.names = {graph.inputs[0]: "input"}
        self.macs = 0

    # --- helpers -------------------------------------------------------

    def node(self, kind, inputs, output=None, **attributes):
        name = f"{kind.lower()}_{self.count[kind]}"
        self.count[kind] += 1
        output = output or name
        self.nodes.append(helper.make_node(kind, inputs, [output], name=name, **attributes))
        return output

    def next_name(self, kind):
        return f"{kind.lower()}_{self.count[kind]}"

    def constant(self, name, array):
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def weight(self, name, array):
        if not self.half:
            return self.constant(name, array.astype(np.float32))
        rounded = array.astype(np.float16)
        assert np.isfinite(rounded).all(), f"{name} does not fit in f16"
        self.constant(name + "_f16", rounded)
        self.nodes.append(
            helper.make_node("Cast", [name + "_f16"], [name], name=name + "_cast", to=TensorProto.FLOAT)
        )
        self.count["Cast"] += 1
        return name

    def window(self, op, kernel):
        """Explicit pads for TensorFlow's SAME rule (the odd pixel goes to the end)."""
        _, in_h, in_w, _ = self.graph.shapes[op.inputs[0]]
        strides = [op.options["StrideH"], op.options["StrideW"]]
        begin, end = [], []
        for size, k, stride in zip((in_h, in_w), kernel, strides):
            total = 0
            if op.options["Padding"] == "SAME":
                total = max((math.ceil(size / stride) - 1) * stride + k - size, 0)
            begin.append(total // 2)
            end.append(total - total // 2)
        return {"kernel_shape": list(kernel), "strides": strides, "pads": begin + end}

    # --- operators -----------------------------------------------------

    def conv(self, op):
        x, kernel, bias = op.inputs
        kernel = self.graph.constants[kernel]
        depthwise = op.kind == "DEPTHWISE_CONV_2D"
        if depthwise:  # [1, kh, kw, c] -> [c, 1, kh, kw]
            assert op.options["DepthMultiplier"] == 1
            kernel = kernel.transpose(3, 0, 1, 2)
        else:  # [o, kh, kw, i] -> [o, i, kh, kw]
            kernel = kernel.transpose(0, 3, 1, 2)
        _, out_h, out_w, out_c = self.graph.shapes[op.outputs[0]]
        self.macs += out_h * out_w * kernel.size
        name = self.next_name("Conv")
        return self.node(
            "Conv",
            [self.names[x], self.weight(name + "_w", kernel), self.weight(name + "_b", self.graph.constants[bias])],
            group=out_c if depthwise else 1,
            **self.window(op, kernel.shape[2:]),
        )

    def prelu(self, op):
        x, slope = op.inputs
        slope = self.graph.constants[slope].reshape(-1, 1, 1)
        name = self.next_name("PRelu")
        return self.node("PRelu", [self.names[x], self.weight(name + "_slope", slope)])

    def max_pool(self, op):
        window = self.window(op, [op.options["FilterHeight"], op.options["FilterWidth"]])
        return self.node("MaxPool", [self.names[op.inputs[0]]], **window)

    def pad(self, op):
        x, pads = op.inputs
        pads = self.graph.constants[pads]  # [[n0, n1], [h0, h1], [w0, w1], [c0, c1]]
        assert not pads[:3].any(), "only channel padding is expected"
        pads = pads[[0, 3, 1, 2]].T.reshape(-1).astype(np.int64)
        name = self.next_name("Pad")
        return self.node("Pad", [self.names[x], self.constant(name + "_pads", pads)], mode="constant")

    def resize(self, op):
        assert op.options == {"AlignCorners": False, "HalfPixelCenters": True}
        _, in_h, in_w, _ = self.graph.shapes[op.inputs[0]]
        _, out_h, out_w, _ = self.graph.shapes[op.outputs[0]]
        scales = np.array([1, 1, out_h / in_h, out_w / in_w], np.float32)
        name = self.next_name("Resize")
        return self.node(
            "Resize",
            [self.names[op.inputs[0]], "", self.constant(name + "_scales", scales)],
            mode="linear",
            coordinate_transformation_mode="half_pixel",
        )

    def reshape(self, op):
        shape = self.graph.shapes[op.outputs[0]]
        x = op.inputs[0]
        _, in_h, in_w, _ = self.graph.shapes[x]
        if in_h == in_w == 1 and len(shape) == 2:
            return self.names[x]  # [N, C, 1, 1]: convert() flattens it
        nhwc = self.node("Transpose", [self.names[x]], perm=[0, 2, 3, 1])
        name = self.next_name("Reshape")
        target = self.constant(name + "_shape", np.array([0, -1] + shape[2:], np.int64))
        return self.node("Reshape", [nhwc, target])

    def convert(self, outputs, features=None):
        """`outputs`: (name, shape without batch) in the order of the tflite outputs.

        `features`: the same of one more output, what the last layer reads, flattened.
        """
        g = self.graph
        handlers = {
            "CONV_2D": self.conv,
            "DEPTHWISE_CONV_2D": self.conv,
            "PRELU": self.prelu,
            "RELU": lambda op: self.node("Relu", [self.names[op.inputs[0]]]),
            "ADD": lambda op: self.node("Add", [self.names[t] for t in op.inputs]),
            "MAX_POOL_2D": self.max_pool,
            "PAD": self.pad,
            "RESIZE_BILINEAR": self.resize,
            "RESHAPE": self.reshape,
        }
        for op in g.ops:
            self.names[op.outputs[0]] = handlers[op.kind](op)
        for tensor, (name, shape) in zip(g.outputs, outputs, strict=True):
            assert math.prod(g.shapes[tensor][1:]) == math.prod(shape)
            if len(shape) == 1:
                self.node("Flatten", [self.names[tensor]], output=name, axis=1)
            else:
                last = next(n for n in self.nodes if n.output[0] == self.names[tensor])
                last.output[0] = name
        if features:
            last = next(n for n in reversed(self.nodes) if n.op_type == "Conv")
            self.node("Flatten", [last.input[0]], output=features[0], axis=1)
            outputs = [*outputs, features]
        _, height, width, channels = g.shapes[g.inputs[0]]
        graph = helper.make_graph(
            self.nodes,
            "network",
            [float_value("input", [channels, height, width])],
            [float_value(name, shape) for name, shape in outputs],
            self.initializers,
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="selfsame-convert",
        )
        onnx.checker.check_model(model, full_check=True)
        return model


def float_value(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", *shape])


def convert(graph, outputs, half=True, features=None):
    """Returns the model and the multiply-adds per image."""
    writer = Writer(graph, half)
    model = writer.convert(outputs, features)
    return model, writer.macs

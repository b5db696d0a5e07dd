"""Writes 25 small networks in the idioms of the programs that export face networks, with random weights.

    python3 networks.py OUT

Needs PyPI onnx and numpy. What each idiom is stands beside it; docs/networks.md has the table of what loads."""

import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, shape_inference

RNG = np.random.default_rng(27)


class Net:
    """A graph under construction."""

    def __init__(self, shape=(1, 3, 32, 32), opset=17, name="input", half=False):
        self.shape, self.opset, self.input, self.half = list(shape), opset, name, half
        self.nodes, self.weights, self.outputs, self.count = [], [], [], 0

    def node(self, op, *inputs, outputs=1, **attributes):
        names = [f"{op}_{self.count}" + (f"_{i}" if i else "") for i in range(outputs)]
        self.count += 1
        self.nodes.append(helper.make_node(op, list(inputs), names, name=f"/{op.lower()}/{op}_{self.count}", **attributes))
        return names[0] if outputs == 1 else names

    def const(self, array, dtype=None):
        name = f"w{len(self.weights)}"
        array = np.asarray(array)
        if array.dtype == np.float64:
            array = array.astype(np.float16 if self.half else np.float32)
        self.weights.append(numpy_helper.from_array(array if dtype is None else array.astype(dtype), name))
        return name

    def ints(self, *values):
        return self.const(np.array(values, np.int64))

    def scalar(self, value):
        return self.const(np.array(value, np.float64))

    def random(self, *shape, scale=None):
        fan = int(np.prod(shape[1:])) if len(shape) > 1 else 16
        return self.const(RNG.standard_normal(shape) * (scale or (2 / fan) ** 0.5))

    def conv(self, x, outputs, inputs, k=3, stride=1, group=1, bias=True, op="Conv", **more):
        shape = (outputs, inputs // group, k, k) if op == "Conv" else (inputs, outputs // group, k, k)
        extra = [self.random(outputs, scale=0.1)] if bias else []
        pads = more.pop("pads", [k // 2] * 4)
        return self.node(op, x, self.random(*shape), *extra, kernel_shape=[k, k], strides=[stride] * 2, pads=pads, group=group, **more)

    def norm(self, x, channels):
        mean, beta = self.random(channels, scale=0.1), self.random(channels, scale=0.1)
        gamma, variance = self.const(RNG.uniform(0.5, 1.5, channels)), self.const(RNG.uniform(0.5, 1.5, channels))
        return self.node("BatchNormalization", x, gamma, beta, mean, variance, epsilon=1e-5)

    def prelu(self, x, channels, shape=None):
        return self.node("PRelu", x, self.const(RNG.uniform(0, 0.5, shape or (channels, 1, 1))))

    def linear(self, x, outputs, inputs, op="Gemm"):
        if op == "MatMul":
            return self.node("Add", self.node("MatMul", x, self.random(inputs, outputs)), self.random(outputs, scale=0.1))
        return self.node("Gemm", x, self.random(outputs, inputs), self.random(outputs, scale=0.1), transB=1)

    def flatten_by_shape(self, x):
        """view(x.size(0), -1) as PyTorch traces it."""
        batch = self.node("Gather", self.node("Shape", x), self.const(np.array(0, np.int64)), axis=0)
        batch = self.node("Unsqueeze", batch, self.ints(0)) if self.opset >= 13 else self.node("Unsqueeze", batch, axes=[0])
        return self.node("Reshape", x, self.node("Concat", batch, self.ints(-1), axis=0))

    def model(self, *outputs, producer="pytorch", free_batch=True, free_size=False):
        kind = TensorProto.FLOAT16 if self.half else TensorProto.FLOAT
        shape = ["batch" if free_batch else 1] + self.shape[1:]
        if free_size:
            shape[2:] = ["height", "width"]
        known = [helper.make_tensor_value_info(self.input, kind, shape)]
        results = [helper.make_empty_tensor_value_info(name) for name in outputs]
        for result in results:
            result.type.tensor_type.elem_type = kind
        graph = helper.make_graph(self.nodes, "main_graph", known, results, self.weights)
        model = helper.make_model(graph, producer_name=producer, opset_imports=[helper.make_opsetid("", self.opset)])
        model.ir_version = 4 if self.opset < 10 else 8
        model = shape_inference.infer_shapes(model)
        if all(result.type.tensor_type.HasField("shape") for result in model.graph.output):
            checker.check_model(model)
        return model


def residual(n, x, channels, act):
    y = act(n, n.norm(n.conv(x, channels, channels, bias=False), channels), channels)
    return n.node("Add", n.norm(n.conv(y, channels, channels, bias=False), channels), x)


def prelu(n, x, channels):
    return n.prelu(x, channels)


def silu(n, x, channels):
    return n.node("Mul", x, n.node("Sigmoid", x))


def unit(n, x, bound=None):
    length = n.node("ReduceL2", x, axes=[1], keepdims=1) if n.opset < 18 else n.node("ReduceL2", x, n.ints(1), keepdims=1)
    if bound:
        length = n.node("Expand", n.node("Clip", length, n.scalar(1e-12)), n.node("Shape", x))
    return n.node("Div", x, length)


def iresnet_torchscript():
    """InsightFace IResNet: PyTorch's TorchScript exporter, opset 11; Flatten, Gemm, batch normalisation of features"""
    n = Net(opset=11, name="input.1")
    x = n.prelu(n.norm(n.conv(n.input, 16, 3), 16), 16)
    x = residual(n, n.norm(x, 16), 16, prelu)
    x = n.norm(n.conv(x, 16, 16, stride=2), 16)
    return n.model(n.norm(n.linear(n.node("Flatten", x, axis=1), 24, 16 * 16 * 16), 24))


def iresnet_dynamo():
    """The same by PyTorch's dynamo exporter, opset 18: Reshape to constants, weights of Identity aliases"""
    n = Net(opset=18, name="x")
    x = n.prelu(n.norm(n.conv(n.input, 16, 3), 16), 16)
    x = residual(n, x, 16, prelu)
    x = n.conv(x, 16, 16, stride=2)
    x = n.node("Reshape", x, n.ints(1, 4096), allowzero=0)
    w = n.node("Transpose", n.node("Identity", n.random(24, 4096)), perm=[1, 0])
    return n.model(n.node("Add", n.node("MatMul", x, w), n.random(24, scale=0.1)), free_batch=False, producer="pytorch-dynamo")


def arcface_mxnet():
    """ArcFace by MXNet's exporter, opset 8: subtraction and scaling in the graph, slopes of shape (C), Dropout"""
    n = Net(opset=8, name="data")
    x = n.node("Mul", n.node("Sub", n.input, n.const(np.array([127.5]))), n.const(np.array([0.0078125])))
    x = n.prelu(n.norm(n.conv(x, 16, 3, bias=False), 16), 16, (16, 1, 1))
    x = residual(n, x, 16, prelu)
    x = n.node("Dropout", n.norm(x, 16), ratio=0.4)
    return n.model(n.norm(n.linear(n.node("Flatten", x), 24, 16 * 32 * 32), 24), producer="mxnet", free_batch=False)


def mobilefacenet():
    """MobileFaceNet, opset 9: depthwise, linear bottlenecks, a global depthwise layer, a view by shape"""
    n = Net(opset=9)
    x = n.prelu(n.norm(n.conv(n.input, 16, 3, stride=2, bias=False), 16), 16)
    y = n.prelu(n.norm(n.conv(x, 32, 16, k=1, bias=False), 32), 32)
    y = n.prelu(n.norm(n.conv(y, 32, 32, group=32, bias=False), 32), 32)
    x = n.node("Add", x, n.norm(n.conv(y, 16, 32, k=1, bias=False), 16))
    x = n.conv(x, 16, 16, k=16, group=16, bias=False, pads=[0] * 4)
    return n.model(n.norm(n.linear(n.flatten_by_shape(x), 24, 16), 24))


def adaface():
    """AdaFace: an embedding of unit length, and its norm as a second output"""
    n = Net(opset=14)
    x = residual(n, n.prelu(n.conv(n.input, 16, 3, stride=2), 16), 16, prelu)
    e = n.linear(n.node("Flatten", x), 24, 16 * 16 * 16)
    length = n.node("ReduceL2", e, axes=[1], keepdims=1)
    return n.model(n.node("Div", e, length), length)


def magface():
    """MagFace: F.normalize with Clip and Expand"""
    n = Net(opset=13)
    x = n.prelu(n.conv(n.input, 16, 3, stride=2), 16)
    return n.model(unit(n, n.linear(n.flatten_by_shape(x), 24, 16 * 16 * 16), bound=True))


def facenet_tf():
    """FaceNet by tf2onnx: channels last at the input, Transpose, Pad, Squeeze, L2 by square, sum, Max, Rsqrt"""
    n = Net(shape=(1, 32, 32, 3), opset=13, name="input:0")
    x = n.node("Transpose", n.input, perm=[0, 3, 1, 2])
    x = n.node("Pad", x, n.ints(0, 0, 1, 1, 0, 0, 1, 1))
    x = n.node("Relu", n.norm(n.conv(x, 16, 3, stride=2, pads=[0] * 4), 16))
    parts = [n.node("Relu", n.conv(x, 8, 16, k=1)), n.node("Relu", n.conv(x, 8, 16, k=3))]
    x = n.node("Add", x, n.node("Mul", n.conv(n.node("Concat", *parts, axis=1), 16, 16, k=1), n.scalar(0.17)))
    x = n.node("Squeeze", n.node("ReduceMean", x, axes=[2, 3], keepdims=1), n.ints(2, 3))
    e = n.norm(n.node("MatMul", x, n.random(16, 24)), 24)
    s = n.node("ReduceSum", n.node("Mul", e, e), n.ints(1), keepdims=1)
    return n.model(n.node("Mul", e, n.node("Reciprocal", n.node("Sqrt", n.node("Max", s, n.scalar(1e-10))))), producer="tf2onnx")


def keras():
    """Keras by keras2onnx, opset 11: PReLU with a slope for each pixel, GlobalAveragePooling, Dense"""
    n = Net(shape=(1, 32, 32, 3), opset=11, name="input_1")
    x = n.node("Transpose", n.input, perm=[0, 3, 1, 2])
    x = n.conv(x, 16, 3, stride=2, auto_pad="NOTSET")
    x = n.node("Transpose", x, perm=[0, 2, 3, 1])
    x = n.node("PRelu", x, n.const(RNG.uniform(0, 0.5, (16, 16, 16))))
    x = n.node("Transpose", x, perm=[0, 3, 1, 2])
    x = n.node("Squeeze", n.node("GlobalAveragePool", x), axes=[2, 3])
    return n.model(n.node("Add", n.node("MatMul", x, n.random(16, 24)), n.random(24)), producer="keras2onnx")


def paddle():
    """PaddlePaddle by paddle2onnx: hard_swish in parts, squeeze and excitation with hard_sigmoid, Sum of two"""
    n = Net(opset=11, name="image")

    def hard_swish(x):
        gate = n.node("Clip", n.node("Add", x, n.scalar(3.0)), n.scalar(0.0), n.scalar(6.0))
        return n.node("Div", n.node("Mul", x, gate), n.scalar(6.0))

    x = hard_swish(n.norm(n.conv(n.input, 16, 3, stride=2), 16))
    s = n.node("Relu", n.conv(n.node("GlobalAveragePool", x), 4, 16, k=1))
    g = n.node("HardSigmoid", n.conv(s, 16, 4, k=1), alpha=0.2, beta=0.5)
    x = n.node("Sum", n.node("Mul", x, g), x)
    x = n.node("Reshape", n.node("GlobalAveragePool", x), n.ints(0, -1))
    return n.model(n.linear(x, 24, 16, op="MatMul"), producer="PaddlePaddle")


def mobilenet_v3():
    """MobileNetV3 by torchvision, opset 14: HardSwish as one operator, squeeze and excitation by ReduceMean"""
    n = Net(opset=14)
    x = n.node("HardSwish", n.conv(n.input, 16, 3, stride=2))
    s = n.node("Relu", n.conv(n.node("ReduceMean", x, axes=[-2, -1], keepdims=1), 8, 16, k=1))
    x = n.node("Mul", n.node("HardSigmoid", n.conv(s, 16, 8, k=1), alpha=1 / 6), x)
    x = n.node("Flatten", n.node("GlobalAveragePool", n.node("HardSwish", n.conv(x, 32, 16, k=1))))
    return n.model(n.linear(x, 24, 32))


def ghostface():
    """GhostFaceNet: ghost modules of Concat and Slice, PReLU, squeeze and excitation"""
    n = Net(opset=12)
    x = n.prelu(n.conv(n.input, 16, 3, stride=2), 16)
    a = n.prelu(n.conv(x, 8, 16, k=1), 8)
    x = n.node("Concat", a, n.conv(a, 8, 8, group=8), axis=1)
    x = n.node("Slice", x, n.ints(0), n.ints(12), n.ints(1))
    s = n.node("Sigmoid", n.conv(n.node("GlobalAveragePool", x), 12, 12, k=1))
    x = n.conv(n.node("Mul", x, s), 12, 12, k=16, group=12, pads=[0] * 4)
    return n.model(n.linear(n.node("Flatten", x), 24, 12))


def edgeface():
    """EdgeFace: GELU in parts, LayerNorm of channels last, cross-covariance attention, low-rank layers, opset 17"""
    n = Net(opset=17)
    x = n.conv(n.input, 16, 3, k=4, stride=4, pads=[0] * 4)
    x = n.node("Transpose", x, perm=[0, 2, 3, 1])
    x = n.node("LayerNormalization", x, n.random(16), n.random(16), axis=-1, epsilon=1e-6)
    x = n.node("Transpose", x, perm=[0, 3, 1, 2])
    low, high = n.node("Split", x, n.ints(8, 8), outputs=2, axis=1)
    x = n.node("Concat", n.conv(low, 8, 8, group=8), high, axis=1)
    t = n.node("Transpose", n.node("Reshape", x, n.ints(0, 16, 64)), perm=[0, 2, 1])
    q = n.linear(t, 48, 16, op="MatMul")
    q = n.node("Transpose", n.node("Reshape", q, n.ints(1, 64, 3, 2, 8)), perm=[2, 0, 3, 4, 1])
    q, k, v = [n.node("Gather", q, n.const(np.array(i, np.int64)), axis=0) for i in range(3)]

    def normal(y):
        length = n.node("Clip", n.node("ReduceL2", y, axes=[-1], keepdims=1), n.scalar(1e-12))
        return n.node("Div", y, n.node("Expand", length, n.node("Shape", y)))

    a = n.node("MatMul", normal(q), n.node("Transpose", normal(k), perm=[0, 1, 3, 2]))
    a = n.node("Softmax", n.node("Mul", a, n.const(RNG.uniform(0.5, 2, (2, 1, 1)))), axis=-1)
    y = n.node("Reshape", n.node("Transpose", n.node("MatMul", a, v), perm=[0, 3, 1, 2]), n.ints(1, 64, 16))
    t = n.node("Add", t, n.node("Mul", n.const(RNG.uniform(0.5, 1, 16)), n.linear(y, 16, 16, op="MatMul")))
    h = n.linear(n.node("MatMul", t, n.random(16, 6)), 32, 6, op="MatMul")
    h = n.node("Mul", n.node("Mul", h, n.node("Add", n.node("Erf", n.node("Div", h, n.scalar(2**0.5))), n.scalar(1.0))), n.scalar(0.5))
    t = n.node("Add", t, n.linear(h, 16, 32, op="MatMul"))
    x = n.node("Reshape", n.node("Transpose", t, perm=[0, 2, 1]), n.ints(0, 16, 8, 8))
    x = n.node("Flatten", n.node("GlobalAveragePool", x))
    return n.model(n.linear(x, 24, 16))


def vit():
    """A small ViT: class token, places, attention of four heads, Gelu as one operator, opset 20"""
    n = Net(opset=20)
    x = n.conv(n.input, 32, 3, k=8, stride=8, pads=[0] * 4)
    t = n.node("Transpose", n.node("Reshape", x, n.ints(0, 32, 16)), perm=[0, 2, 1])
    t = n.node("Concat", n.random(1, 1, 32), t, axis=1)
    t = n.node("Add", t, n.random(1, 17, 32))
    for _ in range(2):
        y = n.node("LayerNormalization", t, n.const(RNG.uniform(0.5, 1.5, 32)), n.random(32), axis=-1)
        q, k, v = n.node("Split", n.linear(y, 96, 32, op="MatMul"), outputs=3, axis=-1, num_outputs=3)
        heads = lambda z, perm: n.node("Transpose", n.node("Reshape", z, n.ints(1, 17, 4, 8)), perm=perm)
        a = n.node("MatMul", heads(q, [0, 2, 1, 3]), heads(k, [0, 2, 3, 1]))
        a = n.node("Softmax", n.node("Div", a, n.scalar(8**0.5)), axis=-1)
        y = n.node("MatMul", a, heads(v, [0, 2, 1, 3]))
        y = n.node("Reshape", n.node("Transpose", y, perm=[0, 2, 1, 3]), n.ints(1, 17, 32))
        t = n.node("Add", t, n.linear(y, 32, 32, op="MatMul"))
        y = n.node("LayerNormalization", t, n.const(RNG.uniform(0.5, 1.5, 32)), n.random(32), axis=-1)
        t = n.node("Add", t, n.linear(n.node("Gelu", n.linear(y, 64, 32, op="MatMul")), 32, 64, op="MatMul"))
    c = n.node("Gather", t, n.const(np.array(0, np.int64)), axis=1)
    return n.model(n.linear(c, 24, 32))


def swin_shift():
    """A window attention block's rearrangements: Reshape to six axes, Transpose, roll by Slice and Concat"""
    n = Net(opset=16)
    x = n.conv(n.input, 16, 3, k=4, stride=4, pads=[0] * 4)
    x = n.node("Transpose", x, perm=[0, 2, 3, 1])
    big = 2**63 - 1
    for axis in (1, 2):
        a = n.node("Slice", x, n.ints(2), n.ints(big), n.ints(axis))
        b = n.node("Slice", x, n.ints(0), n.ints(2), n.ints(axis))
        x = n.node("Concat", a, b, axis=axis)
    x = n.node("Transpose", n.node("Reshape", x, n.ints(1, 2, 4, 2, 4, 16)), perm=[0, 1, 3, 2, 4, 5])
    w = n.node("Reshape", x, n.ints(-1, 16, 16))
    a = n.node("Softmax", n.node("MatMul", w, n.node("Transpose", w, perm=[0, 2, 1])), axis=-1)
    w = n.node("MatMul", a, w)
    x = n.node("Transpose", n.node("Reshape", w, n.ints(1, 2, 2, 4, 4, 16)), perm=[0, 1, 3, 2, 4, 5])
    x = n.node("ReduceMean", n.node("Reshape", x, n.ints(1, 64, 16)), axes=[1], keepdims=0)
    return n.model(n.linear(x, 24, 16))


def shufflenet():
    """ShuffleFaceNet: channel split by Split, shuffle by Reshape and Transpose, PReLU"""
    n = Net(opset=11)
    x = n.prelu(n.conv(n.input, 16, 3, stride=2), 16)
    for _ in range(2):
        a, b = n.node("Split", x, outputs=2, axis=1, split=[8, 8])
        b = n.conv(n.conv(n.prelu(n.conv(b, 8, 8, k=1), 8), 8, 8, group=8), 8, 8, k=1)
        x = n.node("Concat", a, b, axis=1)
        x = n.node("Transpose", n.node("Reshape", x, n.ints(1, 2, 8, 16, 16)), perm=[0, 2, 1, 3, 4])
        x = n.node("Reshape", x, n.ints(1, -1, 16, 16))
    return n.model(n.linear(n.node("Flatten", n.node("GlobalAveragePool", x)), 24, 16))


def half():
    """A network converted to f16 whole, input and outputs included"""
    n = Net(opset=13, half=True)
    x = n.node("Relu", n.norm(n.conv(n.input, 16, 3, stride=2), 16))
    return n.model(n.linear(n.node("Flatten", n.node("GlobalAveragePool", x)), 24, 16))


def half_weights():
    """f16 inside, f32 at the borders: a Cast of the input and one of the output"""
    n = Net(opset=13, half=True)
    x = n.node("Cast", n.input, to=TensorProto.FLOAT16)
    x = n.node("Relu", n.conv(x, 16, 3, stride=2))
    x = n.node("Cast", n.linear(n.node("Flatten", n.node("GlobalAveragePool", x)), 24, 16), to=TensorProto.FLOAT)
    n.half = False
    return n.model(x)


def scrfd():
    """SCRFD with keypoints: free height and width, a pyramid of Resize by shapes, heads turned by Transpose"""
    n = Net(opset=11, name="input.1")
    c1 = n.node("Relu", n.conv(n.input, 16, 3, stride=2))
    c2 = n.node("Relu", n.conv(c1, 16, 16, stride=2))
    c3 = n.node("MaxPool", c2, kernel_shape=[2, 2], strides=[2, 2], ceil_mode=0)
    size = n.node("Slice", n.node("Shape", c2), n.ints(2), n.ints(4))
    size = n.node("Concat", n.node("Slice", n.node("Shape", c3), n.ints(0), n.ints(2)), size, axis=0)
    empty = n.const(np.array([], np.float32))
    up = n.node("Resize", c3, empty, empty, size, mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    outputs = []
    for x in (n.node("Add", c2, up), c3):
        for values in (1, 4, 10):
            y = n.conv(n.node("Relu", n.conv(x, 16, 16)), 2 * values, 16)
            y = n.node("Reshape", n.node("Transpose", y, perm=[0, 2, 3, 1]), n.ints(1, -1, values))
            outputs.append(n.node("Sigmoid", y) if values == 1 else n.node("Mul", y, n.scalar(0.8)))
    return n.model(*outputs, free_batch=False, free_size=True)


def retinaface():
    """RetinaFace: nearest Upsample of opset 9, LeakyRelu, heads joined by Concat, Softmax of classes"""
    n = Net(opset=9, name="input0")
    leaky = lambda x: n.node("LeakyRelu", x, alpha=0.1)
    c1 = leaky(n.conv(n.input, 16, 3, stride=2))
    c2 = leaky(n.conv(c1, 16, 16, stride=2))
    up = n.node("Upsample", c2, n.const(np.array([1, 1, 2, 2], np.float32)), mode="nearest")
    heads = {2: [], 4: [], 10: []}
    for x in (n.node("Add", c1, up), c2):
        for values, parts in heads.items():
            y = n.node("Transpose", n.conv(x, 2 * values, 16, k=1), perm=[0, 2, 3, 1])
            parts.append(n.node("Reshape", y, n.ints(1, -1, values)))
    joined = {values: n.node("Concat", *parts, axis=1) for values, parts in heads.items()}
    return n.model(joined[4], n.node("Softmax", joined[2], axis=2), joined[10], free_batch=False)


def yunet():
    """YuNet: depthwise pairs, MaxPool, Resize with scales, Sigmoid heads of twelve outputs' kind"""
    n = Net(opset=11)
    x = n.node("Relu", n.conv(n.input, 16, 3, stride=2))
    unit_ = lambda x: n.node("Relu", n.conv(n.conv(x, 16, 16, k=1), 16, 16, group=16))
    a = unit_(x)
    b = unit_(n.node("MaxPool", a, kernel_shape=[2, 2], strides=[2, 2]))
    empty = n.const(np.array([], np.float32))
    up = n.node("Resize", b, empty, n.const(np.array([1, 1, 2, 2], np.float32)), mode="nearest", nearest_mode="floor", coordinate_transformation_mode="asymmetric")
    outputs = []
    for y in (n.node("Add", a, up), b):
        for values in (1, 4):
            z = n.node("Reshape", n.node("Transpose", n.conv(y, values, 16, k=1), perm=[0, 2, 3, 1]), n.ints(1, -1, values))
            outputs.append(n.node("Sigmoid", z) if values == 1 else z)
    return n.model(*outputs, free_batch=False)


def yolo_face():
    """YOLOv5-face: a focus stem of strided Slices, SiLU, SPP, five axes at the heads"""
    n = Net(opset=12, name="images")
    big = 2**63 - 1
    parts = []
    for dy, dx in ((0, 0), (1, 0), (0, 1), (1, 1)):
        rows = n.node("Slice", n.input, n.ints(dy), n.ints(big), n.ints(2), n.ints(2))
        parts.append(n.node("Slice", rows, n.ints(dx), n.ints(big), n.ints(3), n.ints(2)))
    x = silu(n, n.conv(n.node("Concat", *parts, axis=1), 16, 12), 16)
    pools = [x] + [n.node("MaxPool", x, kernel_shape=[k, k], strides=[1, 1], pads=[k // 2] * 4) for k in (3, 5)]
    x = silu(n, n.conv(n.node("Concat", *pools, axis=1), 16, 48, k=1), 16)
    y = n.node("Reshape", n.conv(x, 32, 16, k=1), n.ints(1, 2, 16, 16, 16))
    y = n.node("Sigmoid", n.node("Transpose", y, perm=[0, 1, 3, 4, 2]))
    return n.model(n.node("Reshape", y, n.ints(1, -1, 16)))


def blazeface():
    """BlazeFace by tf2onnx: channels padded behind the last, maximum pooling beside them, heads joined"""
    n = Net(shape=(1, 32, 32, 3), opset=13, name="input")
    x = n.node("Transpose", n.input, perm=[0, 3, 1, 2])
    x = n.node("Relu", n.conv(x, 16, 3, k=5, stride=2, pads=[1, 1, 2, 2]))
    y = n.conv(n.conv(x, 16, 16, stride=2, group=16, pads=[0, 0, 1, 1]), 24, 16, k=1)
    s = n.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = n.node("Relu", n.node("Add", y, n.node("Pad", s, n.ints(0, 0, 0, 0, 0, 8, 0, 0))))
    parts = [n.node("Reshape", n.node("Transpose", n.conv(x, 2 * v, 24, k=1), perm=[0, 2, 3, 1]), n.ints(1, -1, 16)) for v in (16, 32)]
    return n.model(n.node("Concat", *parts, axis=1), producer="tf2onnx", free_batch=False)


def unet():
    """A parsing network: ConvTranspose, bilinear Resize with align_corners, InstanceNormalization, reflection"""
    n = Net(opset=13)
    x = n.node("Pad", n.input, n.ints(0, 0, 1, 1, 0, 0, 1, 1), mode="reflect")
    a = n.node("Relu", n.node("InstanceNormalization", n.conv(x, 16, 3, pads=[0] * 4), n.random(16), n.random(16)))
    b = n.node("Relu", n.conv(a, 16, 16, stride=2))
    up = n.conv(b, 16, 16, k=4, stride=2, pads=[1] * 4, op="ConvTranspose")
    wide = n.node("Resize", b, "", n.const(np.array([1, 1, 2, 2], np.float32)), mode="linear", coordinate_transformation_mode="align_corners")
    x = n.node("Concat", a, up, wide, axis=1)
    return n.model(n.conv(x, 5, 48, k=1))


def quality():
    """A quality network (as eDifFIQA, opset 18): squeeze and excitation, DepthToSpace, Mish, a regression head"""
    n = Net(opset=18)
    x = n.node("Mish", n.conv(n.input, 16, 3, stride=2))
    x = n.node("DepthToSpace", x, blocksize=2, mode="CRD")
    x = n.node("Elu", n.node("GroupNormalization", n.conv(x, 16, 4), n.random(4), n.random(4), num_groups=4))
    x = n.node("ReduceMean", x, n.ints(2, 3), keepdims=0)
    return n.model(n.node("Sigmoid", n.linear(x, 1, 16)))


def postprocessed():
    """A detector with its suppression inside: NonMaxSuppression and what follows cannot run here"""
    n = Net(opset=11)
    x = n.node("Relu", n.conv(n.input, 16, 3, stride=2))
    boxes = n.node("Reshape", n.conv(x, 4, 16, k=1), n.ints(1, -1, 4))
    scores = n.node("Sigmoid", n.node("Reshape", n.conv(x, 1, 16, k=1), n.ints(1, 1, -1)))
    chosen = n.node("NonMaxSuppression", boxes, scores, n.ints(10), n.const(np.array([0.5], np.float32)))
    best = n.node("TopK", scores, n.ints(5), outputs=2, axis=2)[0]
    model = n.model(best, chosen, free_batch=False)
    model.graph.output[1].type.tensor_type.elem_type = TensorProto.INT64
    return model


NETWORKS = [
    iresnet_torchscript, iresnet_dynamo, arcface_mxnet, mobilefacenet, adaface, magface, facenet_tf, keras, paddle,
    mobilenet_v3, ghostface, edgeface, vit, swin_shift, shufflenet, half, half_weights, scrfd, retinaface, yunet,
    yolo_face, blazeface, unet, quality, postprocessed,
]  # fmt: skip


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for make in NETWORKS:
        (out / f"{make.__name__}.onnx").write_bytes(make().SerializeToString())
    print(f"{len(NETWORKS)} networks in {out}")


if __name__ == "__main__":
    main()

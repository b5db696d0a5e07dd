"""Read a .tflite flatbuffer into a plain list of operators (NHWC, batch as stored)."""

from dataclasses import dataclass, field

import numpy as np
import tflite

OP_NAMES = {v: k for k, v in vars(tflite.BuiltinOperator).items() if isinstance(v, int)}
DTYPES = {
    tflite.TensorType.FLOAT32: np.float32,
    tflite.TensorType.FLOAT16: np.float16,
    tflite.TensorType.INT32: np.int32,
}
PADDING = {tflite.Padding.SAME: "SAME", tflite.Padding.VALID: "VALID"}

# Operator -> (options table, fields to read from it).
OPTIONS = {
    "CONV_2D": (tflite.Conv2DOptions, ["Padding", "StrideH", "StrideW", "DilationHFactor", "DilationWFactor"]),
    "DEPTHWISE_CONV_2D": (
        tflite.DepthwiseConv2DOptions,
        ["Padding", "StrideH", "StrideW", "DilationHFactor", "DilationWFactor", "DepthMultiplier"],
    ),
    "MAX_POOL_2D": (tflite.Pool2DOptions, ["Padding", "StrideH", "StrideW", "FilterHeight", "FilterWidth"]),
    "RESIZE_BILINEAR": (tflite.ResizeBilinearOptions, ["AlignCorners", "HalfPixelCenters"]),
    "ADD": (tflite.AddOptions, []),
    "SUB": (tflite.SubOptions, []),
    "MUL": (tflite.MulOptions, []),
}


@dataclass
class Op:
    kind: str
    inputs: list  # tensor indices
    outputs: list
    options: dict = field(default_factory=dict)


@dataclass
class Graph:
    ops: list
    shapes: dict  # tensor index -> list of int
    constants: dict  # tensor index -> array
    inputs: list
    outputs: list

    def producer(self, tensor):
        return next((op for op in self.ops if tensor in op.outputs), None)

    def consumers(self, tensor):
        return [op for op in self.ops if tensor in op.inputs]


def read(data: bytes) -> Graph:
    model = tflite.Model.GetRootAs(data, 0)
    assert model.SubgraphsLength() == 1
    sub = model.Subgraphs(0)
    shapes, constants = {}, {}
    for i in range(sub.TensorsLength()):
        tensor = sub.Tensors(i)
        shapes[i] = tensor.ShapeAsNumpy().tolist() if tensor.ShapeLength() else []
        assert tensor.Sparsity() is None, "sparse tensors are not handled"
        raw = model.Buffers(tensor.Buffer())
        if raw.DataLength():
            array = np.frombuffer(raw.DataAsNumpy().tobytes(), DTYPES[tensor.Type()])
            constants[i] = array.reshape(shapes[i])
    ops = []
    for i in range(sub.OperatorsLength()):
        op = sub.Operators(i)
        code = model.OperatorCodes(op.OpcodeIndex())
        kind = OP_NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        ops.append(
            Op(
                kind,
                [int(t) for t in op.InputsAsNumpy() if t >= 0],
                [int(t) for t in op.OutputsAsNumpy()],
                read_options(kind, op),
            )
        )
    graph = Graph(
        ops,
        shapes,
        constants,
        [int(t) for t in sub.InputsAsNumpy()],
        [int(t) for t in sub.OutputsAsNumpy()],
    )
    fold_dequantize(graph)
    restore_prelu(graph)
    merge_pointwise(graph)
    return graph


def read_options(kind, op):
    if kind not in OPTIONS or op.BuiltinOptions() is None:
        return {}
    table, names = OPTIONS[kind]
    reader = table()
    union = op.BuiltinOptions()
    reader.Init(union.Bytes, union.Pos)
    if hasattr(reader, "FusedActivationFunction"):
        assert reader.FusedActivationFunction() == tflite.ActivationFunctionType.NONE
    options = {name: getattr(reader, name)() for name in names}
    assert options.get("DilationHFactor", 1) == options.get("DilationWFactor", 1) == 1
    if "Padding" in options:
        options["Padding"] = PADDING[options["Padding"]]
    return options


def fold_dequantize(graph):
    """f16 constant -> DEQUANTIZE -> f32 tensor becomes an f32 constant."""
    rest = []
    for op in graph.ops:
        if op.kind == "DEQUANTIZE":
            source = graph.constants[op.inputs[0]]
            assert source.dtype == np.float16
            graph.constants[op.outputs[0]] = source.astype(np.float32)
        else:
            rest.append(op)
    graph.ops = rest


def restore_prelu(graph):
    """relu(x) + c * (x - |x|) is PReLU with slope 2c, because x - |x| = 2 min(x, 0)."""
    removed = set()
    for add in [op for op in graph.ops if op.kind == "ADD"]:
        branches = {p.kind: p for p in map(graph.producer, add.inputs) if p is not None}
        if set(branches) != {"RELU", "MUL"}:
            continue
        relu, mul = branches["RELU"], branches["MUL"]
        x = relu.inputs[0]
        (half_slope,) = [t for t in mul.inputs if t in graph.constants]
        (difference,) = [t for t in mul.inputs if t not in graph.constants]
        sub = graph.producer(difference)
        assert sub.kind == "SUB" and sub.inputs[0] == x
        absolute = graph.producer(sub.inputs[1])
        assert absolute.kind == "ABS" and absolute.inputs == [x]
        for op in (relu, mul, sub, absolute):
            assert len(graph.consumers(op.outputs[0])) == 1
            removed.add(id(op))
        # Doubling is exact in binary floating point.
        slope = graph.constants[half_slope] * np.float32(2)
        slope_tensor = max(graph.shapes) + 1
        graph.shapes[slope_tensor] = list(slope.shape)
        graph.constants[slope_tensor] = slope
        add.kind, add.inputs, add.options = "PRELU", [x, slope_tensor], {}
    graph.ops = [op for op in graph.ops if id(op) not in removed]


def is_pointwise(graph, op):
    steps = {op.options.get("StrideH"), op.options.get("StrideW")}
    return op.kind == "CONV_2D" and steps == {1} and graph.constants[op.inputs[1]].shape[1:3] == (1, 1)


def merge_pointwise(graph):
    """Two 1x1 convolutions with nothing between them are one; merged where that takes fewer multiply-adds."""
    for second in [op for op in graph.ops if op.kind == "CONV_2D"]:
        first = graph.producer(second.inputs[0])
        linear = first is not None and is_pointwise(graph, first) and is_pointwise(graph, second)
        if not linear or len(graph.consumers(first.outputs[0])) != 1 or first.outputs[0] in graph.outputs:
            continue
        (w1, b1), (w2, b2) = ([graph.constants[t].astype(np.float64) for t in op.inputs[1:]] for op in (first, second))
        w1, w2 = w1[:, 0, 0, :], w2[:, 0, 0, :]  # [outputs, inputs]
        if w2.shape[0] * w1.shape[1] >= w1.size + w2.size:
            continue
        weight, bias = max(graph.shapes) + 1, max(graph.shapes) + 2
        graph.constants[weight] = (w2 @ w1).astype(np.float32)[:, None, None, :]
        graph.constants[bias] = (w2 @ b1 + b2).astype(np.float32)
        for tensor in (weight, bias):
            graph.shapes[tensor] = list(graph.constants[tensor].shape)
        second.inputs = [first.inputs[0], weight, bias]
        graph.ops.remove(first)

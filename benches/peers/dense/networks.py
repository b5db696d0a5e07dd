#!/usr/bin/env python3
"""Writes networks of dense 3×3 convolutions with random weights: IResNet-50 and IResNet-100, as
InsightFace publishes them for templates, and a detector like SCRFD-10G.

    networks.py FOLDER

The structure is InsightFace's (`recognition/arcface_torch/backbones/iresnet.py`,
`detection/scrfd`), with the batch normalisation behind a convolution merged into it, as exporters
do, and the one in front of each block left. Weights are drawn so that values keep their size from
layer to layer (He et al. 2015): times do not depend on them, and errors of rounding grow as in a
trained network. Beside each network lie its card and its size. Needs `pip install numpy onnx`.
"""

import hashlib
import json
import pathlib
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper


class Network:
    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.constants, self.count = [], [], 0

    def constant(self, values):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, np.float32), name))
        return name

    def node(self, op, *inputs, **attributes):
        self.count += 1
        self.nodes.append(helper.make_node(op, list(inputs), [f"v{self.count}"], **attributes))
        return f"v{self.count}"

    def normal(self, *shape, scale=1.0):
        return self.random.standard_normal(shape, np.float32) * np.float32(scale)

    def conv(self, x, inputs, outputs, kernel=3, stride=1, gain=2.0):
        weights = self.normal(outputs, inputs, kernel, kernel, scale=(gain / (inputs * kernel * kernel)) ** 0.5)
        bias = self.normal(outputs, scale=0.1)
        pad = kernel // 2
        return self.node(
            "Conv",
            x,
            self.constant(weights),
            self.constant(bias),
            kernel_shape=[kernel] * 2,
            strides=[stride] * 2,
            pads=[pad] * 4,
        )

    def norm(self, x, channels):
        gamma = self.random.uniform(0.5, 1.0, channels)
        return self.node(
            "BatchNormalization",
            x,
            *(
                self.constant(v)
                for v in [
                    gamma,
                    self.normal(channels, scale=0.1),
                    self.normal(channels, scale=0.1),
                    self.random.uniform(0.5, 1.5, channels),
                ]
            ),
        )

    def prelu(self, x, channels):
        return self.node("PRelu", x, self.constant(self.random.uniform(0.1, 0.4, (channels, 1, 1))))

    def save(self, path, size, outputs):
        graph = helper.make_graph(
            self.nodes,
            "network",
            [helper.make_tensor_value_info("input", onnx.TensorProto.FLOAT, [1, 3, *size])],
            [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape) for name, shape in outputs],
            self.constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        onnx.checker.check_model(model)
        data = model.SerializeToString()
        path.write_bytes(data)
        path.with_suffix(".json").write_text(json.dumps({"size": size}))
        path.with_suffix(".toml").write_text(card(path, data, size, outputs))


def card(path, data, size, outputs):
    """What `selfsame-lab cost network` reads."""
    template = len(outputs) == 1
    lines = [
        f'format = 1\nid = "{path.stem}"\ntask = "{"template" if template else "detect"}"\nfile = "{path.name}"',
        f'sha256 = "{hashlib.sha256(data).hexdigest()}"\nbytes = {len(data)}',
        f'[input]\nname = "input"\nwidth = {size[1]}\nheight = {size[0]}\nlayout = "nchw"\nchannels = "rgb"',
        "mean = [127.5, 127.5, 127.5]\nscale = [0.0078125, 0.0078125, 0.0078125]",
        *(f'[[outputs]]\nname = "{name}"\nshape = {shape[1:]}\nmeaning = ""' for name, shape in outputs),
    ]
    if template:
        points = [[38.7946, 52.1963], [74.0318, 52.0014], [56.5252, 72.2366], [42.0493, 92.8655], [71.2299, 92.7041]]
        lines.append(
            f'[alignment]\npoints = {points}\n[template]\ndimension = {outputs[0][1][1]}\nsimilarity = "cosine"'
        )
    lines.append('[source]\npackage = ""\nversion = ""\npath = ""\nsha256 = ""\nlicence = ""\nnotes = ""')
    return "\n".join([*lines, '[training]\nknown = ""\nunknown = ""\n'])


def iresnet(path, depths):
    net = Network(1)
    x = net.prelu(net.conv("input", 3, 64), 64)
    inputs = 64
    for outputs, depth in zip([64, 128, 256, 512], depths):
        for block in range(depth):
            stride = 2 if block == 0 else 1
            y = net.prelu(net.conv(net.norm(x, inputs), inputs, outputs), outputs)
            # A quarter of the size, so that sums do not grow from block to block.
            y = net.conv(y, outputs, outputs, stride=stride, gain=0.5)
            shortcut = net.conv(x, inputs, outputs, kernel=1, stride=2, gain=1.0) if block == 0 else x
            x, inputs = net.node("Add", y, shortcut), outputs
    x = net.node("Flatten", net.norm(x, 512))
    x = net.node(
        "Gemm",
        x,
        net.constant(net.normal(512, 25088, scale=25088**-0.5)),
        net.constant(net.normal(512, scale=0.1)),
        transB=1,
    )
    net.save(path, (112, 112), [(x, [1, 512])])


def scrfd(path):
    """SCRFD-10GF's shape: a ResNet of basic blocks, a pyramid, heads of three convolutions."""
    net = Network(2)

    def relu(x):
        return net.node("Relu", x)

    x = "input"
    for inputs, outputs, stride in [(3, 28, 2), (28, 28, 1), (28, 56, 1)]:
        x = relu(net.conv(x, inputs, outputs, stride=stride))
    x = net.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    inputs, levels = 56, []
    for outputs, depth, stride in [(56, 3, 1), (88, 4, 2), (88, 2, 2), (224, 3, 2)]:
        for block in range(depth):
            step = stride if block == 0 else 1
            y = relu(net.conv(x, inputs, outputs, stride=step))
            y = net.conv(y, outputs, outputs, gain=0.5)
            if step != 1 or inputs != outputs:
                x = net.conv(x, inputs, outputs, kernel=1, stride=step, gain=1.0)
            x, inputs = relu(net.node("Add", y, x)), outputs
        levels.append((x, outputs))
    levels = [net.conv(x, channels, 56, kernel=1, gain=1.0) for x, channels in levels[1:]]
    scales = net.constant([1, 1, 2, 2])
    for fine, coarse in [(1, 2), (0, 1)]:
        larger = net.node(
            "Resize",
            levels[coarse],
            "",
            scales,
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )
        levels[fine] = net.node("Add", levels[fine], larger)
    levels = [net.conv(x, 56, 56, gain=0.5) for x in levels]
    for fine, coarse in [(0, 1), (1, 2)]:
        levels[coarse] = net.node("Add", levels[coarse], net.conv(levels[fine], 56, 56, stride=2, gain=0.5))
    levels = [levels[0], *(net.conv(x, 56, 56) for x in levels[1:])]
    outputs = []
    for i, x in enumerate(levels):
        side = 80 >> i
        for j in range(3):
            x = relu(net.conv(x, 56 if j == 0 else 80, 80))
        outputs += [(net.conv(x, 80, channels), [1, channels, side, side]) for channels in (2, 8)]
    net.save(path, (640, 640), outputs)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    iresnet(folder / "iresnet50.onnx", [3, 4, 14, 3])
    iresnet(folder / "iresnet100.onnx", [3, 13, 30, 3])
    scrfd(folder / "scrfd.onnx")


if __name__ == "__main__":
    main()

"""Makes the networks and cards of cards/: detectors of each family and template networks with a norm, sizes and
dimensions of their own, small and untrained, in the idioms of models/convert/networks.py. Needs PyPI onnx and numpy.

    python3 cards.py"""

import hashlib
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "models" / "convert"))
import networks  # noqa: E402
from networks import Net, unit  # noqa: E402

OUT = HERE / "cards"
C = 4  # channels: of no use but for tests
SCRIPT = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()


def write(name, model, task, size, channels, mean, scale, outputs, more, layout="nchw"):
    """`outputs` are the shapes of the model's outputs, in their order, without the batch."""
    data = model.SerializeToString(deterministic=True)
    (OUT / f"{name}.onnx").write_bytes(data)
    width, height = size
    listed = "".join(
        f'\n[[outputs]]\nname = "{output.name}"\nshape = {shape}\nmeaning = "of an untrained network"\n'
        for output, shape in zip(model.graph.output, outputs, strict=True)
    )
    (OUT / f"{name}.toml").write_text(f"""\
# Written by cards.py.
format = 1
id = "test-{name}"
task = "{task}"
file = "{name}.onnx"
sha256 = "{hashlib.sha256(data).hexdigest()}"
bytes = {len(data)}

[input]
name = "{model.graph.input[0].name}"
width = {width}
height = {height}
layout = "{layout}"
channels = "{channels}"
mean = {mean}
scale = {scale}
{listed}
{more}
[source]
package = "this repository"
version = "1"
path = "tests/data/cards.py"
sha256 = "{SCRIPT}"
licence = "MIT OR Apache-2.0"
notes = "Random weights."

[training]
known = "Not trained."
unknown = "Nothing."
""")


def head(n, x, values, anchors):
    y = n.node("Transpose", n.conv(x, anchors * values, C, k=1), perm=[0, 2, 3, 1])
    return n.node("Reshape", y, n.ints(1, -1, values))


def pyramid(n, strides):
    """A feature map for each stride: halved from one to the next."""
    x, maps = n.node("Relu", n.conv(n.input, C, 3, k=strides[0] + 1, stride=strides[0], pads=[strides[0] // 2] * 4)), []
    for stride in strides:
        if maps:
            x = n.node("Relu", n.conv(x, C, C, stride=2))
        maps.append(x)
    return maps


def scrfd():
    n = Net(opset=11, name="input.1")
    strides, (width, height) = [8, 16], (64, 32)
    maps = pyramid(n, strides)
    outputs, shapes = [], []
    for values in (1, 4, 10):
        for x, stride in zip(maps, strides):
            y = head(n, x, values, 2)
            outputs.append(n.node("Sigmoid", y) if values == 1 else y)
            shapes.append([width // stride * (height // stride) * 2, values])
    card = f'[detector]\nfamily = "scrfd"\nstrides = {strides}\nkeypoints = 5\nthreshold = 0.4\n'
    model = n.model(*outputs, free_batch=False, free_size=True)
    write("scrfd", model, "detect", (width, height), "rgb", [127.5] * 3, [1 / 128] * 3, shapes, card)


def retinaface():
    n = Net(shape=(1, 3, 32, 32), opset=9, name="input0")
    strides, sizes = [8, 16], [[8, 12], [16, 24]]
    heads = {values: [head(n, x, values, 2) for x in pyramid(n, strides)] for values in (4, 2, 10)}
    loc, conf, points = (n.node("Concat", *parts, axis=1) for parts in heads.values())
    rows = 2 * (16 + 4)
    card = f'[detector]\nfamily = "retinaface"\nstrides = {strides}\nsizes = {sizes}\nkeypoints = 5\nthreshold = 0.5\n'
    model = n.model(loc, n.node("Softmax", conf, axis=2), points, free_batch=False)
    write("retinaface", model, "detect", (32, 32), "bgr", [104.0, 117.0, 123.0], [1.0] * 3, [[rows, 4], [rows, 2], [rows, 10]], card)


def yunet():
    n = Net(shape=(1, 3, 32, 32), opset=11)
    strides = [8, 16]
    maps = pyramid(n, strides)
    outputs, shapes, names = [], [], {"scores": [], "objectness": [], "boxes": [], "keypoints": []}
    for kind, values in zip(names, (1, 1, 4, 10)):
        for x, stride in zip(maps, strides):
            y = head(n, x, values, 1)
            outputs.append(n.node("Sigmoid", y) if values == 1 else y)
            shapes.append([(32 // stride) ** 2, values])
            names[kind].append(outputs[-1])
    listed = "".join(f"{kind} = {list(of_kind)}\n" for kind, of_kind in names.items())
    card = f'[detector]\nfamily = "yunet"\nstrides = {strides}\nkeypoints = 5\nthreshold = 0.3\n\n[detector.outputs]\n{listed}'
    model = n.model(*outputs, free_batch=False)
    write("yunet", model, "detect", (32, 32), "bgr", [0.0] * 3, [1.0] * 3, shapes, card)


def blazeface():
    n = Net(shape=(1, 32, 32, 3), opset=13, name="input")
    strides, anchors = [8, 16], [2, 6]
    n.input, name = n.node("Transpose", n.input, perm=[0, 3, 1, 2]), n.input
    maps = pyramid(n, strides)
    n.input = name
    boxes, scores = (
        n.node("Concat", *[head(n, x, values, of_cell) for x, of_cell in zip(maps, anchors)], axis=1) for values in (16, 1)
    )
    rows = 16 * 2 + 4 * 6
    card = f'[detector]\nfamily = "anchors"\nstrides = {strides}\nanchors = {anchors}\nkeypoints = 6\n'
    model = n.model(boxes, scores, producer="tf2onnx", free_batch=False)
    write("blazeface", model, "detect", (32, 32), "rgb", [127.5] * 3, [1 / 127.5] * 3, [[rows, 16], [rows, 1]], card, "nhwc")


POINTS = [[38.7946, 52.1963], [74.0318, 52.0014], [56.5252, 72.2366], [42.0493, 92.8655], [71.2299, 92.7041]]
ORDER = ["right_eye", "left_eye", "nose_tip", "right_mouth_corner", "left_mouth_corner"]


def alignment(size, order=None):
    points = [[round(x * size / 112, 4), round(y * size / 112, 4)] for x, y in POINTS]
    if order is None:
        return f"[alignment]\npoints = {points}\n"
    listed = ", ".join(f'"{name}"' for name in order)
    return f"[alignment]\npoints = {[points[ORDER.index(name)] for name in order]}\norder = [{listed}]\n"


def template(dimension, more=""):
    return f'\n[template]\ndimension = {dimension}\nsimilarity = "cosine"\n{more}'


def embedding(n, x, dimension, cells=4):
    """A vector that hangs on where things are: cells of a coarse grid, and a dense layer."""
    return n.linear(n.node("Flatten", x), dimension, C * cells * cells)


def adaface():
    """112 pixels, BGR, 64 values of unit length, the norm beside them; reliability of the norm; not mirrored"""
    n = Net(shape=(1, 3, 112, 112), opset=14)
    x = n.node("AveragePool", n.input, kernel_shape=[7, 7], strides=[7, 7])
    e = embedding(n, n.prelu(n.conv(x, C, 3, k=4, stride=4, pads=[0] * 4), C), 64)
    length = n.node("ReduceL2", e, axes=[1], keepdims=1)
    model = n.model(n.node("Div", e, length), length)
    more = f'mirrored = false\nnorm = "{length}"\n'
    more += '\n[reliability]\ndata = "made up"\npeople = 1\nleast = 0.0\n\n'
    more += "[reliability.probe]\noffset = 0.5\nmagnitudes = [0.01]\nstep = 1.0\nfeatures = []\n"
    card = alignment(112, reversed_order()) + template(64, more)
    write("adaface", model, "template", (112, 112), "bgr", [127.5] * 3, [1 / 127.5] * 3, [[64], [1]], card)


def reversed_order():
    return ["left_eye", "right_eye", "left_mouth_corner", "right_mouth_corner", "nose_tip"]


def magface():
    """96 × 112 pixels, BGR, mean and scale per channel, 512 values with their own length"""
    n = Net(shape=(1, 3, 112, 96), opset=13)
    x = n.node("AveragePool", n.input, kernel_shape=[8, 8], strides=[8, 8])
    x = n.prelu(n.conv(x, C, 3, k=6, stride=6, pads=[0] * 4), C)
    e = n.linear(n.flatten_by_shape(x), 512, C * 2 * 2)
    card = alignment(96) + template(512)
    scale = [0.017, 0.0175, 0.0174]
    write("magface", n.model(e), "template", (96, 112), "bgr", [103.53, 116.28, 123.675], scale, [[512]], card)


def facenet():
    """160 × 160 pixels, channels last, 1024 values of unit length without a norm"""
    n = Net(shape=(1, 160, 160, 3), opset=13, name="input:0")
    n.input, name = n.node("Transpose", n.input, perm=[0, 3, 1, 2]), n.input
    x = n.node("AveragePool", n.input, kernel_shape=[10, 10], strides=[10, 10])
    x = n.node("Relu", n.conv(x, C, 3, k=8, stride=8, pads=[0] * 4))
    n.input = name
    e = unit(n, embedding(n, x, 1024, cells=2))
    card = alignment(160) + template(1024)
    write("facenet", n.model(e, producer="tf2onnx"), "template", (160, 160), "rgb", [127.5] * 3, [1 / 128] * 3, [[1024]], card, "nhwc")


if __name__ == "__main__":
    networks.RNG = np.random.default_rng(5)
    OUT.mkdir(exist_ok=True)
    for make in (scrfd, retinaface, yunet, blazeface, adaface, magface, facenet):
        make()

"""Makes tiny_template.onnx and tiny_template_nhwc.onnx with their cards: one untrained network with an ArcFace head, once
as PyTorch exports it (channels first, free batch axis), once as a converter of TensorFlow models would (channels last,
batch pinned to 1). Higher than wide, so that swapped axes show. Needs PyPI onnx and numpy; writes beside itself."""

import hashlib
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HEIGHT, WIDTH, CHANNELS, DIMENSION = 16, 12, 8, 8
HERE = pathlib.Path(__file__).parent

rng = np.random.default_rng(7)
weights = {}


def weight(name, array):
    weights[name] = np.ascontiguousarray(array, dtype=np.float32)
    return name


def batch_norm(name, channels):
    return [
        weight(f"{name}.scale", rng.uniform(0.5, 1.5, channels)),
        weight(f"{name}.bias", rng.normal(0, 0.3, channels)),
        weight(f"{name}.mean", rng.normal(0, 0.3, channels)),
        weight(f"{name}.var", rng.uniform(0.5, 2.0, channels)),
    ]


flat = CHANNELS * (HEIGHT // 2) * (WIDTH // 2)
conv = weight("conv.weight", rng.normal(0, 0.3, (CHANNELS, 3, 3, 3)))
first = batch_norm("bn1", CHANNELS)
slope = weight("prelu.slope", rng.uniform(-0.2, 0.6, (CHANNELS, 1, 1)))
dense = [weight("fc.weight", rng.normal(0, 0.05, (DIMENSION, flat))), weight("fc.bias", rng.normal(0, 0.3, DIMENSION))]
last = batch_norm("bn2", DIMENSION)
body = [
    helper.make_node("Conv", ["planes", conv], ["c"], strides=[2, 2], pads=[1, 1, 1, 1], kernel_shape=[3, 3]),
    helper.make_node("BatchNormalization", ["c", *first], ["b"], epsilon=1e-5),
    helper.make_node("PRelu", ["b", slope], ["p"]),
    helper.make_node("Flatten", ["p"], ["f"], axis=1),
    helper.make_node("Gemm", ["f", *dense], ["g"], transB=1),
    helper.make_node("BatchNormalization", ["g", *last], ["embedding"], epsilon=1e-5),
]

CARD = """# Written by tiny_template.py.
format = 1
id = "test-{name}"
task = "template"
file = "{name}.onnx"
sha256 = "{sha256}"
bytes = {bytes}

[input]
name = "{input}"
width = {width}
height = {height}
layout = "{layout}"
channels = "rgb"
mean = [127.5, 127.5, 127.5]
scale = [0.0078125, 0.0078125, 0.0078125]

[[outputs]]
name = "embedding"
shape = [{dimension}]
meaning = "template of an untrained network: of no use but for tests"

[alignment]
points = [[4.0, 5.5], [8.0, 5.5], [6.0, 8.0], [4.5, 10.5], [7.5, 10.5]]

[template]
dimension = {dimension}
similarity = "cosine"

[source]
package = "this repository"
version = "1"
path = "tests/data/tiny_template.py"
sha256 = "{script}"
licence = "MIT OR Apache-2.0"
notes = "Random weights."

[training]
known = "Not trained."
unknown = "Nothing."
"""


def write(name, layout):
    if layout == "nchw":
        source, shape, nodes = "planes", ["N", 3, HEIGHT, WIDTH], body
    else:
        source, shape = "image", [1, HEIGHT, WIDTH, 3]
        nodes = [helper.make_node("Transpose", ["image"], ["planes"], perm=[0, 3, 1, 2]), *body]
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info(source, TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [shape[0], DIMENSION])],
        [numpy_helper.from_array(array, key) for key, array in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="selfsame")
    onnx.checker.check_model(model, full_check=True)
    data = model.SerializeToString()
    (HERE / f"{name}.onnx").write_bytes(data)
    (HERE / f"{name}.toml").write_text(
        CARD.format(
            name=name, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data), input=source, layout=layout, width=WIDTH,
            height=HEIGHT, dimension=DIMENSION, script=hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest(),
        )
    )


write("tiny_template", "nchw")
write("tiny_template_nhwc", "nhwc")

"""Writes the seeds that are made, not copied: ONNX files of few nodes that reach each operator, and small pictures.

Needs PyPI onnx, numpy and pillow; writes beside itself."""

import io
import json
import pathlib
import random
import struct
import zlib

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(5)


def model(name, nodes, constants, output="y", shape=(1, 3, 6, 5), opset=17, half=False, metadata={}):
    kind = np.float16 if half else np.float32
    cast = lambda a: np.asarray(a, kind) if np.asarray(a).dtype.kind == "f" else np.asarray(a, np.int64)
    graph = helper.make_graph(
        [helper.make_node(op, inputs, outputs, **attributes) for op, inputs, outputs, attributes in nodes],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, list(shape))],
        [helper.make_tensor_value_info(o, TensorProto.FLOAT, None) for o in output.split()],
        [numpy_helper.from_array(cast(a), k) for k, a in constants.items()],
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    helper.set_model_props(proto, metadata) if metadata else None
    (HERE / "model" / f"{name}.onnx").write_bytes(proto.SerializeToString())


w = lambda *shape: rng.normal(0, 0.3, shape).round(2)
model("conv_relu_pool", [
    ("Conv", ["x", "w", "b"], ["c"], dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[1, 1])),
    ("Relu", ["c"], ["r"], {}),
    ("MaxPool", ["r"], ["y"], dict(kernel_shape=[2, 2], strides=[2, 2])),
], {"w": w(4, 3, 3, 3), "b": w(4)})
model("depthwise_residual", [
    ("Conv", ["x", "w"], ["c"], dict(kernel_shape=[1, 1])),
    ("Conv", ["c", "d", "b"], ["e"], dict(kernel_shape=[3, 3], group=9, auto_pad="SAME_UPPER", dilations=[1, 1])),
    ("PRelu", ["e", "s"], ["p"], {}),
    ("Add", ["p", "c"], ["a"], {}),
    ("Clip", ["a", "lo", "hi"], ["y"], {}),
], {"w": w(9, 3, 1, 1), "d": w(9, 1, 3, 3), "b": w(9), "s": w(9, 1, 1), "lo": np.float32(0), "hi": np.float32(6)}, half=True)
model("pad_resize_concat", [
    ("Pad", ["x", "pads"], ["p"], dict(mode="constant")),
    ("Conv", ["p", "w"], ["c"], dict(kernel_shape=[3, 3], strides=[2, 2])),
    ("Resize", ["c", "", "scales"], ["u"], dict(mode="linear", coordinate_transformation_mode="half_pixel")),
    ("Resize", ["c", "", "", "sizes"], ["v"], dict(mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")),
    ("Concat", ["u", "v"], ["y"], dict(axis=1)),
], {"pads": [0, 0, 0, 0, 0, 0, 1, 1], "w": w(4, 3, 3, 3), "scales": np.float32([1, 1, 2, 2]), "sizes": [1, 4, 6, 4]})
model("channel_pad_add", [
    ("Conv", ["x", "w"], ["c"], dict(kernel_shape=[1, 1])),
    ("Pad", ["c", "pads"], ["p"], {}),
    ("Conv", ["x", "v"], ["d"], dict(kernel_shape=[1, 1])),
    ("Add", ["d", "p"], ["y"], {}),
], {"pads": [0, 0, 0, 0, 0, 8, 0, 0], "w": w(8, 3, 1, 1), "v": w(16, 3, 1, 1)})
model("head", [
    ("Conv", ["x", "w"], ["c"], dict(kernel_shape=[3, 3], group=3)),
    ("BatchNormalization", ["c", "g", "b", "m", "v"], ["n"], dict(epsilon=1e-3)),
    ("LeakyRelu", ["n"], ["l"], dict(alpha=0.2)),
    ("Flatten", ["l"], ["f"], dict(axis=1)),
    ("Gemm", ["f", "k", "o"], ["h"], dict(transB=1)),
    ("MatMul", ["h", "q"], ["s"], {}),
    ("Sigmoid", ["s"], ["y"], {}),
], {"w": w(6, 1, 3, 3), "g": w(6), "b": w(6), "m": w(6), "v": np.abs(w(6)), "k": w(5, 72), "o": w(5), "q": w(5, 3)}, output="y h")
model("reshapes", [
    ("Transpose", ["x"], ["t"], dict(perm=[0, 2, 3, 1])),
    ("Reshape", ["t", "two"], ["r"], {}),
    ("Unsqueeze", ["r", "axes"], ["u"], {}),
    ("Squeeze", ["u", "axes"], ["z"], {}),
    ("Concat", ["z", "z"], ["k"], dict(axis=1)),
    ("Mul", ["k", "s"], ["a"], {}),
    ("Identity", ["a"], ["i"], {}),
    ("Cast", ["i"], ["y"], dict(to=1)),
], {"two": [1, -1, 3], "axes": [2], "s": np.float32([2])}, output="y t")
model("channels_last", [
    ("Sub", ["x", "m"], ["n"], {}),
    ("Transpose", ["n"], ["t"], dict(perm=[0, 3, 1, 2])),
    ("AveragePool", ["t"], ["p"], dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)),
    ("GlobalAveragePool", ["p"], ["g"], {}),
    ("Mul", ["p", "g"], ["e"], {}),
    ("Sub", ["e", "p"], ["s"], {}),
    ("Div", ["s", "m"], ["d"], {}),
    ("Dropout", ["d"], ["y"], {}),
], {"m": np.float32([3])}, shape=(1, 6, 5, 3))
model("integers", [
    ("Conv", ["x", "w", "b"], ["c"], {}),
    ("Relu", ["c"], ["r"], {}),
    ("Conv", ["r", "v"], ["d"], {}),
    ("Add", ["d", "x"], ["y"], {}),
], {"w": w(33, 32, 1, 1), "b": w(33), "v": w(32, 33, 1, 1)}, shape=(1, 32, 3, 3), half=True,
    metadata={"selfsame.range.x": "00bc003c" * 32, "selfsame.range.r": "00000042" * 33})

model("attention", [
    ("Shape", ["x"], ["s"], {}),
    ("Gather", ["s", "zero"], ["n"], dict(axis=0)),
    ("Unsqueeze", ["n", "axes"], ["u"], {}),
    ("Concat", ["u", "rest"], ["to"], dict(axis=0)),
    ("Reshape", ["x", "to"], ["r"], {}),
    ("Transpose", ["r"], ["t"], dict(perm=[0, 2, 1])),
    ("LayerNormalization", ["t", "g", "g"], ["l"], {}),
    ("MatMul", ["l", "w"], ["q"], {}),
    ("Split", ["q"], ["a", "b", "v"], dict(axis=-1)),
    ("Transpose", ["b"], ["k"], dict(perm=[0, 2, 1])),
    ("MatMul", ["a", "k"], ["m"], {}),
    ("Softmax", ["m"], ["o"], dict(axis=2)),
    ("MatMul", ["o", "v"], ["e"], {}),
    ("Gelu", ["e"], ["h"], {}),
    ("Add", ["h", "v"], ["y"], {}),
], {"zero": 0, "axes": [0], "rest": [3, -1], "g": w(3), "w": w(3, 24)}, opset=20)
model("unit_length", [
    ("Conv", ["x", "w"], ["c"], {}),
    ("Flatten", ["c"], ["f"], {}),
    ("ReduceL2", ["f"], ["n"], dict(axes=[1], keepdims=1)),
    ("Max", ["n", "e"], ["m"], {}),
    ("Shape", ["f"], ["s"], {}),
    ("Expand", ["m", "s"], ["d"], {}),
    ("Div", ["f", "d"], ["y"], {}),
    ("LpNormalization", ["f"], ["z"], dict(axis=1, p=2)),
], {"w": w(8, 3, 6, 5), "e": np.float32(1e-6)}, output="y n z")
model("parts", [
    ("Slice", ["x", "start", "end", "axes", "steps"], ["s"], {}),
    ("Tanh", ["s"], ["t"], {}),
    ("Gather", ["t", "order"], ["g"], dict(axis=1)),
    ("Reshape", ["g", "five"], ["r"], {}),
    ("Transpose", ["r"], ["p"], dict(perm=[0, 2, 1, 3, 4])),
    ("Reshape", ["p", "four"], ["q"], {}),
    ("Tile", ["q", "times"], ["k"], {}),
    ("DepthToSpace", ["k"], ["y"], dict(blocksize=2, mode="CRD")),
], {"start": [0, -1], "end": [9, -9], "axes": [2, 3], "steps": [2, -1], "order": [2, 0, 1, -1], "five": [1, 2, 2, 3, 5],
    "four": [1, -1, 3, 5], "times": [1, 2, 1, 1]})
model("transposed", [
    ("ConvTranspose", ["x", "w", "b"], ["c"], dict(strides=[2, 2], pads=[1, 1, 0, 0], output_padding=[0, 1], group=3)),
    ("InstanceNormalization", ["c", "g", "g"], ["n"], {}),
    ("Pad", ["n", "pads", "", "axes"], ["p"], dict(mode="reflect")),
    ("Resize", ["p", "", "scales"], ["r"], dict(mode="cubic", axes=[2, 3])),
    ("MaxPool", ["r"], ["m"], dict(kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)),
    ("HardSwish", ["m"], ["y"], {}),
], {"w": w(3, 2, 3, 3), "b": w(6), "g": w(6), "pads": [1, -1, 2, 0], "axes": [2, 3], "scales": np.float32([1.5, 0.5])}, opset=19)
model("planes", [
    ("ReduceMean", ["x"], ["a"], dict(axes=[1], keepdims=1)),
    ("ReduceMax", ["x"], ["b"], dict(axes=[1, 3], keepdims=1)),
    ("Mul", ["x", "a"], ["c"], {}),
    ("Sub", ["c", "b"], ["d"], {}),
    ("Pow", ["d", "two"], ["e"], {}),
    ("Mean", ["e", "x", "d"], ["m"], {}),
    ("Log", ["e"], ["l"], {}),
    ("PRelu", ["l", "s"], ["p"], {}),
    ("Softmax", ["p"], ["y"], dict(axis=1)),
], {"two": np.float32(2), "s": w(3, 6, 1)}, output="y m", opset=12)

picture = Image.fromarray(np.add.outer(np.arange(20), np.arange(24)).astype(np.uint8)[..., None] * np.uint8([3, 5, 1]))
exif = Image.Exif()
exif[0x0112] = 6
gray = picture.convert("L")


def save(name, image, **options):
    buffer = io.BytesIO()
    image.save(buffer, **options)
    (HERE / "decode" / name).write_bytes(buffer.getvalue())


save("turned.jpg", picture, format="JPEG", exif=exif, quality=60)
save("gray_420.jpg", gray, format="JPEG", quality=30)
save("restart.jpg", picture, format="JPEG", quality=20, subsampling=2, restart_marker_blocks=1)
save("turned.png", picture, format="PNG", exif=exif)
save("gray_alpha.png", gray.convert("LA"), format="PNG")
save("deep.png", Image.fromarray(np.arange(480, dtype=np.uint16).reshape(20, 24) * 130), format="PNG")
save("bit.png", gray.convert("1"), format="PNG")
save("lossless.webp", picture, format="WEBP", lossless=True, exif=exif)
save("lossy.webp", picture.convert("RGBA"), format="WEBP", quality=30)


def template(name, encoding, payload, dimension):
    """Without its checksum, which the target adds."""
    bytes = b"SFTP" + struct.pack("<HBBIff", 1, encoding, 1, dimension, 70, 0.4) + b"m" + payload
    (HERE / "template" / name).write_bytes(bytes)


template("f32", 1, np.float32([0.6, -0.8]).tobytes(), 2)
template("f16", 2, np.float16([0.6, 0.0, -0.8]).tobytes(), 3)
scales = np.float32([0.6 / 127, 0.8 / 100, 0, 0, 0, 0, 0, 0])
template("integers", 3, scales.tobytes() + np.int8([127, 0, -100, 0]).tobytes(), 4)


def gallery(name, commits, records):
    """Header, counts and records of 4 values, as the target wants them: sealed there."""
    header = (b"SFGALLRY" + struct.pack("<III", 1, 4, 1) + b"m").ljust(280, b"\0")
    counts = b"".join(struct.pack("<QQQQ", *commit, 0) for commit in commits)
    live = lambda n: struct.pack("<QII", n, 1, 0) + scales.tobytes() + struct.pack("<f12x", 0.4) + np.int8([127, 0, -100, 0]).tobytes() + bytes(12)
    removed = struct.pack("<QII", 0, 2, 0) + bytes(64)
    rows = b"".join(removed if n is None else live(n) for n in records)
    (HERE / "gallery" / name).write_bytes(b"\1" + header + counts + rows)


gallery("empty", [(0, 0, 0), (1, 0, 0)], [])
gallery("two", [(2, 2, 0), (1, 1, 0)], [7, 9])
gallery("removed", [(2, 3, 2), (3, 3, 2)], [7, None, 9])
gallery("removing", [(2, 3, 2), (1, 3, 0)], [7, 8, 9])
gallery("torn", [(0, 0, 0), (1, 1, 0)], [7, 9])

# A cache of templates without its first 52 bytes and its checksum: dimension, count, entries.
cache = HERE / "cache"
cache.mkdir(exist_ok=True)
entry = lambda number, *values: bytes([number] * 32) + bytes([bool(values)]) + np.asarray([70, 0.4, *values] if values else [], "<f4").tobytes()
start = lambda dimension, count: np.uint32(dimension).tobytes() + np.uint64(count).tobytes()
(cache / "empty").write_bytes(start(0, 0))
(cache / "three").write_bytes(start(3, 3) + entry(1, 1, 0, 0) + entry(2) + entry(3, 0.6, -0.8, 0))


def tlv(tag, *contents):
    body = b"".join(contents)
    return bytes.fromhex(tag) + b"\x82" + len(body).to_bytes(2, "big") + body


def record(images, points=0, off=0):
    blocks = b""
    for image in images:
        size = 20 + 8 * points + 12 + len(image)
        blocks += (size + off).to_bytes(4, "big") + points.to_bytes(2, "big") + bytes([1, 3, 4, 0, 0, 3, 0, 1, 1, 2, 179, 0, 0, 0])
        blocks += bytes.fromhex("0135006400320000") * points + bytes.fromhex("010000180014010200070000") + image
    return b"FAC\x00010\x00" + (14 + len(blocks) + off).to_bytes(4, "big") + len(images).to_bytes(2, "big") + blocks


def group(*instances):
    return tlv("75", tlv("7f61", bytes([2, 1, len(instances)]), *(tlv("7f60", i) for i in instances)))


def block(image):
    code = lambda tag, value: bytes([tag, 3, 0x80, 1, value])
    about = tlv("a1", code(0xA0, 2), code(0xA1, 0), bytes.fromhex("a706800118810114"), code(0xA9, 2))
    representation = tlv("a1", tlv("a0", tlv("a0", tlv("80", image), about)))
    pose = bytes.fromhex("a611a003" "8001f6" "a1068001058101" "02" "a202" "8000")
    identity = tlv("a8", code(0xA0, 3), code(0xA1, 7), code(0xA2, 4), pose)
    return tlv("65", bytes.fromhex("a0078001038102" "07e3"), tlv("a1", tlv("30", b"\x80\x01\x00", representation, identity)))


def jpeg2000(**options):
    buffer = io.BytesIO()
    options.pop("image", picture).save(buffer, format="JPEG2000", **options)
    return buffer.getvalue()


small = io.BytesIO()
picture.save(small, format="JPEG", quality=10)
small = small.getvalue()
header = bytes.fromhex("a10f8002010181010287020101880200" "08")
for name, data in {
    "record": record([small]),
    "points_two_faces": record([small, small], 2),
    "off_by_eight": group(header + tlv("5f2e", record([small], 1, -8))),
    "two_instances": group(header + tlv("5f2e", record([small])), tlv("5f2e", record([jpeg2000(quality_layers=[20])]))),
    "block": block(small),
    "block_in_group": group(tlv("7f2e", tlv("a1", block(jpeg2000(no_jp2=True))))),
}.items():
    (HERE / "dg2" / name).write_bytes(data)



# Forms of the field, of the seeds above: no lengths, an OCTET STRING around, templates alone, padding.
def indefinite(tag, *contents):
    return bytes.fromhex(tag) + b"\x80" + b"".join(contents) + bytes(2)


seed = lambda name: (HERE / "dg2" / name).read_bytes()
instance = header + tlv("5f2e", seed("record"))
for name, data in {
    "indefinite": indefinite("75", indefinite("7f61", b"\x02\x01\x01", indefinite("7f60", instance))),
    "octets": tlv("04", tlv("7f60", instance)),
    "bare_block": tlv("04", seed("block")[4:]),
    "padded": seed("off_by_eight") + bytes([255] * 40),
}.items():
    (HERE / "dg2" / name).write_bytes(data)

for name in ["rgba", "ga", "ycc420", "offset", "index", "mixed"]:
    source = HERE.parent.parent / "tests/data/jpeg2000" / f"{name}.j2k"
    (HERE / "decode" / source.name).write_bytes(source.read_bytes())

for name, options in {
    "lossless.jp2": dict(irreversible=False, mct=1, num_resolutions=3),
    "lossy.jp2": dict(quality_mode="rates", quality_layers=[30, 15], irreversible=True, mct=1),
    "tiles.j2k": dict(no_jp2=True, tile_size=(16, 16), num_resolutions=2, progression="RPCL"),
    "precincts.j2k": dict(no_jp2=True, codeblock_size=(4, 4), precinct_size=(8, 8), num_resolutions=3, progression="PCRL"),
    "gray.jp2": dict(image=gray, progression="CPRL"),
    "markers.j2k": dict(no_jp2=True, plt=True, image=gray),
}.items():
    (HERE / "decode" / name).write_bytes(jpeg2000(**options))

# Challenges and sessions.
sessions = HERE / "session"
sessions.mkdir(exist_ok=True)
segment = lambda start, duration, color, **region: dict(start_us=start, duration_us=duration, color=color, **region)
challenge = dict(format=1, id="0f" * 16, nonce="07" * 32, issued_at=1790000000, expires_at=1790000120, segments=[
    segment(0, 500000, [128, 128, 128]), segment(500000, 400000, [255, 0, 0], region="full"), segment(900000, 200000, [0, 255, 255], region="left")])
frames = [dict(file="000000.jpg", timestamp_us=0, exposure_us=8333, iso=200), dict(file="000001.png", timestamp_us=33333)]
for name, data in {
    "challenge": challenge,
    "session": dict(format=1, challenge=challenge, display=[dict(segment=1, shown_us=512345)], frames=frames),
    "bare": dict(format=1, challenge=challenge | dict(segments=[segment(7, 1, [0, 0, 0], region="top")]), frames=[]),
}.items():
    (sessions / name).write_text(json.dumps(data))

# Choices: of a ceremony (a 1 is an honest step), of frames, captures and pages. The states of `sealed` are written by the crate's own test
# `seeds_of_the_fuzz_target_are_states`.
def choices(target, name, data):
    (HERE / target).mkdir(exist_ok=True)
    (HERE / target / name).write_bytes(bytes(data))


chance = random.Random(5)
choices("ceremony", "honest", [1] * 120)
choices("ceremony", "given_up", [0] * 40)
for target, length in {"ceremony": 300, "frames": 120, "capture": 900, "page": 700}.items():
    for n in range(3):
        choices(target, f"random{n}", [chance.randrange(256) for _ in range(length)])


def icc(space, tags):
    """An ICC profile of these tags."""
    table, data = struct.pack(">I", len(tags)), b""
    for name, body in tags:
        table += name + struct.pack(">II", 132 + 12 * len(tags) + len(data), len(body))
        data += body + bytes(-len(body) % 4)
    head = b"\0\0\0\0\x04\x30\0\0mntr" + space + b"XYZ " + bytes(12) + b"acsp" + bytes(28) + struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
    profile = struct.pack(">I", 132 + 12 * len(tags) + len(data)) + (head + bytes(124))[4:128] + table + data
    return profile


def statements():
    """Pictures that say something about themselves: profiles, code points, EXIF of several kinds."""
    fixed = lambda *v: struct.pack(f">{len(v)}i", *(round(x * 65536) for x in v))
    xyz = lambda *v: b"XYZ \0\0\0\0" + fixed(*v)
    curve = b"para\0\0\0\0\0\x03\0\0" + fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    p3 = icc(b"RGB ", [
        (b"rXYZ", xyz(0.51512, 0.2412, -0.00105)), (b"gXYZ", xyz(0.29198, 0.69225, 0.04189)),
        (b"bXYZ", xyz(0.1571, 0.06657, 0.78407)), (b"rTRC", curve), (b"gTRC", curve), (b"bTRC", curve),
    ])
    gray = icc(b"GRAY", [(b"kTRC", b"curv\0\0\0\0\0\0\0\x01\x01\xCD")])
    one = fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    ramp = b"\0\0\xFF\xFF" * 3
    cube = b"".join(struct.pack(">3H", *(0xFFFF * (i >> k & 1) for k in (2, 1, 0))) for i in range(8))
    table = icc(b"RGB ", [(b"A2B0", b"mft2\0\0\0\0\x03\x03\x02\0" + one + b"\0\x02\0\x02" + ramp + cube + ramp)])
    folder = HERE / "decode"
    png = (folder / "turned.png").read_bytes()
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    into_png = lambda *chunks: png[:33] + b"".join(chunk(*c) for c in chunks) + png[33:]
    segment = lambda marker, data: b"\xFF" + marker + struct.pack(">H", len(data) + 2) + data
    part = lambda data: segment(b"\xE2", b"ICC_PROFILE\0\x01\x01" + data)
    exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x04\0\0\0\x01\0\0\0\x06"
    text = b"\nexif\n      %d\n%s\n" % (len(exif), exif.hex().encode())
    jpeg, gray_jpeg = ((folder / name).read_bytes() for name in ("turned.jpg", "gray_420.jpg"))
    webp = (folder / "lossless.webp").read_bytes()
    riff = lambda name, data: name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)
    body = b"WEBP" + webp[12:] + riff(b"ICCP", p3) + riff(b"EXIF", b"Exif\0\0" + exif)
    seeds = {
        "p3.png": into_png((b"iCCP", b"p3\0\0" + zlib.compress(p3, 9))),
        "table.png": into_png((b"iCCP", b"table\0\0" + zlib.compress(table, 9))),
        "points.png": into_png((b"cICP", b"\x0C\x0D\0\x01"), (b"sRGB", b"\0")),
        "gamma.png": into_png((b"gAMA", struct.pack(">I", 100000)), (b"cHRM", struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000))),
        "text.png": into_png((b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(text, 9))),
        "p3.jpg": jpeg[:2] + part(p3) + jpeg[2:],
        "gray_icc.jpg": gray_jpeg[:2] + part(gray) + gray_jpeg[2:],
        "said.webp": b"RIFF" + struct.pack("<I", len(body)) + body,
    }
    for name, data in seeds.items():
        (folder / name).write_bytes(data)


statements()

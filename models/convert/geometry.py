#!/usr/bin/env python3
"""Writes models/face_geometry.bin: MediaPipe's canonical face model, out of the npm package that publishes it.

    python3 models/convert/geometry.py [--sources DIR] [--check]

The file is 468 vertices (x, y, z; little-endian f32; centimetres; x to the subject's left, y up, z towards the camera), then 898
triangles (three little-endian u16, anticlockwise seen from the camera). Needs Python 3 and npm.
"""

import argparse
import hashlib
import struct
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE, FILE = "@mediapipe/face_mesh@0.4.1657299874", "mediapipe-face_mesh-0.4.1657299874.tgz"
SHA256 = "c08a7e0742a326285da666cf81d77c8b6f3a181a2ee948cadaf166008e0d3bc7"
# Where the package's loader says that geometry_pipeline_metadata_landmarks.binarypb lies.
ASSETS, START, END = "package/face_mesh_solution_packed_assets.data", 3737848, 3757224
OUT = Path(__file__).resolve().parent.parent / "face_geometry.bin"


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def fields(message):
    at = 0
    while at < len(message):
        key, at = varint(message, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(message, at)
        else:
            size, at = (4, at) if kind == 5 else varint(message, at)
            value, at = message[at : at + size], at + size
        yield key >> 3, value


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sources", type=Path)
    parser.add_argument("--check", action="store_true", help="fail unless the file is what would be written")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        archive = (arguments.sources or Path(temporary)) / FILE
        if not archive.exists():
            subprocess.run(["npm", "pack", PACKAGE], cwd=archive.parent, check=True, stdout=subprocess.DEVNULL)
        if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
            sys.exit(f"{FILE} is not the package that is expected")
        with tarfile.open(archive) as tar:
            metadata = tar.extractfile(ASSETS).read()[START:END]
    mesh = next(value for field, value in fields(metadata) if field == 1)
    # Vertices have five values: the position and two texture coordinates.
    values = [struct.unpack("<f", value)[0] for field, value in fields(mesh) if field == 3]
    corners = [value for field, value in fields(mesh) if field == 4]
    if len(values) != 5 * 468 or len(corners) != 3 * 898:
        sys.exit("the canonical face model has not the expected size")
    positions = [v for i, v in enumerate(values) if i % 5 < 3]
    data = struct.pack(f"<{len(positions)}f", *positions) + struct.pack(f"<{len(corners)}H", *corners)
    if arguments.check:
        sys.exit(0 if OUT.read_bytes() == data else f"{OUT} differs")
    OUT.write_bytes(data)


if __name__ == "__main__":
    main()

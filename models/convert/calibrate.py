#!/usr/bin/env python3
"""Measure the ranges that a template network's 8-bit layers need, and write template_ranges.json or sface_ranges.json.

    cargo run --release -p selfsame-lab -- crops CROPS 80 datasets/portraits/{obama,obama2,obama3,biden}.jpg \\
        datasets/portraits/astronaut.png
    python models/convert/calibrate.py CROPS [--network sface]

CROPS holds aligned crops as f32, 80 of each photograph; the first of each is as the crate aligns it, the others are moved a
little. Those are also changed in light, colour and sharpness here. Per channel, a range is from the least to the
largest value seen, 0 included, and 1.3 times that: five photographs of three people do not show all that faces do. 1.3 was
chosen on Labeled Faces in the Wild, with the network `template`. SFace's card shows the face half a pixel further than these crops,
which are moved by up to four.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import helper

import ranges

MODELS = Path(__file__).resolve().parent.parent
NETWORKS = {"template": MODELS / "template.onnx", "sface": MODELS / "sface" / "sface.onnx"}
SIZE = 112
PER_PHOTOGRAPH = 80
MARGIN = 1.3
# A layer of fewer input channels gains nothing. The last layer, whose outputs are the template, stays as it is.
MIN_DEPTH = 32


def augmented(crops):
    """The crops, all but the first of each photograph changed as photographs differ. The same in every run."""
    random = np.random.default_rng(1)
    for i, crop in enumerate(crops):
        if i % PER_PHOTOGRAPH == 0:
            yield crop
            continue
        p = (crop * 128 + 127.5) / 255
        if random.random() < 0.5:
            p = p[:, ::-1]
        if random.random() < 0.3:  # blurred: coarse pixels
            k = random.integers(2, 4)
            side = SIZE // k * k
            coarse = p[:side, :side].reshape(side // k, k, side // k, k, 3).mean((1, 3))
            p = p.copy()
            p[:side, :side] = np.repeat(np.repeat(coarse, k, 0), k, 1)
        if random.random() < 0.15:  # grey
            p = np.repeat(p.mean(2, keepdims=True), 3, 2)
        p = np.clip(p, 0, 1) ** random.uniform(0.6, 1.6)
        p = (p - 0.5) * random.uniform(0.6, 1.4) + 0.5 + random.uniform(-0.15, 0.15)
        p = p * random.uniform(0.9, 1.1, 3)
        p = p + random.normal(0, random.uniform(0, 0.03), p.shape)
        yield ((np.round(np.clip(p, 0, 1) * 255) - 127.5) / 128).astype(np.float32)


def quantised_values(model):
    """What the pointwise convolutions read, but for the last layer."""
    shapes = {i.name: i.dims for i in model.graph.initializer}
    cast = {n.output[0]: n.input[0] for n in model.graph.node if n.op_type in ("Cast", "DequantizeLinear")}
    layers = [n for n in model.graph.node if n.op_type in ("Conv", "Gemm")]
    values = []
    for node in layers[:-1]:
        _, depth, *kernel = shapes[cast.get(node.input[1], node.input[1])]
        if kernel == [1, 1] and depth >= MIN_DEPTH:
            values.append(node.input[0])
    return list(dict.fromkeys(values))


def measure(model, values, crops):
    model.graph.output.extend(helper.make_empty_tensor_value_info(v) for v in values)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    low, high = {}, {}
    for crop in crops:
        image = np.ascontiguousarray(crop.transpose(2, 0, 1))[None]
        for value, array in zip(values, session.run(values, {"input": image})):
            low[value] = np.minimum(low.get(value, 0), array.min((0, 2, 3)))
            high[value] = np.maximum(high.get(value, 0), array.max((0, 2, 3)))
    return {v: {"low": rounded(MARGIN * low[v]), "high": rounded(MARGIN * high[v])} for v in values}


def rounded(values):
    """As the network's file keeps them: f16, written as the shortest decimals."""
    return [float(str(v)) for v in np.asarray(values).astype(np.float16)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("crops", type=Path)
    parser.add_argument("--network", choices=NETWORKS, default="template")
    args = parser.parse_args()
    crops = np.fromfile(args.crops, "<f4").reshape(-1, SIZE, SIZE, 3)
    model = onnx.load(NETWORKS[args.network])
    values = quantised_values(model)
    measured = measure(model, values, augmented(crops))
    lines = ",\n".join(f'  "{v}": {json.dumps(r)}' for v, r in measured.items())
    ranges.path(args.network).write_text(f'{{"crops": {len(crops)}, "margin": {MARGIN}, "values": {{\n{lines}\n}}}}\n')
    print(f"{len(values)} values, {sum(len(r['low']) for r in measured.values())} channels, {len(crops)} crops")


if __name__ == "__main__":
    main()

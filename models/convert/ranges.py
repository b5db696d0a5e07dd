"""Ranges of the values that 8-bit layers read, as metadata of an ONNX file."""

import json
from pathlib import Path

import numpy as np

PREFIX = "selfsame.range."
HERE = Path(__file__).resolve().parent


def path(name):
    return HERE / f"{name}_ranges.json"


def encode(low, high):
    """Eight hexadecimal digits per channel: low, then high, as little-endian f16."""
    pairs = np.stack([low, high], axis=1)
    rounded = pairs.astype("<f2")
    assert np.isfinite(rounded).all() and (rounded[:, 0] <= 0).all() and (rounded[:, 1] >= 0).all()
    return rounded.tobytes().hex()


def attach(model, name):
    """Writes the ranges of the network `name` into `model`, if there are any: one entry of metadata per value."""
    if not path(name).exists():
        return
    values = json.loads(path(name).read_text())["values"]
    written = {output for node in model.graph.node for output in node.output}
    assert set(values) <= written, f"ranges of unknown values: {set(values) - written}"
    for value in sorted(values):
        entry = model.metadata_props.add()
        entry.key = PREFIX + value
        entry.value = encode(np.array(values[value]["low"]), np.array(values[value]["high"]))

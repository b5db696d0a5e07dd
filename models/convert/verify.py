"""Compare the ONNX networks with the original tflite files, and compute golden outputs."""

import numpy as np
import onnxruntime
from ai_edge_litert.interpreter import Interpreter

MIN_COSINE = 0.9999
RANDOM_IMAGES = 24
# Largest difference allowed for the unrounded conversion, relative to the output's root mean square.
EXACT = 5e-5
# What f32 rounds off a probability: executors' sigmoids differ by as much, however small it is.
ROUNDING = 1e-6


class Original:
    """The tflite network, one NHWC image at a time whatever its fixed batch."""

    def __init__(self, data, outputs):
        self.interpreter = Interpreter(model_content=data, num_threads=1)
        self.interpreter.allocate_tensors()
        self.input = self.interpreter.get_input_details()[0]
        self.outputs = list(zip([d["index"] for d in self.interpreter.get_output_details()], outputs))

    def run(self, image):
        batch = np.broadcast_to(image, self.input["shape"]).astype(np.float32)
        self.interpreter.set_tensor(self.input["index"], batch)
        self.interpreter.invoke()
        return {
            name: self.interpreter.get_tensor(index)[0].reshape(shape).copy()
            for index, (name, shape) in self.outputs
        }


class Converted:
    """The ONNX network; takes a batch of NHWC images."""

    def __init__(self, model_bytes):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(model_bytes, options, providers=["CPUExecutionProvider"])

    def run(self, images):
        nchw = np.ascontiguousarray(np.stack(images).transpose(0, 3, 1, 2), np.float32)
        names = [o.name for o in self.session.get_outputs()]
        return dict(zip(names, self.session.run(names, {"input": nchw})))


def structured_image(size):
    """Colour gradient with dark and light blobs, in [0, 1]."""
    y, x = np.mgrid[0:size, 0:size] / size
    image = np.stack([0.3 + 0.5 * x, 0.3 + 0.4 * y, 0.6 - 0.3 * x * y], axis=-1)
    for cy, cx, radius, delta in [
        (0.5, 0.5, 0.30, 0.35), (0.42, 0.38, 0.05, -0.5), (0.42, 0.62, 0.05, -0.5), (0.65, 0.5, 0.08, -0.3),
    ]:
        image += delta * np.exp(-(((y - cy) ** 2 + (x - cx) ** 2) / radius**2))[..., None]
    return image.clip(0, 1)


def test_images(size, low, high):
    """Half white noise, half smooth noise, and a structured image."""
    images = []
    for seed in range(RANDOM_IMAGES):
        rng = np.random.default_rng(seed)
        if seed % 2 == 0:
            image = rng.random((size, size, 3))
        else:
            grid = rng.random((8, 8, 3))
            at = np.linspace(0, 7, size)
            rows = np.stack([[np.interp(at, range(8), grid[r, :, c]) for c in range(3)] for r in range(8)])
            image = np.stack(
                [np.stack([np.interp(at, range(8), rows[:, c, i]) for i in range(size)], 1) for c in range(3)], -1
            )
        images.append(image)
    images.append(structured_image(size))
    return [(low + (high - low) * image).astype(np.float32) for image in images]


def golden_image(size, a, b):
    """x[h,w,c] = a + b*sin(0.37*h*(c+1) + 0.23*w + c)"""
    h, w, c = np.mgrid[0:size, 0:size, 0:3].astype(np.float64)
    return (a + b * np.sin(0.37 * h * (c + 1) + 0.23 * w + c)).astype(np.float32)


def cosine(a, b):
    a, b = a.astype(np.float64).ravel(), b.astype(np.float64).ravel()
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def compare(name, original, exact, half, images, min_cosine=MIN_COSINE):
    """Print the table for one network; returns False when a requirement does not hold."""
    ok = True
    expected = [original.run(image) for image in images]
    for label, model in (("f32", exact), ("f16", half)):
        got = [model.run([image]) for image in images]
        for output in expected[0]:
            want = np.stack([e[output] for e in expected])
            have = np.concatenate([g[output] for g in got])
            assert have.shape == want.shape, (have.shape, want.shape)
            # A single number per image has no direction: compare it over all images.
            single = want[0].size == 1
            worst = cosine(want, have) if single else min(map(cosine, want, have))
            difference = float(np.abs(want - have).max())
            rms = float(np.sqrt((want.astype(np.float64) ** 2).mean()))
            good = worst >= min_cosine and (label == "f16" or difference <= max(EXACT * rms, ROUNDING))
            ok &= good
            print(
                f"{name:9} {output:10} {label}  cosine {worst:.8f}  max abs diff {difference:.2e}"
                f"  rms {rms:8.3f}  {'ok' if good else 'FAILED'}"
            )
    return ok & batch_is_free(name, half, images)


def batch_is_free(name, model, images):
    """Images run one by one and in batches of 2 and 5 must agree."""
    worst = 0.0
    single = [model.run([image]) for image in images[-5:]]
    for n in (2, 5):
        batch = model.run(images[-5:][:n])
        for output, values in batch.items():
            for i in range(n):
                difference = np.abs(values[i] - single[i][output][0]).max()
                worst = max(worst, float(difference / np.abs(values[i]).max()))
    print(f"{name:9} batches of 1, 2 and 5: largest relative difference {worst:.1e}")
    return worst <= 1e-5

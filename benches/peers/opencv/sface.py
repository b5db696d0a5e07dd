#!/usr/bin/env python3
"""Times SFace alone: ours, OpenVINO and ONNX Runtime, in turns on one core.

    sface.py SFACE.onnx --ours PROGRAM [--rounds N] [--runs N] [--core N]

SFACE.onnx is what `networks.py` wrote: the peers get plain f32 weights, which they need not widen. PROGRAM is
`selfsame-lab` (`cargo build --release -p selfsame-lab`); it runs `models/sface`. CPU milliseconds of one run on one picture of
noise, minimum and median over all runs; each round starts every peer anew, and five runs go before that are not counted.
Needs `pip install openvino onnxruntime numpy`.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

CARD = pathlib.Path(__file__).resolve().parents[3] / "models" / "sface" / "sface.toml"


def openvino(file):
    import openvino

    core = openvino.Core()
    core.set_property("CPU", {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": "f32"})
    request = core.compile_model(core.read_model(file), "CPU").create_infer_request()
    return lambda x: request.infer([x])


def onnxruntime(file):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    return lambda x: session.run(None, {session.get_inputs()[0].name: x})


def child(peer, file, runs):
    import numpy as np

    run = {"OpenVINO": openvino, "ONNX Runtime": onnxruntime}[peer](file)
    x = np.random.default_rng(0).uniform(0, 255, (1, 3, 112, 112)).astype(np.float32)
    times = []
    for _ in range(runs + 5):
        begun = time.process_time()
        run(x)
        times.append(1e3 * (time.process_time() - begun))
    print(json.dumps({"cpu_ms": times[5:]}))


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("sface")
    args.add_argument("--ours", type=pathlib.Path, required=True)
    args.add_argument("--rounds", type=int, default=7)
    args.add_argument("--runs", type=int, default=30)
    args.add_argument("--core", type=int, default=0)
    args.add_argument("--child", help=argparse.SUPPRESS)
    args = args.parse_args()
    if args.child:
        return child(args.child, args.sface, args.runs)
    ours = [str(args.ours.resolve()), "cost", "network", str(CARD), "--runs", str(args.runs)]
    peers = {"selfsame": ours, "selfsame, int8": [*ours, "--int8"]}
    for peer in ["OpenVINO", "ONNX Runtime"]:
        peers[peer] = [sys.executable, __file__, args.sface, "--ours", str(args.ours), "--runs", str(args.runs), "--child", peer]
    times = {peer: [] for peer in peers}
    for _ in range(args.rounds):
        for peer, command in peers.items():
            done = subprocess.run(["taskset", "-c", str(args.core), *command], capture_output=True, text=True)
            if done.returncode != 0:
                sys.exit(f"{peer}: {done.stderr}")
            times[peer] += json.loads(done.stdout.strip().splitlines()[-1])["cpu_ms"]
    low, middle = min(times["selfsame"]), statistics.median(times["selfsame"])
    print("| who | CPU ms, minimum / median | over selfsame's |\n|---|---|---|")
    for peer, all in times.items():
        a, b = min(all), statistics.median(all)
        print(f"| {peer} | {a:.2f} / {b:.2f} | {a / low:.2f} / {b / middle:.2f} |")


if __name__ == "__main__":
    main()

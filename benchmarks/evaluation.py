"""Is the account of a collection fast, and does it fit into memory?

    python benchmarks/evaluation.py --torch .venv-torch/bin/python

1. `rank_scores` beside pytorch-metric-learning's `AccuracyCalculator` with its FAISS, each
   in a process of its own on the same arrays, in turn: seconds, and megabytes at the peak
   beyond what the process held before. Unit vectors of 128 dimensions:

   - "kept together": a random direction for each class, plus a deviation of expected
     length 0.5, normal in 16 dimensions that all classes share. 6,000 classes and 10.
   - "spread": every direction as likely as any other, whatever the class.

   Ours gives precision, recall, the share found and nDCG at 1, 5 and 10, precision at 1,
   R-precision, MAP over the whole ranking, MAP@R and MRR, of every query, from which means
   over classes follow. The peer, whose k is set to the largest class, as it asks for, gives
   precision at 1, R-precision and MAP@R, which must be equal but for neighbours that
   float32 cannot tell apart; and MAP and MRR of the first k places. Neither clusters.

2. `code_map` of codes of 64 bits, at the peak.

A process that needs more than `--memory` is reported so: with ten classes of 6,000 the peer
takes 22 GB. Not compared: GPUs.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from peers.confined import run

PEERS = Path(__file__).parent / "peers"
DIM, INNER_DIMENSIONS, SPREAD = 128, 16, 0.5
TIMES_FASTER, MEMORY_SHARE, CODE_MEGABYTES = 3, 1 / 4, 2048
TOLERANCE = 1e-5


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def kept_together(labels, rng):
    directions = unit(rng.normal(size=(labels.max() + 1, DIM)))
    inner = np.linalg.qr(rng.normal(size=(DIM, INNER_DIMENSIONS)))[0].T
    deviations = rng.normal(size=(len(labels), INNER_DIMENSIONS))
    return unit(directions[labels] + deviations @ inner * SPREAD / INNER_DIMENSIONS**0.5)


def spread(labels, rng):
    return unit(rng.normal(size=(len(labels), DIM)))


# Items of a class, or None for ten classes.
CASES = {
    "kept together, ten to a class": (kept_together, 10),
    "kept together, ten classes": (kept_together, None),
    "spread, ten to a class": (spread, 10),
    "spread, ten classes": (spread, None),
}


def save(folder, embeddings, labels):
    np.save(folder / "embeddings.npy", embeddings)
    np.save(folder / "labels.npy", labels)


def measure(python, script, settings, *given):
    command = [python, PEERS / script, settings.folder, *given]
    return run(command, settings.memory, settings.seconds)


def compare(settings):
    print(f"rank_scores and AccuracyCalculator, {settings.items:,} items of {DIM} numbers")
    print("| embeddings | ours, s | peer, s | times faster | ours, MB | peer, MB | share |")
    print("|---|---|---|---|---|---|---|")
    for name, (make, size) in CASES.items():
        if settings.only in name:
            rng = np.random.default_rng(0)
            of_class = size or settings.items // 10
            labels = rng.permutation(np.arange(settings.items) // of_class)
            save(settings.folder, make(labels, rng), labels)
            print("| " + " | ".join([name, *cells(settings)]) + " |", flush=True)


def cells(settings):
    """One row of the table: the medians of runs in turn, or why there are none."""
    found = []
    for _ in range(settings.repeats):
        found.append(
            (
                measure(sys.executable, "evaluate_tfmetric.py", settings),
                measure(settings.torch, "evaluate_pytorch.py", settings),
            )
        )
        failed = [each for each in found[-1] if isinstance(each, str)]
        if failed:
            return failed
        ours, peer = (each["scores"] for each in found[-1])
        for score, value in ours.items():
            if abs(value - peer[score]) > TOLERANCE:
                print(f"! {score}: {value} and {peer[score]}")
    ours, peer = (
        {
            unit: np.median([each[side][unit] for each in found])
            for unit in ("seconds", "megabytes")
        }
        for side in (0, 1)
    )
    times = peer["seconds"] / ours["seconds"]
    share = ours["megabytes"] / peer["megabytes"]
    return [
        f"{ours['seconds']:.1f}",
        f"{peer['seconds']:.1f}",
        f"{times:.1f} {'met' if times >= TIMES_FASTER else 'missed'}",
        f"{ours['megabytes']:,.0f}",
        f"{peer['megabytes']:,.0f}",
        f"1/{1 / share:.0f} {'met' if share <= MEMORY_SHARE else 'missed'}",
    ]


def measure_codes(settings):
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 256, (settings.codes, 8), dtype=np.uint8)
    save(settings.folder, codes, rng.integers(0, 1000, settings.codes))
    found = measure(sys.executable, "evaluate_codes.py", settings, settings.queries)
    print(
        f"\ncode_map, {settings.queries:,} queries, {settings.codes:,} codes of 64 bits: "
        f"{found['seconds']:.1f} s, {found['megabytes']:,.0f} MB "
        f"{'met' if found['megabytes'] <= CODE_MEGABYTES else 'missed'}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch", help="Python with PyTorch; without it, codes alone")
    parser.add_argument("--items", type=int, default=60_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", default="", help="only embeddings whose name holds this")
    parser.add_argument("--codes", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=1000, help="of the codes")
    parser.add_argument("--memory", type=int, default=21, help="GiB for each process")
    parser.add_argument("--seconds", type=int, default=900, help="for each process")
    settings = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings.folder = Path(folder)
        if settings.torch:
            compare(settings)
        measure_codes(settings)


if __name__ == "__main__":
    main()

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

Not compared: GPUs.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

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


def measure(python, script, folder, *settings):
    """What a process reports, or the last line of what it complains of."""
    run = subprocess.run(
        [str(part) for part in (python, PEERS / script, folder, *settings)],
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )
    if run.returncode:
        said = run.stderr.strip().splitlines() or [f"signal {-run.returncode}"]
        raise RuntimeError(f"{script}: {said[-1]}")
    return json.loads(run.stdout.splitlines()[-1])


def save(folder, embeddings, labels):
    np.save(folder / "embeddings.npy", embeddings)
    np.save(folder / "labels.npy", labels)


def compare(settings, folder):
    print(f"rank_scores and AccuracyCalculator, {settings.items:,} items of {DIM} numbers")
    print("| embeddings | ours, s | peer, s | times faster | ours, MB | peer, MB | share |")
    print("|---|---|---|---|---|---|---|")
    for name, (make, size) in CASES.items():
        if settings.only not in name:
            continue
        rng = np.random.default_rng(0)
        labels = rng.permutation(
            np.arange(settings.items) // (size or settings.items // 10)
        )
        save(folder, make(labels, rng), labels)
        found = [
            [
                measure(sys.executable, "evaluate_tfmetric.py", folder),
                measure(settings.torch, "evaluate_pytorch.py", folder),
            ]
            for _ in range(settings.repeats)
        ]
        for ours, peer in found:
            for score, value in ours["scores"].items():
                if abs(value - peer["scores"][score]) > TOLERANCE:
                    print(f"! {score}: {value} and {peer['scores'][score]}")
        seconds, megabytes = (
            [np.median([each[side][unit] for each in found]) for side in (0, 1)]
            for unit in ("seconds", "megabytes")
        )
        times, share = seconds[1] / seconds[0], megabytes[0] / megabytes[1]
        cells = [
            name,
            *(f"{value:.1f}" for value in seconds),
            f"{times:.1f} {'met' if times >= TIMES_FASTER else 'missed'}",
            *(f"{value:,.0f}" for value in megabytes),
            f"1/{1 / share:.0f} {'met' if share <= MEMORY_SHARE else 'missed'}",
        ]
        print("| " + " | ".join(cells) + " |", flush=True)


def measure_codes(settings, folder):
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 256, (settings.codes, 8), dtype=np.uint8)
    save(folder, codes, rng.integers(0, 1000, settings.codes))
    found = measure(sys.executable, "evaluate_codes.py", folder, settings.queries)
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
    settings = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if settings.torch:
            compare(settings, Path(folder))
        measure_codes(settings, Path(folder))


if __name__ == "__main__":
    main()

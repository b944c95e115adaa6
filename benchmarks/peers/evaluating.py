"""One collection and one way to measure its evaluation, for every library. Needs NumPy."""

import json
import sys
import time
from pathlib import Path

import numpy as np

WARM_UP = 500


def report(evaluate):
    """Prints seconds, megabytes at the peak beyond those before, and scores as JSON.

    Args:
        evaluate: function from (items, dim) float32 embeddings and (items,) labels to a
            dict of scores. It is first called on a few items, to load what it needs.
    """
    folder = Path(sys.argv[1])
    embeddings, labels = np.load(folder / "embeddings.npy"), np.load(folder / "labels.npy")
    evaluate(embeddings[:WARM_UP], np.arange(WARM_UP) % 10)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from here
    before = _megabytes("VmRSS")
    start = time.perf_counter()
    scores = evaluate(embeddings, labels)
    seconds = time.perf_counter() - start
    megabytes = _megabytes("VmHWM") - before
    print(json.dumps({"seconds": seconds, "megabytes": megabytes, "scores": scores}))


def _megabytes(name):
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(name)

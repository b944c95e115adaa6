"""One batch and one way to time a step, for every library. Needs NumPy alone."""

import json
import statistics
import time

import numpy as np

DIM = 128
PER_CLASS = 4
# The step is repeated this long, unless a single one takes longer.
SECONDS = 3


def batch(rows):
    """Labels, four examples a class, and unit vectors, the same in every process."""
    x = np.random.default_rng(rows).normal(size=(rows, DIM))
    labels = np.random.default_rng(1).permutation(np.arange(rows) // PER_CLASS)
    return labels, (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)


def report(step):
    """Prints the loss that `step()` gives and its median time in milliseconds.

    The first step compiles, allocates and warms up; it counts only if it takes so long
    that a second would tell nothing more.
    """
    start = time.perf_counter()
    loss = step()
    times = [time.perf_counter() - start]
    if times[0] < 10 * SECONDS:
        times = []
        while not times or sum(times) < SECONDS:
            start = time.perf_counter()
            step()
            times.append(time.perf_counter() - start)
    print(json.dumps({"ms": 1000 * statistics.median(times), "loss": float(loss)}))

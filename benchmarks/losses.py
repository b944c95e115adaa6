"""What does a loss cost beside the matrix product that any of them needs?

Every loss on a labelled batch that `tfmetric.losses` exports, and some of their settings,
forward and backward, on unit vectors. The unit of time is one product of the embeddings
with themselves, forward and backward under a random upstream gradient; it is taken before
and after every run of a loss, and the median over the runs of their ratio is printed. With
`--memory` each loss runs in a process of its own, and the peak of its resident memory is
printed in float32 matrices of batch by batch.

Not compared: GPUs, XLA, tuple networks, losses on proxies and on views.
"""

import argparse
import inspect
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

from tfmetric import losses

EXAMPLES_OF_A_CLASS = 8
CLASSES = 10  # of a batch with many examples of each
LIMIT = 2.5  # of what works on rows alone
LIMIT_OF_MEMORY = 10

# Settings beside the defaults, whether the classes are few, and other limits of time.
VARIANTS = [
    ("TripletLoss", {}, False, 5),
    ("TripletLoss", {}, True, 30),
    ("TripletLoss", {"strategy": "hard"}, False, 3),
    ("TripletLoss", {"strategy": "easy"}, False, 3),
    ("TripletLoss", {"strategy": "semihard"}, False, 8),
    ("TripletLoss", {"strategy": "semihard"}, True, None),
    ("TripletLoss", {"soft": True}, False, None),
    ("TripletLoss", {"strategy": "hard", "soft": True}, False, 3),
    ("TripletLoss", {"swap": True}, False, None),
    ("TripletLoss", {"strategy": "hard", "swap": True}, False, None),
    ("TripletLoss", {"strategy": "semihard", "swap": True}, False, None),
    ("QuadrupletLoss", {}, False, 60),
    ("QuadrupletLoss", {}, True, 60),
    ("QuadrupletLoss", {"strategy": "hard"}, False, None),
    # These compare each positive with all other examples of its row, by sigmoids.
    ("PNPLoss", {}, False, None),
    ("SmoothAPLoss", {}, False, None),
    ("SurrogatePrecisionLoss", {}, False, None),
]


def cases():
    """From the name of each case to its class, settings, few classes or not, and limit."""
    listed = list(VARIANTS)
    for name in losses.__all__:
        item = getattr(losses, name)
        if is_on_batches(item) and name not in {each[0] for each in listed}:
            listed.append((name, {}, False, LIMIT))
    return {label(*case[:3]): case for case in listed}


def is_on_batches(item):
    """Whether a class scores one embedding of each example, and needs no argument."""
    if not inspect.isclass(item) or not issubclass(item, losses.BatchLoss):
        return False
    arguments = inspect.signature(item).parameters.values()
    on_views = issubclass(item, losses.ViewLoss) or item is losses.InfoNCELoss
    return not on_views and all(each.default is not each.empty for each in arguments)


def label(name, settings, few_classes):
    listed = ", ".join(f"{key}={value!r}" for key, value in settings.items())
    return f"{name}({listed})" + (f", {CLASSES} classes" if few_classes else "")


def step_of(case, size, dim):
    """A function that runs value and gradient of a loss on one batch."""
    name, settings, few_classes, _ = case
    loss = getattr(losses, name)(**settings)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(size, dim)).astype(np.float32)
    x = tf.constant(x / np.linalg.norm(x, axis=1, keepdims=True))
    labels = np.arange(size) // EXAMPLES_OF_A_CLASS
    if few_classes:
        labels = rng.integers(0, CLASSES, size)
    return compiled(lambda x: loss(labels, x), x)


def product_of(size, dim):
    rng = np.random.default_rng(1)
    x = tf.constant(rng.normal(size=(size, dim)).astype(np.float32))
    upstream = tf.constant(rng.normal(size=(size, size)).astype(np.float32))
    return compiled(lambda x: tf.matmul(x, x, transpose_b=True), x, upstream)


def compiled(function, x, upstream=None):
    @tf.function(autograph=False)
    def step(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = function(x)
        # A graph drops what nobody asks for, so both directions are asked for.
        return tf.reshape(value, [-1])[0] + tf.reduce_sum(tape.gradient(value, x, upstream))

    graph = step.get_concrete_function(tf.TensorSpec(x.shape, x.dtype))
    return lambda: graph(x).numpy()


def seconds(step):
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def time_in_products(case, size, dim, repeats):
    step, product = step_of(case, size, dim), product_of(size, dim)
    step(), product()
    ratios, before = [], seconds(product)
    for _ in range(repeats):
        run = seconds(step)
        after = seconds(product)
        ratios.append(2 * run / (before + after))
        before = after
    return statistics.median(ratios)


def memory_in_matrices(name, size, dim):
    """The peak of a fresh process that runs the loss once, less what it had before."""
    command = [sys.executable, __file__, "--peak", name]
    command += ["--size", str(size), "--dim", str(dim)]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(found.stdout) * 1024 / (4 * size**2)


def peak_kilobytes(case, size, dim):
    step_of(case, 64, dim)()  # what TensorFlow takes once
    step = step_of(case, size, dim)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before = status("VmRSS")
    step()
    return status("VmHWM") - before


def status(field):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=2048, help="examples of the batch")
    parser.add_argument("--dim", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--loss", nargs="*", default=[""], help="parts of names")
    parser.add_argument("--memory", action="store_true", help="peaks too (Linux)")
    parser.add_argument("--peak", help=argparse.SUPPRESS)
    settings = parser.parse_args()
    size, dim = settings.size, settings.dim

    if settings.peak:
        print(peak_kilobytes(cases()[settings.peak], size, dim))
        return
    print(f"batch of {size}, {dim} dimensions; {EXAMPLES_OF_A_CLASS} examples a class")
    print(f"{'':52s} {'time':>8s} {'limit':>6s} {'memory':>8s}")
    for name, case in cases().items():
        if not any(part in name for part in settings.loss):
            continue
        ratio, limit = time_in_products(case, size, dim, settings.repeats), case[3]
        line = f"{name:52s} {verdict(ratio, limit)} {limit or '':>6}"
        if settings.memory:
            peak = memory_in_matrices(name, size, dim)
            line += f" {verdict(peak, LIMIT_OF_MEMORY)}"
        print(line, flush=True)


def verdict(value, limit):
    return f"{value:7.1f}{'!' if limit and value > limit else ' '}"


if __name__ == "__main__":
    main()

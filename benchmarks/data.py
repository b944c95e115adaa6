"""Do batches arrive as fast as a training can use them?

`sampler`: a table of a million labels of 10,000 classes. Printed are the seconds until the
dataset is there and until its first batch, the memory of the table and its highest point
while an epoch is laid out, and batches of 64 classes x 4 a second, of images that cost
nothing.

`files`: JPEG files of 500x375 in 50 folders, brought to 224x224. `balanced_batches` on what
`open_folder` gives, and loops of `cv2.imread` and `cv2.resize` over the same files, in one
thread and in as many as there are cores, take turns; medians are printed: images a second,
which other work on the machine changes, the work of a core for each, which it changes less,
and the seconds until the first batch. All files are in the memory of the system after the
first turn, so that disks are not measured. Then a training is played whose step takes no
core, as on an accelerator, and 1.5 times as long as a batch took: how much longer than its
steps it takes, the first batch not counted, is what it waited.

`tuples`: a million triplets drawn from labels, quadruplets, pairs, triplets from a list of
judged pairs, and 10,000 few-shot episodes: seconds and the highest point of memory. A plain
loop, which picks one triplet at a time from lists of the members of each class and takes
another negative while it is of the anchor's class, draws fewer; it takes turns with
`make_triplets`, and medians for one triplet are compared.

Not compared: other libraries, network file systems, augmentation, GPUs.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np

from tfmetric import data
from tfmetric.data import balanced_batches, open_folder


def sampler(items, classes):
    labels = np.random.default_rng(0).integers(0, classes, items)
    images = np.zeros((items, 1), np.uint8)
    balanced_batches(images[:8], [0, 1] * 4, 2, 2)  # TensorFlow's own beginning
    begin = time.perf_counter()
    dataset = balanced_batches(images, labels, 64, 4)
    made = time.perf_counter() - begin
    iterator = iter(dataset)
    next(iterator)
    first = time.perf_counter() - begin
    begin = time.perf_counter()
    rest = sum(1 for _ in iterator)
    rate = rest / (time.perf_counter() - begin)
    print(f"{items:,} labels of {classes:,} classes, 64 classes x 4 in a batch")
    print(f"dataset made after {made:.2f} s, first batch after {first:.2f} s")
    print(f"{rate:,.0f} batches a second, {rest + 1:,} an epoch")
    held, peak = memory(images, labels)
    print(f"memory of arrays: {held / 1e6:.0f} MB held, {peak / 1e6:.0f} MB at the highest")


def memory(images, labels):
    tracemalloc.start()
    dataset = balanced_batches(images, labels, 64, 4)
    held = tracemalloc.get_traced_memory()[0]
    next(iter(dataset))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return held, peak


def files(count, rounds):
    with tempfile.TemporaryDirectory() as folder:
        write_images(Path(folder), count)
        begin = time.perf_counter()
        images = open_folder(folder, 224)
        opened = time.perf_counter() - begin
        print(f"{count} files opened at {1e6 * opened / count:.0f} µs each")
        batches = balanced_batches(images.images, images.labels, 16, 4)
        ways = {
            "plain loop": lambda: loop(images.paths, 1),
            "the same in a thread for each core": lambda: loop(
                images.paths, os.cpu_count()
            ),
            "balanced_batches": lambda: pipeline(batches),
        }
        turns = [{name: way() for name, way in ways.items()} for _ in range(rounds)]
        step = 1.5 * 64 / statistics.median(turn["balanced_batches"][0] for turn in turns)
        waits = [waiting(batches, step) for _ in range(rounds)]
    for name in ways:
        rate, work, first = map(
            statistics.median, zip(*(t[name] for t in turns), strict=True)
        )
        print(
            f"{name}: {rate:,.0f} images a second, {1000 * work:.2f} ms of a core for each"
        )
    print(f"first batch of an epoch, 64 images, after {first:.2f} s")
    longer = statistics.median(waits)
    print(f"steps of {1000 * step:.0f} ms that take no core: x{longer:.2f} with waiting")


def waiting(batches, step):
    """How many times as long as its steps an epoch takes after its first batch."""
    iterator = iter(batches)
    next(iterator)
    begin = time.perf_counter()
    for _ in iterator:
        time.sleep(step)
    return (time.perf_counter() - begin) / ((len(batches) - 1) * step)


def write_images(folder, count):
    generator = np.random.default_rng(0)
    for number in range(count):
        path = folder / f"{number % 50:02}" / f"{number:05}.jpg"
        path.parent.mkdir(exist_ok=True)
        coarse = generator.integers(0, 256, (30, 40, 3), np.uint8)
        image = cv2.resize(coarse, (500, 375), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(path), image)


def timed(run):
    """Images a second, seconds of a core for each, and what `run` returns second."""
    begin, work = time.perf_counter(), time.process_time()
    count, first = run()
    taken, work = time.perf_counter() - begin, time.process_time() - work
    return count / taken, work / count, first


def loop(paths, threads):
    def read(path):
        cv2.resize(cv2.imread(path), (224, 224), interpolation=cv2.INTER_AREA)

    def run():
        with ThreadPoolExecutor(threads) as pool:
            return len(list(pool.map(read, paths))), 0

    return timed(run)


def pipeline(batches):
    def run():
        begin = time.perf_counter()
        iterator = iter(batches)
        images, _ = next(iterator)
        first = time.perf_counter() - begin
        return len(images) + sum(len(images) for images, _ in iterator), first

    return timed(run)


def tuples(count, classes, per_class, rounds):
    labels = np.random.default_rng(0).permutation(np.repeat(range(classes), per_class))
    per_anchor = -(-count // len(labels))
    first, second = data.make_pairs(labels)[:2]
    matches = labels[first] == labels[second]
    per_match = -(-count // matches.sum())
    ways = {
        "make_triplets": lambda: data.make_triplets(labels, per_anchor=per_anchor),
        "make_quadruplets": lambda: data.make_quadruplets(labels, per_anchor=per_anchor),
        "make_pairs": lambda: data.make_pairs(labels, per_anchor=-(-per_anchor // 2)),
        "triplets_from_pairs": lambda: data.triplets_from_pairs(
            first, second, matches, per_match=per_match
        ),
        "make_episodes, 5 ways, 5 shots, 15 queries": lambda: data.make_episodes(
            labels, 5, 5, 15, 10_000
        ),
    }
    print(f"{len(labels):,} labels of {classes:,} classes")
    for name, way in ways.items():
        times = [seconds(way) for _ in range(rounds)]
        tracemalloc.start()
        made = len(way()[0])
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        print(f"{name}: {made:,} in {statistics.median(times):.2f} s, {peak / 1e6:.0f} MB")
    turns = [
        (seconds(ways["make_triplets"]), seconds(lambda: plain_triplets(labels, 20_000)))
        for _ in range(rounds)
    ]
    ours, plain = map(statistics.median, zip(*turns, strict=True))
    ratio = plain / 20_000 / (ours / (per_anchor * len(labels)))
    print(f"plain loop: {plain / 20_000 * 1e6:.1f} µs a triplet, x{ratio:.0f} of ours")


def plain_triplets(labels, count):
    generator, labels = random.Random(0), labels.tolist()
    members = {}
    for item, label in enumerate(labels):
        members.setdefault(label, []).append(item)
    triplets = []
    for number in range(count):
        anchor = number % len(labels)
        positive = negative = anchor
        while positive == anchor:
            positive = generator.choice(members[labels[anchor]])
        while labels[negative] == labels[anchor]:
            negative = generator.randrange(len(labels))
        triplets.append((anchor, positive, negative))
    return np.array(triplets)


def seconds(run):
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts = parser.add_subparsers(dest="part", required=True)
    part = parts.add_parser("sampler")
    part.add_argument("--items", type=int, default=1_000_000)
    part.add_argument("--classes", type=int, default=10_000)
    part = parts.add_parser("files")
    part.add_argument("--count", type=int, default=1_000)
    part.add_argument("--rounds", type=int, default=5)
    part = parts.add_parser("tuples")
    part.add_argument("--count", type=int, default=1_000_000)
    part.add_argument("--classes", type=int, default=1_000)
    part.add_argument("--per-class", type=int, default=50)
    part.add_argument("--rounds", type=int, default=5)
    arguments = vars(parser.parse_args())
    run = {"sampler": sampler, "files": files, "tuples": tuples}[arguments.pop("part")]
    run(**arguments)


if __name__ == "__main__":
    main()

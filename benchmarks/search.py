"""Is a search with codes fast, and what does it miss?

Two questions, each answered in one run in which all that is compared takes turns, so that
noise of the machine falls on all alike; medians are printed.

1. What does `HammingIndex` add to FAISS's `IndexBinaryFlat` called directly, on random
   codes? Printed for both ways in which FAISS keeps the nearest, a heap and counting.
2. What do codes with a float re-rank gain over FAISS's exact `IndexFlatL2` called directly,
   and how many of its 10 nearest do they find? For candidates of 1 to 100 times k.

The embeddings of the second question, of unit length:

- "classes": 1,000 random directions, one a class, plus a deviation of expected length 0.5,
  normal in 16 dimensions that all classes share: what a trained network gives, where items
  differ in few ways. Queries are further items of the same classes.
- "gaussian": every direction as likely as any other, which no training gives and no short
  code can keep.

Their codes are those of iterative quantization (FAISS's `ITQTransform`), fitted to the
first 50,000 items. The time of the coding is not counted, for a hash head gives code and
embedding at once. The first two-stage search of a turn comes after the exact one, and pays
for a cache that the vectors have filled.

Not compared: GPUs, approximate float indexes, codes of a trained head, indexes on disk.
FAISS's matrix product, which searches for many queries at once, depends on the kernel that
its OpenBLAS chooses; it is printed. OPENBLAS_CORETYPE=Haswell keeps it from a slow one.
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import faiss
import numpy as np
import threadpoolctl

from tfmetric.retrieval import HammingIndex, Matches, TwoStageIndex, recall_kept

BITS = 64
DIM = 128
K = 10
CANDIDATES = [K * factor for factor in (1, 2, 4, 10, 40, 100)]
CLASSES = 1000
INNER_DIMENSIONS = 16
SPREAD = 0.5
FITTED = 50_000
LIMIT_OVERHEAD = 1.2
LIMIT_LATENCY = 10
LIMIT_THROUGHPUT = 2.5
LIMIT_RECALL = 0.95


def class_embeddings(count, rng):
    directions = unit(rng.normal(size=(CLASSES, DIM)))
    inner = np.linalg.qr(rng.normal(size=(DIM, INNER_DIMENSIONS)))[0].T.astype(np.float32)
    deviations = rng.normal(size=(count, INNER_DIMENSIONS)).astype(np.float32)
    deviations *= SPREAD / INNER_DIMENSIONS**0.5
    return unit(directions[rng.integers(0, CLASSES, count)] + deviations @ inner)


def gaussian_embeddings(count, rng):
    return unit(rng.normal(size=(count, DIM)))


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


EMBEDDINGS = {"classes": class_embeddings, "gaussian": gaussian_embeddings}


def codes_of(embeddings):
    quantization = faiss.ITQTransform(DIM, BITS, True)
    quantization.train(embeddings[:FITTED])
    return np.packbits(quantization.apply(embeddings) > 0, axis=1)


def medians(searches, runs):
    """Median seconds of each search; each run asks all in turn, and the first is dropped.

    Args:
        searches: from a name to a function of the number of the run.
        runs: how many to count.
    """
    seconds = {name: [] for name in searches}
    for run in range(runs + 1):
        for name, search in searches.items():
            start = time.perf_counter()
            search(run)
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(each[1:]) for name, each in seconds.items()}


def one_of(queries):
    """A function from the number of a run to its query, as an array of one row."""
    return lambda run: queries[[run % len(queries)]]


def all_of(queries):
    return lambda run: queries


def compare_hamming(items, queries, repeats):
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 256, (items, BITS // 8), dtype=np.uint8)
    asked = rng.integers(0, 256, (queries, BITS // 8), dtype=np.uint8)
    heap, counting = faiss.IndexBinaryFlat(BITS), faiss.IndexBinaryFlat(BITS)
    counting.use_heap = False
    for direct in (heap, counting):
        direct.add(codes)
    indexes = {"heap": heap, "counting": counting, "ours": HammingIndex(codes)}
    print(f"Hamming search of {items:,} random codes of {BITS} bits, in ms")
    print("queries     k " + "".join(f"{name:>10s}" for name in [*indexes, "ratio"]))
    for count, pick, runs in (
        (1, one_of(asked), 10 * repeats),
        (queries, all_of(asked), repeats),
    ):
        for k in (10, 100):
            searches = {
                name: lambda run, index=index, pick=pick, k=k: index.search(pick(run), k)
                for name, index in indexes.items()
            }
            found = medians(searches, runs)
            ratio = found["ours"] / min(found["heap"], found["counting"])
            times = "".join(f"{1000 * found[name]:10.3f}" for name in indexes)
            mark = "!" if ratio > LIMIT_OVERHEAD else ""
            print(f"{count:7,d} {k:5d} {times} {ratio:8.2f}{mark}", flush=True)


def compare_two_stage(name, embeddings, queries, repeats):
    codes = codes_of(embeddings)
    items, asked = embeddings[:-queries], embeddings[-queries:]
    item_codes, asked_codes = codes[:-queries], codes[-queries:]
    exact, index = faiss.IndexFlatL2(DIM), TwoStageIndex(item_codes, items)
    exact.add(items)

    def searches(pick_codes, pick):
        found = {"exact": lambda run: exact.search(pick(run), K)}
        for count in CANDIDATES:
            found[count] = lambda run, count=count: index.search(
                pick_codes(run), pick(run), K, count
            )
        return found

    one = medians(searches(one_of(asked_codes), one_of(asked)), 10 * repeats)
    batch = medians(searches(all_of(asked_codes), all_of(asked)), repeats)
    distances, ids = exact.search(asked, K)
    wanted = Matches(ids, distances)

    print(f"\n{name}: {len(items):,} embeddings of {DIM} dimensions, k = {K}")
    print(f"scanned: {4 * DIM} bytes an item by the exact search, {BITS // 8} of the codes")
    print(f"candidates      1 query          {queries:6,d} queries           recall")
    print(f"{'exact':>10s} {1000 * one['exact']:9.2f} ms {1000 * batch['exact']:18.0f} ms")
    for count in CANDIDATES:
        found = index.search(asked_codes, asked, K, count)
        recall = recall_kept(wanted, found)
        faster, more = one["exact"] / one[count], batch["exact"] / batch[count]
        quick = faster >= LIMIT_LATENCY and more >= LIMIT_THROUGHPUT
        mark = "  reached" if quick and recall >= LIMIT_RECALL else ""
        print(
            f"{count:10,d} {1000 * one[count]:9.2f} ms {faster:6.1f}x "
            f"{1000 * batch[count]:10.0f} ms {more:6.1f}x {recall:9.3f}{mark}"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=1000, help="of a batch")
    parser.add_argument("--repeats", type=int, default=5, help="of a batch; x10 of 1 query")
    settings = parser.parse_args()
    items, queries, repeats = settings.items, settings.queries, settings.repeats

    kernels = [
        library["architecture"]
        for library in threadpoolctl.threadpool_info()
        if "faiss" in library["filepath"] and library["internal_api"] == "openblas"
    ]
    threads = faiss.omp_get_max_threads()
    print(f"FAISS {faiss.__version__}, {threads} threads, OpenBLAS for {kernels}")
    compare_hamming(items, queries, repeats)
    for name, make in EMBEDDINGS.items():
        embeddings = make(items + queries, np.random.default_rng(1))
        compare_two_stage(name, embeddings, queries, repeats)


if __name__ == "__main__":
    main()

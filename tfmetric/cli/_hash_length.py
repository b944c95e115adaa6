"""`tfmetric hash-length`: how many bits the code of a folder of images needs."""

import json
import statistics
import time
from pathlib import Path
from typing import Annotated

import typer

from tfmetric.cli._arguments import (
    ClassesPerBatch,
    EmbeddingDim,
    Epochs,
    Flip,
    Gray,
    HeldOut,
    ImageFolder,
    ImageSize,
    PerClass,
    Seed,
    Unseen,
)
from tfmetric.cli._console import (
    loading_tensorflow,
    note,
    progress,
    status,
    table,
)
from tfmetric.cli._images import encode, read_folder
from tfmetric.cli._output import new_folder, write_manifest
from tfmetric.cli._reports import markdown_table
from tfmetric.cli._train import told

_KIND = "code-length report"
_SCANNED = 1_000_000  # random codes that the timed query is searched among
_TIMED_RUNS = 15


def hash_length(
    folder: ImageFolder,
    output: Annotated[Path, typer.Option(help="Folder to make for the report.")],
    bits: Annotated[
        str, typer.Option(help="Lengths of code to compare.")
    ] = "8,16,32,64,128,256",
    tolerance: Annotated[
        float, typer.Option(min=0, max=1, help="Loss of code MAP accepted for fewer bits.")
    ] = 0.01,
    epochs: Epochs = 20,
    embedding_dim: EmbeddingDim = 64,
    image_size: ImageSize = 64,
    gray: Gray = False,
    flip: Flip = False,
    held_out: HeldOut = 0.2,
    unseen: Unseen = 0.2,
    classes_per_batch: ClassesPerBatch = 8,
    per_class: PerClass = 8,
    seed: Seed = 0,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the report that is there.")
    ] = False,
):
    """Find the fewest bits that serve a folder of images well.

    Trains one embedding, and on it a code of each length. Recommended is the shortest
    whose code MAP, the mean over trained and unseen classes, is within --tolerance of
    the best.
    """
    lengths = _lengths(bits)
    with new_folder(output, _KIND, overwrite) as part:
        images = read_folder(folder, image_size, 1 if gray else 3)
        with loading_tensorflow():
            from tfmetric.cli import _training
            from tfmetric.evaluation import (
                code_length_curve,
                recommended_length,
                save_figure,
            )

        labels = images.labels
        split = _training.split_images(labels, held_out, unseen, seed)
        note(told(images, split))
        training, tests = images.subset(split.training), split.tests(labels)
        batches = _training.make_batches(training, classes_per_batch, per_class, flip, seed)
        shape, steps = images.images.shape[1:], epochs * len(batches)
        network = _training.build_network(shape, embedding_dim, lengths[-1], steps, seed)
        _training.fit(network, batches, epochs)
        embeddings, _ = encode(network, images.images)
        with status("Timing searches"):
            milliseconds = _search_times(lengths)
        scores = []
        for length in progress("Training codes")(lengths):
            head = _training.train_head(
                embeddings[split.training], training.labels, length, classes_per_batch, seed
            )
            codes = head.packed_codes(embeddings, batch_size=1024)
            scores.append([_score(embeddings, codes, labels, test) for test in tests])
        rows = _rows(lengths, scores, milliseconds)
        best = recommended_length(rows, tolerance)
        advice = _advice(best, rows, tests, tolerance)
        cells, texts = _cells(rows, scores, tests), _texts(tests, scores)
        _write_text(part, cells, texts, advice)
        _write_numbers(part, rows, scores, tests)
        picture = code_length_curve(
            rows, tolerance=tolerance, quality_name="code MAP", title="Length of the code"
        )
        save_figure(picture, part / "code_length.png")
        details = {"images": str(folder), "recommended_bits": best.bits}
        details |= {"tolerance": tolerance, "epochs": epochs, "seed": seed}
        write_manifest(part, _KIND, details)
    for text in texts:
        note(text)
    table(*cells)
    print(advice)
    print(f"report: {output}")


def _lengths(text):
    """The lengths in a list such as "8,16", the shortest first."""
    parts = [part.strip() for part in text.split(",")]
    numbers = [int(part) if part.isdecimal() else 0 for part in parts]
    if min(numbers) < 1 or len(set(numbers)) < len(numbers):
        raise ValueError(
            "Expected --bits as different whole numbers above zero, such as 16,32,64. "
            f"Received: {text!r}"
        )
    return sorted(numbers)


def _search_times(lengths):
    """Median milliseconds by length to find the 10 nearest of a query, taking turns."""
    import numpy as np

    from tfmetric._core._bits import packed_bytes
    from tfmetric.retrieval import HammingIndex

    generator = np.random.default_rng(0)
    searches = []
    for length in lengths:
        shape = _SCANNED, packed_bytes(length)
        codes = generator.integers(0, 256, shape, np.uint8)
        searches.append((HammingIndex(codes), codes[:1], []))
    for _ in range(_TIMED_RUNS):
        for index, query, seconds in searches:
            start = time.perf_counter()
            index.search(query, 10)
            seconds.append(time.perf_counter() - start)
    return [1000 * statistics.median(seconds) for _, _, seconds in searches]


def _score(embeddings, codes, labels, test):
    """The code MAP of a test, and what two-stage search makes of the codes."""
    from tfmetric.evaluation import two_stage_quality
    from tfmetric.metrics import code_map

    asked, gallery, vectors = test.queries, {}, {}
    if test.gallery is not None:
        gallery = {
            "gallery_codes": codes[test.gallery],
            "gallery_labels": labels[test.gallery],
        }
        vectors = {"gallery": embeddings[test.gallery]}
    quality = two_stage_quality(
        embeddings[asked], codes[asked], labels[asked], **gallery, **vectors
    )
    return code_map(codes[asked], labels[asked], **gallery), quality


def _rows(lengths, scores, milliseconds):
    """A `CodeLength` of each; its quality is the code MAP, mean over the tests."""
    from tfmetric.evaluation import CodeLength

    means = [statistics.fmean(average for average, _ in each) for each in scores]
    return list(map(CodeLength, lengths, means, milliseconds))


def _advice(best, rows, tests, tolerance):
    names = " and ".join(test.name for test in tests)
    top = max(row.quality for row in rows)
    return (
        f"recommended: {best.bits} bits, the fewest with code MAP within {tolerance:g} of "
        f"the best (mean over {names}: {best.quality:.4f}, best {top:.4f})"
    )


def _cells(rows, scores, tests):
    """Headings, and a line of text for each length."""
    headings = ["bits", "bytes an item", "ms a query"]
    lines = [[str(row.bits), str(row.bytes), f"{row.milliseconds:.3f}"] for row in rows]
    for test in tests:
        headings += [f"code MAP, {test.name}", f"two-stage MAP@R kept, {test.name}"]
    for line, of_tests in zip(lines, scores, strict=True):
        for average, quality in of_tests:
            line += [f"{average:.4f}", f"{quality.retention:.1%}"]
    return headings, lines


def _texts(tests, scores):
    """A line on each test, with the score that its embeddings reach without codes."""
    return [
        f"{test.name}: {test.text}; MAP@R of the embeddings {quality.float_map_at_r:.4f}"
        for test, (_, quality) in zip(tests, scores[0], strict=True)
    ]


def _write_text(folder, cells, texts, advice):
    """Writes report.md."""
    notes = [
        *texts,
        "Codes: a head of each length, trained on the finished embedding.",
        f"ms a query: the 10 nearest among {_SCANNED:,} random codes, looking at all.",
        "code MAP: mean average precision of the Hamming ranking, over orders of ties.",
        "two-stage MAP@R kept: of the items with the nearest codes, as many as the largest "
        "class has, ranked by embedding, as a share of that of the embeddings; above 100 % "
        "the codes keep out what is near but of another class.",
    ]
    points = [f"- {text}" for text in notes]
    lines = ["# Length of the code", "", advice, "", *markdown_table(*cells), "", *points]
    (folder / "report.md").write_text("\n".join([*lines, ""]), encoding="utf-8")


def _write_numbers(folder, rows, scores, tests):
    """Writes report.json."""
    found = []
    for row, of_tests in zip(rows, scores, strict=True):
        numbers = {
            test.name: {
                "code_map": average,
                **quality.to_dict(),
                "retention": quality.retention,
            }
            for test, (average, quality) in zip(tests, of_tests, strict=True)
        }
        cost = {"bytes": row.bytes, "milliseconds": row.milliseconds}
        found.append({"bits": row.bits, "mean_code_map": row.quality, **cost, **numbers})
    (folder / "report.json").write_text(json.dumps(found, indent=2) + "\n")

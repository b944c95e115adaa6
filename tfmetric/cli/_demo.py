"""`tfmetric demo`: the whole way on handwritten digits, some of them never trained on."""

import os
import shutil
import sys
from dataclasses import dataclass

from tfmetric._core._files import write_text
from tfmetric.cli._console import loading_tensorflow, note, status, table
from tfmetric.cli._index import index
from tfmetric.cli._model_folder import ModelSettings, write_model
from tfmetric.cli._output import new_folder

UNSEEN = (4, 7, 9)
_GALLERY_PER_CLASS = 10
_DIM = _BITS = 64
_STEPS = 40


@dataclass(frozen=True)
class _Part:
    """Digits to evaluate on: a small gallery to search in, and queries."""

    title: str
    gallery: object
    queries: object


def demo(output, saved_models, epochs):
    """Trains, measures, draws, exports and verifies; says what to try next.

    Args:
        output: `Path` of the folder for pictures, model and index; replaced.
        saved_models: `Path` of the folder to export to.
        epochs: passes of 40 batches.
    """
    with loading_tensorflow():
        import keras

        import tfmetric.models  # noqa: F401  TensorFlow starts here
        from tfmetric.data import load_digits

    keras.utils.set_random_seed(0)
    digits = load_digits()
    training, parts = _split(digits.labels)
    note(
        f"1. {len(digits):,} handwritten digits. Training on {len(training):,} images of "
        f"{10 - len(UNSEEN)} digits; {_listed(UNSEEN)} are never trained on."
    )
    network = _train(digits, training, epochs)
    spaces = _spaces(network, digits.images, training)
    note("3. Measuring, beside raw pixels and PCA:")
    headings, rows = quality_table(spaces, digits.labels, parts)
    table(headings, rows)
    print(f"\nNearest images are looked for among {_GALLERY_PER_CLASS} of each digit.")
    print(_two_stage_line(spaces, parts))
    note("4. Drawing, indexing, exporting, and running the export in another process:")
    written = [
        _write_table(output / "table.md", headings, rows),
        *_draw(output, digits, spaces, parts[-1]),
        *_make_searchable(output, digits, network, parts[-1]),
        _export(saved_models / "digits", network, digits.images, spaces),
    ]
    print("\nWritten:", *written, sep="\n  ")
    print(_next_steps(output, saved_models))


def _split(labels):
    """Training images, and the parts to evaluate on: seen digits and unseen ones."""
    import numpy as np

    from tfmetric.data import split_classes, split_examples

    seen, unseen = split_classes(labels, UNSEEN)
    kept, held_out = split_examples(labels[seen], test=0.2)
    parts = []
    for title, rows in (
        ("digits it was trained on, other images", seen[held_out]),
        (f"{_listed(UNSEEN)}, never trained on", unseen),
    ):
        share = _GALLERY_PER_CLASS * len(np.unique(labels[rows])) / len(rows)
        queries, gallery = split_examples(labels[rows], test=share)
        parts.append(_Part(title, rows[gallery], rows[queries]))
    return seen[kept], parts


def _train(digits, training, epochs):
    """A joint network; quarter turns of a digit are further classes to tell apart."""
    import keras
    import numpy as np

    from tfmetric.augmentation import Pipeline, RandomCrop, RandomRotate
    from tfmetric.cli._training import fit
    from tfmetric.data import balanced_batches
    from tfmetric.encoders import conv4
    from tfmetric.losses import TripletLoss
    from tfmetric.models import JointNetwork

    shape = digits.images.shape[1:]
    turns = (0, 1, 3)
    padded = np.pad(digits.images[training], ((0, 0), (2, 2), (2, 2), (0, 0)))
    batches = balanced_batches(
        np.concatenate([np.rot90(padded, turn, (1, 2)) for turn in turns]),
        np.concatenate([digits.labels[training] + 10 * turn for turn in turns]),
        classes=14,
        per_class=6,
        batches=_STEPS,
        augment=Pipeline([RandomRotate(15, border="constant"), RandomCrop(shape[0])]),
    )
    network = JointNetwork(conv4(shape, filters=32), embedding_dim=_DIM, bits=_BITS)
    pace = keras.optimizers.schedules.CosineDecay(2e-3, epochs * _STEPS)
    network.compile(
        keras.optimizers.Adam(pace),
        loss={"embedding": TripletLoss(margin=1.0, strategy="semihard")},
        loss_weights={"code": 0.3},
    )
    note("2. Training an embedding and a binary code together:")
    fit(network, batches, epochs)
    return network


def _spaces(network, images, training):
    """What to search in: name to vectors, and "code" names to packed codes."""
    from sklearn.decomposition import PCA

    from tfmetric._core._bits import pack_bits

    with status("Encoding the digits"):
        pixels = images.reshape(len(images), -1).astype("float32") / 255
        pca = PCA(_DIM, random_state=0).fit(pixels[training])
        reduced = pca.transform(pixels)
        embeddings, codes = network.encode(images, batch_size=256)
    return {
        f"raw pixels, {pixels.shape[1]} floats": pixels,
        f"PCA, {_DIM} floats": reduced,
        f"embedding, {_DIM} floats": embeddings,
        f"signs of PCA, {_BITS} bits": pack_bits(reduced),
        f"code, {_BITS} bits": codes,
    }


def quality_table(spaces, labels, parts):
    """Headings and rows: every space on every part, vectors and codes by their scores."""
    import numpy as np

    from tfmetric.evaluation import evaluate_embeddings
    from tfmetric.metrics import code_map

    headings = ["", "P@1", "R@5", "MAP@R", "ROC-AUC", "mAP, ties averaged"]
    rows = []
    for part in parts:
        rows.append([f"{part.title} ({len(part.queries)} queries)", *[""] * 5])
        truth = {
            "gallery_labels": labels[part.gallery],
            "labels": labels[part.queries],
        }
        for name, space in spaces.items():
            queries, gallery = space[part.queries], space[part.gallery]
            if space.dtype == np.uint8:
                value = code_map(queries, gallery_codes=gallery, **truth)
                scores = ["–"] * 4 + [f"{value:.3f}"]
            else:
                report = evaluate_embeddings(queries, gallery=gallery, k=(1, 5), **truth)
                found = report.precision_at_1, report.recall_at[5], report.map_at_r
                scores = [f"{value:.3f}" for value in (*found, report.roc_auc)] + ["–"]
            rows.append([f"  {name}", *scores])
    return headings, rows


def _write_table(path, headings, rows):
    """Writes the table as Markdown, as the README has it."""
    lines = [headings, ["---", *["---:"] * (len(headings) - 1)], *rows]
    text = "".join(f"| {' | '.join(map(str.strip, line))} |\n" for line in lines)
    return write_text(path, text)


def _two_stage_line(spaces, parts):
    import numpy as np

    from tfmetric.evaluation import compare_two_stage

    vectors, codes = spaces[f"embedding, {_DIM} floats"], spaces[f"code, {_BITS} bits"]
    queries = parts[-1].queries
    rest = np.setdiff1d(np.arange(len(vectors)), queries)
    compared = compare_two_stage(
        vectors[rest], codes[rest], queries=vectors[queries], query_codes=codes[queries]
    )
    return f"Among {len(rest):,} images, {compared}."


def _draw(output, digits, spaces, part):
    """The two pictures of the unseen digits; returns their paths."""
    import numpy as np

    from tfmetric.evaluation import embedding_map, retrieval_grid, save_figure
    from tfmetric.retrieval import FloatIndex

    vectors = spaces[f"embedding, {_DIM} floats"]
    index = FloatIndex(vectors[part.gallery])
    matches = index.search(vectors[part.queries], k=8)
    right = digits.labels[part.gallery][matches.ids] == digits.labels[part.queries, None]
    # Five queries like any others, and those three that went wrong most.
    shown = np.r_[np.arange(0, len(right), len(right) // 5)[:5], right.sum(1).argsort()[:3]]
    chosen = part.queries[shown]
    grid = retrieval_grid(
        digits.images[chosen],
        digits.labels[chosen],
        digits.images[part.gallery],
        digits.labels[part.gallery],
        type(matches)(matches.ids[shown], matches.distances[shown]),
        class_names=digits.class_names,
        title=f"{part.title}: five queries, and the three worst",
    )
    sample = np.random.default_rng(0).permutation(len(vectors))[:1000]
    with status("Drawing a map of the embedding"):
        chart = embedding_map(
            vectors[sample],
            digits.labels[sample],
            class_names=digits.class_names,
            highlight=UNSEEN,
            title=f"Digits in the embedding; {_listed(UNSEEN)} were never trained on",
        )
    return [
        save_figure(grid, output / "neighbours.png"),
        save_figure(chart, output / "map.png"),
    ]


def _export(folder, network, images, spaces):
    """Exports, verifies in a process that knows only TensorFlow; returns the path."""
    from tfmetric.serving import export_saved_model, verify_saved_model

    with status("Exporting, and verifying in another process"):
        path = export_saved_model(network, folder)
        verification = verify_saved_model(
            path,
            images[:256],
            embedding=spaces[f"embedding, {_DIM} floats"][:256],
            code=spaces[f"code, {_BITS} bits"][:256],
        )
    print(f"SavedModel in a process that imports only tensorflow: {verification}")
    if not verification.ok:
        raise RuntimeError(f"the exported model differs: {verification}")
    return path


def _make_searchable(output, digits, network, part):
    """Writes the model, digits as files, their index, and a query; returns the paths."""
    import cv2

    settings = ModelSettings(
        image_size=digits.images.shape[1],
        channels=1,
        embedding_dim=network.embedding_dim,
        bits=network.bits,
        class_names=digits.class_names,
    )
    with new_folder(output / "model", "model", overwrite=True) as folder:
        write_model(folder, network, settings, {"source": "tfmetric demo"})
    # Every fifth query becomes a file to find, and the last one a query.
    *filed, asked = part.queries[::5]
    for row in [*part.gallery, *filed]:
        folder = output / "digits" / digits.class_names[digits.labels[row]]
        folder.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / f"{row:04d}.png"), digits.images[row])
    cv2.imwrite(str(output / "query.png"), digits.images[asked])
    index(output / "digits", output / "model", output / "index", overwrite=True)
    return [output / name for name in ("model", "digits", "index", "query.png")]


def _next_steps(output, saved_models):
    command = "tfmetric" if shutil.which("tfmetric") else os.path.relpath(sys.argv[0])
    return f"""
Next:
  # search with an image; take one of your own, white on black
  {command} search {output / "query.png"} --index {output / "index"} --picture found.png
  # train on a folder of yours: FOLDER/class/image.jpg
  {command} train FOLDER --output my-model
  # serve
  tensorflow_model_server --rest_api_port=8501 --model_name=digits \\
      --model_base_path={(saved_models / "digits").resolve()}"""


def _listed(digits):
    *first, last = map(str, digits)
    return f"{', '.join(first)} and {last}"

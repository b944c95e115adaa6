"""What tensorflow-addons itself computes, saved for `tests/addons/test_parity.py`.

Runs in the environment of `requirements-addons.txt`, where tfmetric is not installed:

    python addons_reference.py reference.npz models/

Every case is saved whole, with its inputs, so that the test needs nothing but the file.
"""

import json
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
import tensorflow_addons as tfa

GOLDEN = [[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8], [0.6, -0.8], [-1, 0]]
METRICS = ("L2", "squared-L2", "angular")
# Functions as `distance_metric`; the test has its own of the same names.
FUNCTIONS = {
    "dot product": lambda x: tf.matmul(x, x, transpose_b=True),
    "Manhattan": lambda x: tf.reduce_sum(tf.abs(x[:, None] - x), axis=2),
}


def unit(x):
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)


def batches():
    """Labels and embeddings by name: ordinary ones of several sizes, then degenerate."""
    generator = np.random.default_rng(20)
    yield "golden", [0, 0, 1, 1, 2, 2], np.float32(GOLDEN)
    for rows, dim, classes in ((5, 3, 2), (16, 8, 5), (33, 5, 4), (96, 16, 12)):
        # The last class takes what is beyond, so that classes are of unequal size.
        labels = generator.integers(0, 3 * classes // 2, size=rows)
        labels = np.minimum(labels, classes - 1).astype(np.int32)
        x = generator.normal(size=(rows, dim)).astype(np.float32)
        yield f"{rows} rows", labels, x
        yield f"{rows} unit rows", labels, unit(x)
    labels = np.int32([3, 0, 1, 0, 2, 1, 0, 2, 1, 0])
    x = generator.normal(size=(10, 4)).astype(np.float32)
    within, across = [0, 1, 2, 1, 4, 2, 1, 4, 2, 1], [0, 0, 0, 3, 3, 3, 6, 6, 6, 6]
    yield "labels of int64", labels.astype(np.int64) + 2**40, x
    yield "labels in a column", labels[:, None], x
    yield "one class", labels * 0, x
    yield "all distinct", np.arange(10), x
    yield "one example", labels[:1], x[:1]
    yield "two of one class", labels[[1, 3]], x[[1, 3]]
    yield "two of two classes", labels[:2], x[:2]
    # Rounded, so that the distance of equal rows is zero and not rounding noise.
    exact = np.round(4 * x) / 4
    yield "duplicates within a class", labels, exact[within]
    yield "duplicates across classes", labels, exact[across]
    yield "collapsed", labels, np.tile(exact[:1], (10, 1))
    yield "all zero", labels, x * 0
    yield "tiny", labels, x * np.float32(1e-4)
    yield "large", labels, x * np.float32(300)
    yield "float16", labels, x.astype(np.float16)
    yield "float64", labels, x.astype(np.float64)


def embedding_cases():
    """(loss, settings, batch, labels, embeddings) of the losses on embeddings."""
    losses = {"triplet_semihard_loss": [{}], "triplet_hard_loss": [{}, {"soft": True}]}
    for batch, labels, x in batches():
        if batch == "16 rows":
            whole = labels, x
        for loss, variants in losses.items():
            for variant in variants:
                for metric in (*METRICS, *FUNCTIONS):
                    yield loss, {**variant, "distance_metric": metric}, batch, labels, x
        yield "lifted_struct_loss", {}, batch, labels, x
        if batch.endswith("unit rows"):
            for margin in (0.2, 0.0, -0.5):
                for loss in (*losses, "lifted_struct_loss"):
                    yield loss, {"margin": margin}, batch, labels, x
    for loss in (*losses, "lifted_struct_loss"):
        yield loss, {"margin": 2}, "whole margin", *whole


def similarity_cases():
    """The losses on a similarity matrix, whose rows and columns are two sets."""
    generator = np.random.default_rng(21)
    for batch, labels, x in batches():
        logits = x @ generator.normal(size=(x.shape[1], len(x))).astype(x.dtype)
        yield "npairs_loss", {}, batch, labels, logits
        classes = generator.integers(0, 2, size=(len(x), 6))
        classes[:, 0] = 1
        yield "npairs_multilabel_loss", {}, batch, classes, logits
    yield "npairs_multilabel_loss", {"sparse": True}, "sparse", classes, logits
    classes = classes * (np.arange(len(x)) != 3)[:, None]
    yield "npairs_multilabel_loss", {}, "row without a class", classes, logits


def pair_cases():
    generator = np.random.default_rng(22)
    d = np.append(generator.uniform(0, 2, size=20), [0, 1]).astype(np.float32)
    same = np.arange(22) % 3 == 0
    for margin in (1.0, 0.5, 2, 0.0):
        yield "contrastive_loss", {"margin": margin}, "22 pairs", same.astype(int), d
    yield "contrastive_loss", {}, "booleans", same, d
    yield "contrastive_loss", {}, "shades", np.linspace(0, 1, 22, dtype=np.float32), d
    yield "contrastive_loss", {}, "float16", same.astype(int), d.astype(np.float16)
    yield "contrastive_loss", {}, "columns", same.astype(int)[:, None], d[:, None]
    yield "contrastive_loss", {}, "labels, column", same.astype(int), d[:, None]


def distance_cases():
    for batch, _, x in batches():
        for settings in ({"squared": False}, {"squared": True}):
            yield "metric_learning.pairwise_distance", settings, batch, None, x
        yield "metric_learning.angular_distance", {}, batch, None, x


def evaluate(loss, settings, labels, x):
    """Value and gradient of one case, or the name of the error."""
    function = tfa.losses
    for part in loss.split("."):
        function = getattr(function, part)
    settings = dict(settings)
    if settings.get("distance_metric") in FUNCTIONS:
        settings["distance_metric"] = FUNCTIONS[settings["distance_metric"]]
    if settings.pop("sparse", False):
        labels = tf.sparse.from_dense(labels)
    x = tf.constant(x)
    try:
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = function(*([] if labels is None else [labels]), x, **settings)
            # A weighted sum tells the entries of a vector or matrix apart.
            weights = tf.cast(tf.range(tf.size(value)) % 7 - 2, value.dtype)
            total = tf.reduce_sum(tf.reshape(value, [-1]) * weights)
            total = total if value.shape.rank else value
        return value.numpy(), tape.gradient(total, x).numpy()
    except Exception as error:  # what the original cannot do is part of the reference
        return type(error).__name__, None


def class_losses():
    losses = tfa.losses
    return {
        "semi-hard": losses.TripletSemiHardLoss(margin=0.5),
        "semi-hard, angular": losses.TripletSemiHardLoss(0.5, "angular"),
        "hard": losses.TripletHardLoss(soft=True),
        "lifted": losses.LiftedStructLoss(2.0),
        "npairs": losses.NpairsLoss(),
        "contrastive": losses.ContrastiveLoss(0.75),
    }


def write_models(folder):
    """Models compiled with the losses as classes, and their loss on one batch."""
    generator = np.random.default_rng(23)
    x = generator.normal(size=(12, 5)).astype(np.float32)
    labels = np.arange(12) % 4
    scores = {}
    for name, loss in class_losses().items():
        width = {"npairs": 12, "contrastive": 1}.get(name, 3)
        model = tf.keras.Sequential([tf.keras.Input((5,)), tf.keras.layers.Dense(width)])
        model.compile("sgd", loss=loss)
        target = labels[:, None] % 2 if name == "contrastive" else labels
        scores[name] = float(tf.reduce_mean(loss(target, model(x))))
        model.save(folder / f"{name}.keras")
    return {"x": x, "labels": labels, "scores": json.dumps(scores)}


def main(reference, models):
    tf.config.run_functions_eagerly(True)
    saved = {f"models/{key}": value for key, value in write_models(Path(models)).items()}
    cases = [*embedding_cases(), *similarity_cases(), *pair_cases(), *distance_cases()]
    index = []
    for number, (loss, settings, batch, labels, x) in enumerate(cases):
        value, gradient = evaluate(loss, settings, labels, x)
        index.append({"loss": loss, "settings": settings, "batch": batch})
        if gradient is None:
            index[-1]["error"] = value
        else:
            saved |= {f"{number}/value": value, f"{number}/gradient": gradient}
        saved[f"{number}/x"] = x
        if labels is not None:
            saved[f"{number}/labels"] = labels
    np.savez_compressed(reference, cases=json.dumps(index), **saved)
    print(f"{len(cases)} cases of tensorflow-addons {tfa.__version__} in {reference}")


if __name__ == "__main__":
    main(*sys.argv[1:])

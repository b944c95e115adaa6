"""`tfmetric.addons` against what tensorflow-addons itself computed: `make parity`.

The reference file holds the inputs, values and gradients of the original, written in an
environment of its own by `benchmarks/peers/addons_reference.py`. Values and gradients
agree to 1e-5 of the largest, but for the departures, which are listed here one by one.
"""

import json
import os
from collections import defaultdict
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfmetric.addons as tfa

FILE = os.environ.get("TFMETRIC_ADDONS_REFERENCE")
if FILE is None:
    pytest.skip("needs what `make parity` writes", allow_module_level=True)

REFERENCE = dict(np.load(FILE))
CASES = json.loads(str(REFERENCE["cases"]))
SCORES = json.loads(str(REFERENCE["models/scores"]))
NAMES = {
    number: "-".join([case["loss"], case["batch"], *map(str, case["settings"].values())])
    for number, case in enumerate(CASES)
}
# The functions of the reference script, by the same names.
FUNCTIONS = {
    "dot product": lambda x: tf.matmul(x, x, transpose_b=True),
    "Manhattan": lambda x: tf.reduce_sum(tf.abs(x[:, None] - x), axis=2),
}
SEMIHARD, HARD, LIFTED = (
    "triplet_semihard_loss",
    "triplet_hard_loss",
    "lifted_struct_loss",
)
NPAIRS, MULTILABEL = "npairs_loss", "npairs_multilabel_loss"

# Where the original has NaN or infinity, and where it raises.
NO_PAIR = {"all distinct", "one example", "two of two classes"}
NOT_FINITE = {
    SEMIHARD: NO_PAIR,
    HARD: {"large"},  # soft=True
    LIFTED: {*NO_PAIR, "one class", "two of one class", "large"},
    NPAIRS: {"labels in a column"},
    MULTILABEL: {"row without a class"},
}
RAISES = {
    SEMIHARD: {"float64", "whole margin"},
    HARD: {"float64"},
    LIFTED: {"float64"},
    "metric_learning.pairwise_distance": {"float16", "float64"},
}
# Where the original has another number, which is wrong.
WRONG = {
    (NPAIRS, "labels of int64"): "merges ids beyond 2**24",
    ("contrastive_loss", "labels, column"): "scores every label with every distance",
}
# Labels and losses on half precision are rounded to it.
TOLERANCE = {"float16": 2e-3}


def evaluate(number):
    """Our value and gradient of a case, as the reference script evaluates it."""
    case, function = CASES[number], tfa.losses
    for part in case["loss"].split("."):
        function = getattr(function, part)
    settings = dict(case["settings"])
    if settings.get("distance_metric") in FUNCTIONS:
        settings["distance_metric"] = FUNCTIONS[settings["distance_metric"]]
    labels = [REFERENCE[f"{number}/labels"]] if f"{number}/labels" in REFERENCE else []
    if settings.pop("sparse", False):
        labels = [tf.sparse.from_dense(labels[0])]
    x = tf.constant(REFERENCE[f"{number}/x"])
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = function(*labels, x, **settings)
        weights = tf.cast(tf.range(tf.size(value)) % 7 - 2, value.dtype)
        total = tf.reduce_sum(tf.reshape(value, [-1]) * weights)
        total = total if value.shape.rank else value
    return value.numpy(), tape.gradient(total, x).numpy()


def reference(number):
    return REFERENCE[f"{number}/value"], REFERENCE[f"{number}/gradient"]


def finite(value, gradient):
    return np.isfinite(value).all() and np.isfinite(gradient).all()


FAILS = {number for number, case in enumerate(CASES) if "error" in case}
FAILS |= {
    number for number in NAMES if number not in FAILS and not finite(*reference(number))
}
DIFFERS = {
    number for number, case in enumerate(CASES) if (case["loss"], case["batch"]) in WRONG
}
EQUAL = set(NAMES) - FAILS - DIFFERS


@pytest.fixture(scope="module")
def furthest(request):
    """Largest differences by loss, printed in the end."""
    found = defaultdict(lambda: np.zeros(3))
    yield found
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(
            "\n\nlargest difference from tensorflow-addons, relative to the largest entry"
        )
        for loss, (cases, value, slope) in sorted(found.items()):
            print(f"{loss:36}{int(cases):4} cases   {value:.1e}   gradient {slope:.1e}")


def difference(found, expected):
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    scale = max(1.0, np.max(np.abs(expected)))
    return np.max(np.abs(found.astype(np.float64) - expected)) / scale


@pytest.mark.parametrize("number", sorted(EQUAL), ids=NAMES.get)
def test_value_and_gradient_are_equal(number, furthest, uncompiled):
    pairs = zip(evaluate(number), reference(number), strict=True)
    differences = [difference(found, expected) for found, expected in pairs]
    loss, batch = CASES[number]["loss"], CASES[number]["batch"]
    if batch not in TOLERANCE:
        row = furthest[loss]
        row[:] = row[0] + 1, *np.maximum(row[1:], differences)
    assert max(differences) <= TOLERANCE.get(batch, 1e-5)


@pytest.mark.parametrize("number", sorted(FAILS), ids=NAMES.get)
def test_finite_where_the_original_is_not(number, uncompiled):
    assert finite(*evaluate(number))


def test_the_original_fails_where_the_documentation_says():
    not_finite, raises = defaultdict(set), defaultdict(set)
    for number in FAILS:
        case = CASES[number]
        (raises if "error" in case else not_finite)[case["loss"]].add(case["batch"])
    assert dict(not_finite) == NOT_FINITE
    assert dict(raises) == RAISES


def test_labels_beyond_float32_are_told_apart(uncompiled):
    """The original merges some of them; renumbered, the two agree."""
    number = next(iter(n for n in DIFFERS if CASES[n]["loss"] == NPAIRS))
    labels, x = REFERENCE[f"{number}/labels"], REFERENCE[f"{number}/x"]
    small = tfa.losses.npairs_loss(labels - 2**40, x)
    assert evaluate(number)[0] == small
    assert abs(REFERENCE[f"{number}/value"] - small) > 0.01


def test_a_column_of_distances_is_scored_pair_by_pair(uncompiled):
    """The original scores each label with each distance; the pairs are its diagonal."""
    number = next(iter(n for n in DIFFERS if CASES[n]["loss"] != NPAIRS))
    square = REFERENCE[f"{number}/value"]
    assert square.shape == (22, 22)
    np.testing.assert_allclose(np.ravel(evaluate(number)[0]), np.diag(square), rtol=1e-6)


@pytest.mark.parametrize("name", SCORES)
@pytest.mark.filterwarnings("ignore:Skipping variable loading for optimizer:UserWarning")
def test_models_saved_with_the_original_load_and_score_the_same(name, uncompiled):
    model = keras.saving.load_model(Path(FILE).with_name("models") / f"{name}.keras")
    labels = REFERENCE["models/labels"]
    target = labels[:, None] % 2 if name == "contrastive" else labels
    assert type(model.loss).__module__.startswith("tfmetric.addons")
    score = model.loss(target, model(REFERENCE["models/x"]))
    assert float(score) == pytest.approx(SCORES[name], rel=1e-5)

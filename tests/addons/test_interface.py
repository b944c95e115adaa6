"""What a user of tensorflow-addons meets: names, arguments, Keras, bad input."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from addons.cases import (
    CONTRASTIVE,
    EVERY,
    LABELS,
    MULTILABEL,
    NPAIRS,
    ON_EMBEDDINGS,
    inputs,
    label,
    value_and_gradient,
)

import tfmetric
import tfmetric.addons as tfa
from tfmetric import distances
from tfmetric.losses import BatchLoss

pytestmark = [
    pytest.mark.usefixtures("uncompiled"),
    pytest.mark.filterwarnings("ignore:Even though the:UserWarning"),
]

# As tensorflow-addons 0.23 has them. `reduction`, last, is new but in ContrastiveLoss.
FUNCTIONS = {
    "contrastive_loss": "(y_true, y_pred, margin=1.0)",
    "lifted_struct_loss": "(labels, embeddings, margin=1.0)",
    "npairs_loss": "(y_true, y_pred)",
    "npairs_multilabel_loss": "(y_true, y_pred)",
    "triplet_hard_loss": ("(y_true, y_pred, margin=1.0, soft=False, distance_metric='L2')"),
    "triplet_semihard_loss": "(y_true, y_pred, margin=1.0, distance_metric='L2')",
}
MEAN = "reduction='sum_over_batch_size'"
CLASSES = {
    "ContrastiveLoss": f"(margin=1.0, {MEAN}, name='contrastive_loss')",
    "LiftedStructLoss": f"(margin=1.0, name=None, {MEAN})",
    "NpairsLoss": f"(name='npairs_loss', {MEAN})",
    "NpairsMultilabelLoss": f"(name='npairs_multilabel_loss', {MEAN})",
    "TripletHardLoss": (
        f"(margin=1.0, soft=False, distance_metric='L2', name=None, {MEAN})"
    ),
    "TripletSemiHardLoss": f"(margin=1.0, distance_metric='L2', name=None, {MEAN})",
}


def test_names_and_signatures_are_the_originals():
    signatures = {**FUNCTIONS, **CLASSES}
    assert {*tfa.losses.__all__} == {*signatures, "metric_learning"}
    for name, signature in signatures.items():
        assert str(inspect.signature(getattr(tfa.losses, name))) == signature
    learning = tfa.losses.metric_learning
    pairwise = inspect.signature(learning.pairwise_distance)
    assert str(pairwise) == "(feature, squared=False)"
    assert str(inspect.signature(learning.angular_distance)) == "(feature)"


@pytest.mark.parametrize("case", ON_EMBEDDINGS, ids=label)
def test_classes_reach_the_global_batch(case):
    """`tests/addons/test_replicas.py` trains one of them on two replicas."""
    assert case.loss.__call__ is BatchLoss.__call__


@pytest.mark.parametrize("case", EVERY, ids=label)
def test_classes_give_keras_rows_whose_mean_is_the_loss(case):
    target, values = inputs(case)
    rows = case.loss(reduction=None)(target, values)
    assert rows.shape == (10,)
    assert len(np.unique(rows)) > 2
    weights = np.float32([0, 2, 1, 0, 1, 0.5, 1, 1, 3, 0])
    assert np.isclose(case.loss()(target, values), np.mean(rows), rtol=1e-6)
    assert np.isclose(case.loss()(target, values, weights), np.mean(weights * rows))


def test_reduction_none_meant_the_mean():
    for case in EVERY[:-1]:
        target, values = inputs(case)
        for word in ("none", "auto"):
            assert case.loss(reduction=word)(target, values).shape == ()
    target, values = inputs(CONTRASTIVE)
    assert CONTRASTIVE.loss(reduction="none")(target, values).shape == (10,)


@pytest.mark.parametrize("case", EVERY, ids=label)
def test_config_round_trip(case):
    target, values = inputs(case)
    for settings in case.variants:
        loss = case.loss(**settings, name="mine", reduction="sum")
        config = loss.get_config()
        assert config == {**config, **settings, "name": "mine", "reduction": "sum"}
        assert set(config) == set(inspect.signature(case.loss).parameters)
        again = keras.saving.deserialize_keras_object(
            keras.saving.serialize_keras_object(loss)
        )
        assert type(again) is case.loss
        assert again.get_config() == config
        assert again(target, values) == loss(target, values)
    assert keras.saving.get_registered_name(case.loss) == f"Addons>{case.loss.__name__}"


def test_arguments_in_the_originals_positions():
    losses = tfa.losses
    found = [
        losses.TripletSemiHardLoss(0.5, "angular", "a"),
        losses.TripletHardLoss(0.5, True, "angular", "a"),
        losses.LiftedStructLoss(0.5, "a"),
        losses.ContrastiveLoss(0.5, "sum", "a"),
        losses.NpairsLoss("a"),
    ]
    assert {loss.name for loss in found} == {"a"}
    assert {loss.get_config().get("margin", 0.5) for loss in found} == {0.5}
    assert found[1].get_config()["soft"] is True
    assert losses.LiftedStructLoss(tf.constant(0.5)).get_config()["margin"] == 0.5


@keras.saving.register_keras_serializable("tests")
def manhattan(x):
    return tf.reduce_sum(tf.abs(x[:, None] - x), axis=2)


@pytest.mark.parametrize("metric", [manhattan, distances.get("euclidean")])
def test_functions_that_keras_knows_can_be_saved(metric):
    labels, x = inputs(ON_EMBEDDINGS[0])
    for loss in (tfa.losses.TripletSemiHardLoss, tfa.losses.TripletHardLoss):
        saved = keras.saving.serialize_keras_object(loss(distance_metric=metric))
        again = keras.saving.deserialize_keras_object(saved)
        expected = loss(distance_metric=metric)(labels, x)
        assert again(labels, x) == expected != loss(distance_metric="angular")(labels, x)


def test_other_functions_train_but_are_not_saved():
    loss = tfa.losses.TripletSemiHardLoss(distance_metric=lambda x: manhattan(x))
    labels, x = inputs(ON_EMBEDDINGS[0])
    assert loss(labels, x) == tfa.losses.triplet_semihard_loss(labels, x, 1.0, manhattan)
    with pytest.raises(ValueError, match="Expected a distance_metric that Keras can save"):
        loss.get_config()


def test_refuses_settings_it_does_not_know():
    for loss in (tfa.losses.TripletSemiHardLoss, tfa.losses.TripletHardLoss):
        with pytest.raises(ValueError, match="Expected distance_metric to be one of"):
            loss(distance_metric="L_2")
    labels, x = inputs(ON_EMBEDDINGS[0])
    for function in (tfa.losses.triplet_semihard_loss, tfa.losses.triplet_hard_loss):
        with pytest.raises(ValueError, match="Expected distance_metric to be one of"):
            function(labels, x, distance_metric="cosine")
        with pytest.raises(ValueError, match="Expected distance_metric to give a matrix"):
            function(labels, x, distance_metric=lambda v: v)
    for case in (*ON_EMBEDDINGS, CONTRASTIVE):
        for margin in (None, "1", np.nan, np.inf):
            with pytest.raises(ValueError, match="Expected margin to be a finite number"):
                case.loss(margin=margin)


@pytest.mark.parametrize("case", [*ON_EMBEDDINGS, NPAIRS], ids=label)
def test_refuses_labels_that_do_not_fit(case):
    labels, x = inputs(case)
    for call in (case.function, case.loss()):
        for wrong in (np.eye(10), 3):
            with pytest.raises(ValueError, match="Expected"):
                call(wrong, x)
        for count in (1, 9):
            with pytest.raises(ValueError, match="Expected"):
                call(labels[:count], x)
            with pytest.raises(ValueError, match="Expected"):
                call(labels, x[:count])


def test_refuses_a_matrix_that_is_not_square():
    for case in (NPAIRS, MULTILABEL):
        target, matrix = inputs(case)
        for call in (case.function, case.loss()):
            with pytest.raises(ValueError, match="Expected y_pred as a similarity matrix"):
                call(target, matrix[:, :7])
    with pytest.raises(ValueError, match="Expected multi-hot labels of shape"):
        MULTILABEL.function(LABELS, matrix)


LARGE = {
    "beyond 2**40": lambda y: y.astype(np.int64) + 2**40,
    "beyond 2**24 in a tensor": lambda y: tf.constant(y + 2**25),
    "uint8": lambda y: y.astype(np.uint8),
    "strings": lambda y: np.array([f"class {i}" for i in y]),
    "column": lambda y: y[:, None],
    "Python ints": lambda y: [int(i) + 2**40 for i in y],
}


@pytest.mark.parametrize("form", LARGE)
@pytest.mark.parametrize("case", [*ON_EMBEDDINGS, NPAIRS], ids=label)
def test_labels_take_every_form(case, form):
    labels, x = inputs(case)
    for call in (case.function, case.loss()):
        assert call(LARGE[form](labels), x) == call(labels, x)


DEGENERATE = {
    "one class": lambda y, x: (y * 0, x),
    "all distinct": lambda y, x: (np.arange(len(y)), x),
    "one example": lambda y, x: (y[:1], x[:1]),
    "no example": lambda y, x: (y[:0], x[:0]),
    "two of one class": lambda y, x: (y[[1, 3]], x[[1, 3]]),
    "two of two classes": lambda y, x: (y[:2], x[:2]),
    "duplicates across classes": lambda y, x: (y, x[[0, 0, 0, 3, 3, 3, 6, 6, 6, 6]]),
    "collapsed": lambda y, x: (y, np.tile(x[:1], (len(x), 1))),
    "all zero": lambda y, x: (y, x * 0),
    "tiny": lambda y, x: (y, x * np.float32(1e-4)),
    "large": lambda y, x: (y, x * np.float32(300)),
}


@pytest.mark.parametrize("name", DEGENERATE)
@pytest.mark.parametrize("case", [*ON_EMBEDDINGS, NPAIRS], ids=label)
def test_degenerate_batches_are_finite(case, name):
    labels, x = DEGENERATE[name](*inputs(ON_EMBEDDINGS[0]))
    x = x @ x.T if case is NPAIRS else x
    for settings in case.variants:
        for call in (case.function, lambda *a, **kw: case.loss(**kw)(*a)):
            value, slope = value_and_gradient(call, labels, x, **settings)
            assert np.isfinite(value).all()
            assert np.isfinite(slope).all()
            if len(x) == 0:
                assert np.sum(value) == 0


@pytest.mark.parametrize("case", EVERY, ids=label)
def test_nan_is_never_hidden(case):
    target, values = inputs(case)
    for row in (0, 1, 2):  # alone in its class, not alone, without a class
        hole = values.copy()
        hole[(row, 1)[: hole.ndim]] = np.nan
        for call in (case.function, case.loss()):
            assert np.isnan(call(target, hole)).any()


SCRIPT = """
import sys
import tfmetric
assert not [name for name in sys.modules if name.startswith("tfmetric.addons")]
import tfmetric.addons as tfa
import keras, numpy as np, tensorflow as tf
tf.config.run_functions_eagerly(True)
model = keras.saving.load_model(sys.argv[1])
data = np.load(sys.argv[2])
targets = {name: data[name] for name in model.output_names}
found = model.evaluate(data["x"], targets, verbose=0, return_dict=True)
print(found["loss"])
"""


def test_trains_saves_and_loads_in_a_fresh_process(tmp_path):
    """Also a function of the room as a loss, and ids that float32 would merge."""
    keras.utils.set_random_seed(3)
    x = inputs(ON_EMBEDDINGS[0])[1]
    named = {case.name: case.loss() for case in EVERY}
    named["function"] = tfa.losses.triplet_hard_loss
    # A matrix of similarities is as wide as the batch, distances of pairs are single.
    width = {"npairs": 10, "multilabel": 10, "contrastive": 1}
    targets = {name: LABELS.astype(np.int64) + 2**40 for name in named}
    targets |= {"multilabel": inputs(MULTILABEL)[0], "contrastive": LABELS % 2}
    hidden = keras.Input((4,))
    outputs = {
        name: keras.layers.Dense(width.get(name, 3), name=name)(hidden) for name in named
    }
    model = keras.Model(hidden, outputs)
    model.compile(keras.optimizers.SGD(1e-3), loss=named, run_eagerly=True)
    before = model.evaluate(x, targets, verbose=0)
    model.fit(x, targets, batch_size=10, verbose=0)
    after = model.evaluate(x, targets, verbose=0)
    after, before = after[0], before[0]
    assert after < before
    path, data = tmp_path / "model.keras", tmp_path / "data.npz"
    model.save(path)
    np.savez(data, x=x, **targets)
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path), str(data)],
        env={**os.environ, "PYTHONPATH": str(Path(tfmetric.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert float(run.stdout.splitlines()[-1]) == pytest.approx(after, rel=1e-5)

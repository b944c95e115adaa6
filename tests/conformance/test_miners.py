"""Every exported miner: sizes that labels do not change, and tuples that are such."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from conformance.exports import batch, build, classes

from tfmetric import losses, miners

BASES = [miners.Miner, miners.PairMiner, miners.QuadrupletMiner]
LABELS = [
    lambda y: y,
    lambda y: y * 0,
    lambda y: np.arange(len(y)),
    lambda y: y % 2,
]


@pytest.fixture(
    params=[item for base in BASES for item in classes(miners, base)],
    ids=lambda item: item.__name__,
)
def miner(request):
    return build(request.param)


def distances(x):
    return np.sqrt(np.square(x[:, None] - x).sum(-1)).astype(np.float32)


def test_every_exported_miner_is_of_one_kind():
    assert {item for item in miners.__dict__.values() if is_miner(item)} == {
        item for base in BASES for item in classes(miners, base)
    }


def is_miner(item):
    concrete = isinstance(item, type) and not getattr(item, "__abstractmethods__", None)
    return concrete and hasattr(item, "select")


def test_shapes_depend_on_the_batch_size_alone(miner):
    labels, x = batch()
    shapes = set()
    for change in LABELS:
        for d in (distances(x), distances(x * 0)):
            shapes.add(tuple(tuple(each.shape) for each in miner(change(labels), d)))
    assert len(shapes) == 1


@pytest.mark.parametrize("spoil", [lambda d: d, lambda d: d * np.nan, lambda d: d * 0])
def test_what_is_chosen_is_what_it_says(miner, spoil):
    labels, x = batch()
    for change in LABELS:
        y = change(labels)
        check(miner(y, spoil(distances(x))), y)
    some = distances(x)
    some[2, 5:] = np.nan
    check(miner(labels, some), labels)


def check(found, y):
    """Valid tuples are tuples, indices are in the batch, pairs are pairs."""
    same = np.equal.outer(y, y)
    if isinstance(found, miners.Pairs):
        assert found.positive.dtype == found.negative.dtype == tf.bool
        assert not np.any(found.positive & (~same | np.eye(len(y), dtype=bool)))
        assert not np.any(found.negative & same)
        return
    for index in found[:-1]:
        assert index.dtype == tf.int32
        assert np.all((index >= 0) & (index < len(y)))
    anchor, positive, *negatives = (i.numpy()[found.valid.numpy()] for i in found[:-1])
    assert np.all(same[anchor, positive] & (anchor != positive))
    for negative in negatives:
        assert not np.any(same[anchor, negative])
    if len(negatives) == 2:
        assert not np.any(same[negatives[0], negatives[1]])


def test_graph_of_any_batch_size_and_eager_agree(miner):
    signature = tf.TensorSpec([None], tf.int64), tf.TensorSpec([None, None])
    graph = tf.function(miner, input_signature=signature)
    labels, x = batch()
    for rows in (10, 7):
        y, d = labels[:rows].astype(np.int64), distances(x[:rows])
        for found, expected in zip(graph(y, d), miner(y, d), strict=True):
            np.testing.assert_array_equal(found, expected)


def test_every_precision_chooses_alike(miner):
    # Numbers of few bits, so that no rounding tells the precisions apart.
    labels, x = batch()
    d = np.round(distances(x) * 16) / 16
    expected = miner(labels, d)
    for precision in (np.float16, np.float64):
        found = miner(labels, d.astype(precision))
        if "seed" not in miner.get_config() or precision == np.float16:
            for one, other in zip(found, expected, strict=True):
                np.testing.assert_array_equal(one, other)
        check(found, labels)


def test_config_round_trip_alone_and_within_a_loss(miner, uncompiled):
    cases = [(miner, lambda again: again)]
    if isinstance(miner, miners.Miner):
        cases.append((losses.TripletLoss(strategy=miner), mined))
    for outer, inner in cases:
        config = keras.saving.serialize_keras_object(outer)
        again = inner(keras.saving.deserialize_keras_object(config))
        assert type(again) is type(miner)
        assert again.get_config() == miner.get_config()
        assert repr(again) == repr(miner)


def mined(loss):
    return miners.get(loss.get_config()["strategy"])


def test_changed_settings_survive_a_round_trip(miner):
    for key, value in miner.get_config().items():
        if isinstance(value, bool | str):
            continue
        other = value + 1 if isinstance(value, int) else value * 0.75
        changed = type(miner)(**{**miner.get_config(), key: other})
        config = keras.saving.serialize_keras_object(changed)
        assert keras.saving.deserialize_keras_object(config).get_config()[key] == other


def test_refuses_another_number_of_labels(miner):
    labels, x = batch()
    for count in (1, 9):
        with pytest.raises(ValueError, match="Expected one label for each row"):
            miner(labels[:count], distances(x))

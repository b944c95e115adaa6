"""The numbers: known ones of tensorflow-addons, and the oracle's with its slope."""

import numpy as np
import pytest
import tensorflow as tf
from addons.cases import (
    CONTRASTIVE,
    EVERY,
    GOLDEN,
    GOLDEN_LABELS,
    LABELS,
    inputs,
    value_and_gradient,
)
from oracles.losses import gradient

import tfmetric.addons as tfa
from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")

X = np.float32(GOLDEN)


def test_known_values_of_tensorflow_addons():
    """As tensorflow-addons 0.23 gives them on the same points."""
    semihard = {"L2": 0.789182, "squared-L2": 0.6, "angular": 0.8}
    for metric, expected in semihard.items():
        value = tfa.losses.triplet_semihard_loss(GOLDEN_LABELS, X, distance_metric=metric)
        assert float(value) == pytest.approx(expected, abs=1e-6)
    known = [
        (tfa.losses.triplet_hard_loss(GOLDEN_LABELS, X), 1.123495),
        (tfa.losses.triplet_hard_loss(GOLDEN_LABELS, X, soft=True), 0.792875),
        (tfa.losses.lifted_struct_loss(GOLDEN_LABELS, X), 3.748622),
        (tfa.losses.npairs_loss(GOLDEN_LABELS, X @ X.T), 1.438213),
    ]
    for value, expected in known:
        assert value.shape == ()
        assert float(value) == pytest.approx(expected, abs=1e-6)


def test_contrastive_by_hand():
    loss = tfa.losses.contrastive_loss([1, 0, 1, 0], [0.5, 0.5, 2.0, 2.0])
    assert loss.numpy().tolist() == [0.25, 0.25, 4, 0]
    assert float(tfa.losses.ContrastiveLoss()([1, 0, 1, 0], [0.5, 0.5, 2.0, 2.0])) == 1.125


def test_a_batch_of_one_class_takes_its_own_distance_for_the_negative():
    """The example of the original's documentation: 1 + sqrt(2) - 0."""
    loss = tfa.losses.triplet_semihard_loss([0, 0], [[0.0, 1.0], [1.0, 0.0]])
    assert float(loss) == pytest.approx(1 + 2**0.5)
    hard = tfa.losses.triplet_hard_loss([0, 0], [[0.0, 1.0], [1.0, 0.0]])
    assert float(hard) == pytest.approx(1)  # sqrt(2) - sqrt(2) + 1


def test_a_function_as_distance_metric():
    """Likewise: similarities [[1, 0], [0, 1]] as if they were distances."""

    def dot(x):
        return tf.matmul(x, x, transpose_b=True)

    labels, x = [0, 0], [[0.0, 1.0], [1.0, 0.0]]
    semihard = tfa.losses.triplet_semihard_loss(labels, x, distance_metric=dot)
    assert float(semihard) == 1  # 1 + 0 - 0
    hard = tfa.losses.triplet_hard_loss(labels, x, distance_metric=dot)
    assert float(hard) == 0  # 0 - 1 + 1
    loss = tfa.losses.TripletSemiHardLoss(distance_metric=dot)
    assert float(loss(labels, x)) == 1


@pytest.mark.parametrize(
    ("case", "settings"),
    [(case, settings) for case in EVERY for settings in case.variants],
    ids=lambda item: getattr(item, "name", None) or "-".join(map(str, item.values())),
)
def test_value_and_gradient_equal_the_oracle(case, settings):
    target, values = inputs(case)
    expected = np.asarray(case.oracle(target, values, **settings))
    assert np.mean(expected) > 0.05
    value, _ = value_and_gradient(case.function, target, values, **settings)
    assert value.dtype == tf.float32
    assert value.shape == expected.shape
    np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-6)

    exact = values.astype(np.float64)
    value, found = value_and_gradient(case.function, target, exact, **settings)
    assert value.dtype == tf.float64
    np.testing.assert_allclose(value, expected, rtol=1e-6, atol=1e-9)
    slope = gradient(lambda v: np.mean(case.oracle(target, v, **settings)), exact)
    np.testing.assert_allclose(found, slope, rtol=1e-5, atol=1e-7)

    loss = case.loss(**settings)(target, values)
    np.testing.assert_allclose(loss, np.mean(expected), rtol=1e-5, atol=1e-6)


def test_equal_negatives_share_the_gradient():
    """Anchor 0 and positive 1 on a line, and two negatives at the same place beyond."""
    x = [[0.0], [1.0], [1.5], [1.5]]
    loss = tfa.losses.triplet_semihard_loss
    value, slope = value_and_gradient(loss, [0, 0, 1, 2], np.float32(x))
    # (0, 1): 1 + 1 - 1.5; (1, 0), none beyond: 1 + 1 - 0.5.
    assert float(value) == pytest.approx((0.5 + 1.5) / 2)
    np.testing.assert_allclose(slope, [[-0.5], [1.5], [-0.5], [-0.5]], atol=1e-6)


def test_labels_of_one_pair_each_row_whatever_their_shape():
    """The original broadcasts (batch,) against (batch, 1) to batch² pairs."""
    same, d = inputs(CONTRASTIVE)
    expected = tfa.losses.contrastive_loss(same, d)
    for y, distances in ((same, d[:, None]), (same[:, None], d)):
        rows = tfa.losses.contrastive_loss(y, distances)
        assert rows.shape == distances.shape
        np.testing.assert_array_equal(np.ravel(rows), expected)
        mean = tfa.losses.ContrastiveLoss()(y, distances)
        assert float(mean) == pytest.approx(np.mean(expected))


def test_sparse_labels():
    target, values = np.eye(10, 5)[::-1], np.random.default_rng(1).normal(size=(10, 10))
    sparse = tf.sparse.from_dense(target)
    loss = tfa.losses.npairs_multilabel_loss
    assert loss(sparse, values) == loss(target, values)
    loss = tfa.losses.NpairsMultilabelLoss()
    assert loss(sparse, values) == loss(target, values)


@pytest.mark.parametrize("half", [tf.float16, tf.bfloat16])
def test_functions_keep_half_precision_and_classes_give_float32(half):
    for case in EVERY:
        target, values = inputs(case)
        rounded = tf.cast(values, half)
        exact = case.function(target, tf.cast(rounded, tf.float32))
        value = case.function(target, rounded)
        assert value.dtype == half
        assert np.all(value == tf.cast(exact, half)), case.name
        loss = case.loss()(target, rounded)
        assert loss.dtype == tf.float32
        assert float(loss) == pytest.approx(np.mean(exact), rel=1e-6)


def test_compiled_and_eager_agree():
    eager = {case.name: case.function(*inputs(case)) for case in EVERY}
    tf.config.run_functions_eagerly(False)
    for case in EVERY:
        np.testing.assert_allclose(
            case.function(*inputs(case)), eager[case.name], rtol=1e-5, atol=1e-6
        )


def test_memory_is_quadratic():
    """The original holds tensors of batch³ cells."""
    rows = 48
    signature = [tf.TensorSpec([rows], tf.int32), tf.TensorSpec([rows, 8])]
    tf.config.run_functions_eagerly(False)
    for name in ("triplet_semihard_loss", "triplet_hard_loss", "lifted_struct_loss"):
        function = getattr(tfa.losses, name).__wrapped__

        @tf.function(input_signature=signature)
        def step(labels, x, function=function):
            with tf.GradientTape() as tape:
                tape.watch(x)
                value = function(labels, x)
            return value, tape.gradient(value, x)

        graph = step.get_concrete_function().graph
        shapes = [out.shape for op in graph.get_operations() for out in op.outputs]
        known = [shape.num_elements() for shape in shapes if shape.is_fully_defined()]
        assert max(known) <= rows * (rows + 1), name
        assert len(known) > 0.7 * len(shapes), name


def test_pairwise_distance_by_hand():
    distance = tfa.losses.metric_learning.pairwise_distance
    x = np.float32([[0, 0], [3, 4], [3, 4], [0, 1]])
    squares = [[0, 25, 25, 1], [25, 0, 0, 18], [25, 0, 0, 18], [1, 18, 18, 0]]
    np.testing.assert_allclose(distance(x, squared=True), squares)
    value, slope = value_and_gradient(lambda _, v: distance(v), None, x)
    np.testing.assert_allclose(value, np.sqrt(squares), rtol=1e-6)
    assert np.isfinite(slope).all()


def test_angular_distance_by_hand():
    distance = tfa.losses.metric_learning.angular_distance
    x = np.float32([[2, 0], [0, 3], [-1, 0], [0, 0]])
    expected = [[0, 1, 2, 1], [1, 0, 1, 1], [2, 1, 0, 1], [1, 1, 1, 1]]
    np.testing.assert_allclose(distance(x), expected, atol=1e-7)
    assert distance(tf.cast(x, tf.float16)).dtype == tf.float16


def test_what_is_equal_in_the_other_room():
    """As `docs/addons.md` says."""
    labels, x = inputs(EVERY[0])
    semihard = losses.TripletLoss(1.0, "semihard", "euclidean", average="all")
    pairs = [
        (tfa.losses.TripletSemiHardLoss(), semihard, labels, x),
        (tfa.losses.LiftedStructLoss(), losses.LiftedStructureLoss(), labels, x),
        (tfa.losses.ContrastiveLoss(), losses.ContrastiveTupleLoss(), *inputs(CONTRASTIVE)),
    ]
    for ours, other, target, values in pairs:
        value, slope = value_and_gradient(ours, target, values)
        same, same_slope = value_and_gradient(other, target, values)
        np.testing.assert_allclose(value, same, rtol=1e-5)
        np.testing.assert_allclose(slope, same_slope, rtol=1e-4, atol=1e-6)


def test_permutation_changes_nothing():
    order = np.random.default_rng(5).permutation(10)
    for case in EVERY[:3]:
        labels, x = inputs(case)
        value = case.function(labels[order], x[order])
        assert float(value) == pytest.approx(float(case.function(LABELS, x)), rel=1e-5)

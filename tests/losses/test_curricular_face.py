"""CurricularFace: the weight of hard negatives follows the batch."""

import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import LABELS
from oracles import losses as gradients
from oracles import losses_proxy as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")

COSINES = np.random.default_rng(1).uniform(-0.9, 0.9, (10, 4))


@pytest.mark.parametrize(("margin", "scale"), [(0.5, 64.0), (0.1, 2.0)])
def test_equals_the_oracle_whose_t_stands_still(margin, scale):
    t = np.mean(COSINES[np.arange(10), LABELS])

    def oracle(x):
        return np.mean(oracles.curricular_face(LABELS, x, margin, scale, t=t))

    expected = oracles.curricular_face(LABELS, COSINES, margin, scale)
    x = tf.Variable(COSINES)
    with tf.GradientTape() as tape:
        rows = losses.curricular_face_loss(LABELS, x, margin=margin, scale=scale)
        mean = tf.reduce_mean(rows)
    np.testing.assert_allclose(rows, expected, rtol=1e-9)
    slope = gradients.gradient(oracle, COSINES)
    np.testing.assert_allclose(tape.gradient(mean, x), slope, rtol=1e-5, atol=1e-7)
    single = losses.curricular_face_loss(
        LABELS, COSINES.astype(np.float32), margin=margin, scale=scale
    )
    np.testing.assert_allclose(single, expected, rtol=1e-5, atol=1e-5)


def test_easy_negatives_count_as_in_arcface():
    cosines = [[0.9, -0.5, 0.1], [0.2, 0.95, -0.3]]
    np.testing.assert_allclose(
        losses.curricular_face_loss([0, 1], cosines), losses.arcface_loss([0, 1], cosines)
    )


def test_hard_negatives_count_for_less_early_and_for_more_late():
    """t is 0 in the first batch and 0.95 / 2 + 0.25 in the second."""
    hard = [0.5, 0.6]
    early = losses.curricular_face_loss([0, 0], [hard, [-0.5, -0.9]])[0]
    late = losses.curricular_face_loss([0, 0], [hard, [0.95, -0.9]])[0]
    plain = losses.arcface_loss([0], [hard])[0]
    assert early < plain < late

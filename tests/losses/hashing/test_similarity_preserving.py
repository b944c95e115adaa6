"""Similarity preserving."""

import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import assert_agrees, vectors
from oracles import losses_hashing_targets as oracles

from tfmetric.losses import hashing

pytestmark = pytest.mark.usefixtures("uncompiled")

FEATURES = vectors(7, 4, seed=1)


def test_equals_the_oracle():
    assert_agrees(
        hashing.similarity_preserving_loss,
        oracles.similarity_preserving,
        FEATURES,
        vectors(7, 6),
    )


def test_no_gradient_passes_to_the_features():
    features, values = tf.Variable(FEATURES), tf.Variable(vectors(7, 6))
    with tf.GradientTape() as tape:
        rows = hashing.similarity_preserving_loss(features, values)
    slopes = tape.gradient(rows, [features, values])
    assert slopes[0] is None
    assert np.abs(slopes[1]).max() > 0


@pytest.mark.parametrize("kind", [np.float16, np.float64, np.int32])
def test_features_of_every_type(kind):
    features = np.round(FEATURES * 4).astype(kind)
    x = vectors(7, 6).astype(np.float32)
    found = hashing.SimilarityPreservingLoss()(features, x)
    assert found == hashing.SimilarityPreservingLoss()(features.astype(np.float32), x)


def test_refuses_what_is_no_set_of_features():
    loss = hashing.SimilarityPreservingLoss()
    x = vectors(7, 6).astype(np.float32)
    for features in (FEATURES[:, 0], FEATURES[..., None]):
        with pytest.raises(ValueError, match=r"Expected vectors of shape \(items, dim\)"):
            loss(features, x)
    for count in (1, 6):
        with pytest.raises(ValueError, match="Expected one label for each row"):
            loss(FEATURES[:count], x)

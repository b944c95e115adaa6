"""Center loss, with its head: what moves, and by how much."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfmetric.layers import CenterHead
from tfmetric.losses import CenterLoss, center_loss

pytestmark = [
    pytest.mark.usefixtures("uncompiled"),
    pytest.mark.filterwarnings("ignore:Even though the:UserWarning"),
]


def test_embeddings_and_centers_move_toward_each_other():
    head = CenterHead(3)
    head.build((None, 2))
    head.set_weights([np.array([[0.0, 0.0], [4.0, 0.0], [9.0, 9.0]])])
    x = tf.Variable([[1.0, 2.0], [3.0, 0.0], [-1.0, 0.0]])
    with tf.GradientTape() as tape:
        rows = CenterLoss(reduction=None)([0, 1, 0], head(x))
        total = tf.reduce_sum(rows)
    assert rows.numpy().tolist() == [2.5, 0.5, 0.5]
    pull, move = tape.gradient(total, [x, head.centers.value])
    np.testing.assert_allclose(pull, [[1, 2], [-1, 0], [-1, 0]])  # x - center
    # A center is pulled by its members alone: those of class 0 sum to (0, 2).
    np.testing.assert_allclose(move, [[0, -2], [1, 0], [0, 0]])


def test_trains_beside_a_classifier_in_a_stock_model():
    keras.utils.set_random_seed(1)
    labels = np.arange(30) % 3
    noise = np.random.default_rng(0).normal(size=(30, 4))
    x = (np.eye(4)[labels] * 3 + noise).astype(np.float32)
    inputs = keras.Input((4,))
    embedding = keras.layers.Dense(2)(inputs)
    outputs = {
        "label": keras.layers.Dense(3, name="label")(embedding),
        "center": CenterHead(3, name="center")(embedding),
    }
    model = keras.Model(inputs, outputs)
    crossentropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(
        keras.optimizers.SGD(0.05),
        loss={"label": crossentropy, "center": CenterLoss()},
        loss_weights={"label": 1.0, "center": 0.1},
        run_eagerly=True,
    )
    targets = {"label": labels, "center": labels}
    history = model.fit(x, targets, epochs=6, batch_size=30, verbose=0).history
    assert history["center_loss"][-1] < history["center_loss"][0]
    assert history["label_loss"][-1] < history["label_loss"][0]


def test_refuses_cosines():
    with pytest.raises(ValueError, match="Expected distances >= 0"):
        center_loss([0], [[0.5, -0.5]])

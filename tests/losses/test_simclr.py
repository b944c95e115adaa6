"""SimCLR: the oracle, what it equals, and training on two augmentations of digits."""

import keras
import numpy as np
import pytest
from losses.helpers import assert_tuples_agree
from oracles import losses_views as oracles
from sklearn.datasets import load_digits

from tfmetric import losses
from tfmetric.augmentation import Pipeline, RandomCrop, RandomRotate


def pairs(rows=6, dim=3, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, 2, dim))


@pytest.mark.parametrize("temperature", [0.1, 0.7])
def test_equals_the_oracle(temperature, uncompiled):
    assert_tuples_agree(
        losses.simclr_loss, oracles.simclr, pairs(), temperature=temperature
    )


def test_is_nt_xent_with_each_example_its_own_class(uncompiled):
    x = pairs()
    ids = np.repeat(np.arange(6), 2)
    whole = losses.NTXentLoss(temperature=0.3)(ids, x.reshape(12, 3))
    assert np.isclose(losses.SimCLRLoss(temperature=0.3)(None, x), whole, rtol=1e-6)


def test_far_negatives_at_a_low_temperature_do_not_saturate(uncompiled):
    """Where the quotient of exponentials underflows, its logarithm is still exact."""
    opposite = [[[1.0, 0.0], [-1.0, 0.0]], [[1.0, 0.0], [-1.0, 0.0]]]
    rows = losses.simclr_loss(None, opposite, temperature=0.01)
    np.testing.assert_allclose(rows, 200, rtol=1e-6)  # log(e^100 + …) - (-100)


@pytest.mark.parametrize("temperature", [0, -1, float("nan")])
def test_refuses_a_temperature_without_sense(temperature, uncompiled):
    with pytest.raises(ValueError, match="Expected temperature > 0"):
        losses.SimCLRLoss(temperature=temperature)
    with pytest.raises(ValueError, match="Expected temperature > 0"):
        losses.simclr_loss(None, pairs(), temperature=temperature)


def test_unseen_digits_profit_from_training_without_labels():
    images = np.array(load_digits().images[:700] * (255 / 16), np.uint8)[..., None]
    augment = [RandomRotate(10), RandomCrop(7)]
    views = [Pipeline(augment, seed).batch(images) / 255 for seed in (1, 2)]
    seen, unseen = [view[:500] for view in views], [view[500:] for view in views]

    keras.utils.set_random_seed(0)
    inputs = [keras.Input((7, 7, 1)), keras.Input((7, 7, 1))]
    encoder = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(32)])
    outputs = keras.ops.stack([encoder(x) for x in inputs], axis=1)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(0.01), loss=losses.SimCLRLoss())
    before = model.evaluate(unseen, batch_size=50, verbose=0)
    history = model.fit(seen, batch_size=50, epochs=6, verbose=0).history["loss"]
    assert history[-1] < 0.6 * before
    assert model.evaluate(unseen, batch_size=50, verbose=0) < 0.75 * before

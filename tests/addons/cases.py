"""The losses of `tfmetric.addons` side by side: class, function, oracle, inputs."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf
from oracles import addons as oracles

import tfmetric.addons as tfa

# Four classes of 4, 3, 2 and 1 examples, out of order.
LABELS = np.array([3, 0, 1, 0, 2, 1, 0, 2, 1, 0])
GOLDEN_LABELS = [0, 0, 1, 1, 2, 2]
GOLDEN = [[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8], [0.6, -0.8], [-1, 0]]


class Case(NamedTuple):
    name: str
    function: object
    loss: type
    oracle: object
    variants: list


ON_EMBEDDINGS = [
    Case(
        "semi-hard",
        tfa.losses.triplet_semihard_loss,
        tfa.losses.TripletSemiHardLoss,
        oracles.triplet_semihard,
        [{"distance_metric": name} for name in oracles.METRICS] + [{"margin": -0.1}],
    ),
    Case(
        "hard",
        tfa.losses.triplet_hard_loss,
        tfa.losses.TripletHardLoss,
        oracles.triplet_hard,
        [{"distance_metric": name} for name in oracles.METRICS] + [{"soft": True}],
    ),
    Case(
        "lifted",
        tfa.losses.lifted_struct_loss,
        tfa.losses.LiftedStructLoss,
        oracles.lifted_struct,
        [{}, {"margin": 2.0}, {"margin": 0.0}],
    ),
]
NPAIRS = Case("npairs", tfa.losses.npairs_loss, tfa.losses.NpairsLoss, oracles.npairs, [{}])
MULTILABEL = Case(
    "multilabel",
    tfa.losses.npairs_multilabel_loss,
    tfa.losses.NpairsMultilabelLoss,
    oracles.npairs_multilabel,
    [{}],
)
CONTRASTIVE = Case(
    "contrastive",
    tfa.losses.contrastive_loss,
    tfa.losses.ContrastiveLoss,
    oracles.contrastive,
    [{}, {"margin": 1.5}],
)
EVERY = [*ON_EMBEDDINGS, NPAIRS, MULTILABEL, CONTRASTIVE]


def label(item):
    return item.name if isinstance(item, Case) else None


def inputs(case, rows=10):
    """A target and predictions of the kind that the loss takes, float32."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(rows, 4)).astype(np.float32)
    if case is CONTRASTIVE:
        return np.arange(rows) % 3 == 0, np.abs(x[:, 0])
    if case is NPAIRS:
        return LABELS[:rows], x @ generator.normal(size=(4, rows)).astype(np.float32)
    if case is MULTILABEL:
        classes = generator.integers(0, 2, size=(rows, 5))
        classes[2] = 0
        return classes, x @ generator.normal(size=(4, rows)).astype(np.float32)
    return LABELS[:rows], x


def value_and_gradient(function, target, values, **settings):
    """The value, and the gradient of its mean."""
    values = tf.constant(values)
    with tf.GradientTape() as tape:
        tape.watch(values)
        value = function(target, values, **settings)
        mean = tf.reduce_mean(value)
    return value, tape.gradient(mean, values)

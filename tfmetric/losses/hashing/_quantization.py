"""Quantisation loss: relaxed code values move to -1 or +1, so that the sign is them."""

import math

import tensorflow as tf

from tfmetric._core._checks import check_choice, check_not_negative, check_positive
from tfmetric._core._numerics import at_least_float32, unit_norm
from tfmetric._core._registry import registered
from tfmetric.losses._base import FunctionLoss, compiled


@registered
@compiled
def quantization_loss(y_true, values, *, norm="l2", scale=10.0):
    """How far code values are from the nearer of -1 and +1, by one of six measures.

        "l1"        mean over bits k of ||u[k]| - 1|
        "l2"        mean over bits k of (|u[k]| - 1)²
        "cubic"     mean over bits k of ||u[k]| - 1|³
        "log_cosh"  mean over bits k of log cosh(|u[k]| - 1)
        "cosine"    c = 1 - cos(u, sign u) = 1 - cos(|u|, 1)
        "cauchy"    log(1 + scale · c / 2)

    A small weight beside a metric loss: too much of it freezes the bits as they are.
    "l2" pulls undecided bits most, "l1" all alike, "cubic" hardly those that are near;
    "log_cosh" is "l2" near the goal and "l1" far from it. "cosine" and "cauchy" are blind
    to length: they ask that the bits of one code be decided alike.

    Args:
        y_true: not used; Keras gives one.
        values: (batch, bits) float, code values such as a `HashHead` gives.
        norm: the measure.
        scale: > 0, of "cauchy" alone: bits over the paper's γ, which is the Hamming
            distance at which two codes are as likely similar as not.

    Returns:
        (batch,).

    Raises:
        ValueError: unknown `norm`, or `scale` <= 0.

    Cost: O(batch · bits).

    Reference: "l1" is Liu et al., 2016, "Deep Supervised Hashing"; "l2" Li, Wang, Kang,
    2016, arXiv:1511.03855, the second term of equation 4; "cubic" Su et al., 2018,
    "Greedy Hash"; "log_cosh" Zhu et al., 2016, "Deep Hashing Network"; "cauchy" Cao et
    al., 2018, "Deep Cauchy Hashing"; "cosine" its angle alone. Sums over bits are means
    here. A zero vector, which has no direction, has c = 1.

    >>> quantization_loss(None, [[1.0, -1.0], [0.5, -0.5]]).numpy().tolist()
    [0.0, 0.25]
    >>> quantization_loss(None, [[0.5, -0.5]], norm="cosine").numpy().tolist()
    [0.0]
    """
    check_choice(norm, NORMS, "norm")
    check_positive(scale, "scale")
    return NORMS[norm](tf.abs(at_least_float32(values)), scale)


def _mean_of(measure):
    """The mean over bits of a measure of how far their sizes are from one."""
    return lambda size, scale: tf.reduce_mean(measure(tf.abs(size - 1)), axis=-1)


def _log_cosh(values):
    # Beyond 20 the smaller exponential is lost, in float64 too.
    small = tf.math.log1p(tf.square(tf.sinh(tf.minimum(values, 20)))) / 2
    return tf.where(values > 20, values - math.log(2), small)


def _angle(size, scale):
    """One minus the cosine between the sizes of bits and ones."""
    del scale
    bits = tf.cast(tf.shape(size)[-1], size.dtype)
    return tf.maximum(1 - tf.reduce_sum(unit_norm(size), axis=-1) / tf.sqrt(bits), 0)


def _cauchy(size, scale):
    return tf.math.log1p(scale / 2 * _angle(size, scale))


NORMS = {
    "l1": _mean_of(tf.identity),
    "l2": _mean_of(tf.square),
    "cubic": _mean_of(lambda way: way**3),
    "log_cosh": _mean_of(_log_cosh),
    "cosine": _angle,
    "cauchy": _cauchy,
}


def check_penalty(penalty, weight):
    """Returns the `penalty` and `penalty_weight` of a loss as settings."""
    if penalty is not None:
        check_choice(penalty, NORMS, "penalty")
    weight = check_not_negative(weight, "penalty_weight")
    return {"penalty": penalty, "penalty_weight": weight}


def penalty_of(codes, penalty, weight, scale=10.0):
    """`weight` times the `quantization_loss` by `penalty`, (batch,); zero without one."""
    if penalty is None:
        return tf.zeros(tf.shape(codes)[:1], codes.dtype)
    return weight * NORMS[penalty](tf.abs(codes), scale)


@registered
class QuantizationLoss(FunctionLoss):
    """`quantization_loss` as a Keras loss: `loss(y_true, values)`."""

    def __init__(
        self,
        norm="l2",
        scale=10.0,
        name="quantization_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "norm": check_choice(norm, NORMS, "norm"),
            "scale": check_positive(scale, "scale"),
        }
        super().__init__(quantization_loss, settings, name, reduction)

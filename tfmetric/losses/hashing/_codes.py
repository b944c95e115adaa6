"""The values of code bits as losses compare them."""

import tensorflow as tf

from tfmetric._core._checks import check_positive
from tfmetric._core._masks import pair_masks
from tfmetric._core._numerics import as_vectors_in_graph
from tfmetric._core._pairs import Pairs, with_memory
from tfmetric._core._product import product


def check_continuation(value):
    """Returns `value` as a float above zero, or None."""
    return None if value is None else check_positive(value, "continuation")


def relaxed(values, continuation, memory=None):
    """`tanh(continuation · values)`, between the values and their signs.

    Args:
        values: (batch, bits) float.
        continuation: the slope at zero; None leaves the values as they are.
        memory: None, or a `Memory` of other values.

    Returns:
        (batch, bits), and (batch + memory, bits) with the memory after the batch.
    """
    values = as_vectors_in_graph(values)
    codes = values if memory is None else with_memory(values, memory)
    if continuation is not None:
        codes = tf.tanh(continuation * codes)
    return (codes if memory is None else codes[: tf.shape(values)[0]]), codes


def code_pairs(labels, codes, others, memory=None, scale=1.0):
    """`Pairs` of mean products of bits, -1..1 where bits are -1 and +1, times `scale`.

    Args:
        labels: labels of the batch, in any form.
        codes: (batch, bits) float.
        others: (batch + memory, bits) float, what they are compared with.
        memory: None, or the `Memory` whose labels are those of the last rows of `others`.
        scale: what a product of two equal codes becomes.
    """
    bits = tf.cast(tf.shape(codes)[1], codes.dtype)
    values = product(codes * (scale / bits), others)
    return Pairs(values, *pair_masks(labels, codes, memory))

"""Embeddings and codes of whatever a network takes."""

from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from tfmetric._core._bits import pack_bits


def embed_with(model, x, batch_size):
    """What a network makes of its inputs: (items, dim) embeddings, codes, and their bits.

    Args:
        model: a network of `tfmetric.models`, another object with `embed`, or a Keras
            model with one output.
        x: its inputs.
        batch_size: inputs that pass through it at a time.

    Returns:
        (items, dim) embeddings, (items, bytes) packed codes or None, and bits or None.
        A network with codes alone gives the values behind them as its embedding.

    Raises:
        ValueError: a model that gives no vectors, or a dataset for one that takes arrays.
    """
    bits = getattr(model, "bits", None)
    streams = isinstance(x, tf.data.Dataset | Iterator)
    if streams and (hasattr(model, "encode") or hasattr(model, "embed")):
        raise ValueError(
            "Expected the inputs of a network as arrays; of a dataset give embeddings, "
            f"as `predict` makes them. Received: {type(x).__name__}"
        )
    if hasattr(model, "encode"):
        return *model.encode(x, batch_size=batch_size), bits
    if hasattr(model, "embed"):
        return model.embed(x, batch_size=batch_size), None, None
    if not hasattr(model, "predict"):
        raise ValueError(f"Expected model with `embed` or `predict`. Received: {model!r}")
    values = model.predict(x, batch_size=batch_size, verbose=0)
    if not isinstance(values, np.ndarray) or values.ndim != 2:
        raise ValueError(
            "Expected a model whose one output is (items, dim); of another, give the "
            f"embeddings themselves. Received: {_shapes(values)}"
        )
    values = values.astype(np.float32)  # NumPy has no bfloat16
    return values, None if bits is None else pack_bits(values), bits


def _shapes(values):
    if isinstance(values, dict):
        return {name: np.shape(value) for name, value in values.items()}
    if isinstance(values, list | tuple):
        return [np.shape(value) for value in values]
    return np.shape(values)

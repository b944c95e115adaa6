"""Penalties on embeddings and on class centers, as Keras regularisers.

On embeddings, as the `activity_regularizer` of the layer that gives them, or of
`keras.layers.Activation("linear", activity_regularizer=…)` behind any layer; on centers,
as the `proxy_regularizer` of the head that owns them. They stand apart from the layers as
`keras.regularizers` does from `keras.layers`: they own nothing.

One replica or many train the same weights with them, uneven batches included.
`keras.regularizers` has sums of values (`L1`) and of squares (`L2`), and keeps weights
orthogonal.
"""

from tfmetric.layers.regularizers._centers import (
    CenterInvariant,
    RegularFace,
    SparseCenters,
)
from tfmetric.layers.regularizers._embeddings import LpNorm, Spherical, ZeroMean

__all__ = [
    "CenterInvariant",
    "LpNorm",
    "RegularFace",
    "SparseCenters",
    "Spherical",
    "ZeroMean",
]

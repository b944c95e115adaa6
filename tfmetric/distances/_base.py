"""What every distance offers: a matrix between two sets, a value for each pair."""

from abc import ABC, abstractmethod

import tensorflow as tf

from tfmetric._core._checks import check_count
from tfmetric._core._numerics import as_vectors_in_graph
from tfmetric.distances._blocks import map_rows


class Distance(ABC):
    """A distance between vectors: zero for equal ones, growing with remoteness.

    Call it on one set of vectors for all pairs within it, on two for all pairs across,
    use `batched` where that matrix is too large to hold, and `paired` for row i of one
    against row i of the other. Half precision is computed in float32.

    Subclasses give `_pairwise` and `_paired`, and say where they are not `symmetric`, or
    may be `negative`: some losses refuse such.
    """

    symmetric = True
    negative = False

    def __call__(self, a, b=None):
        """All distances between the rows of `a` and those of `b` (or of `a`).

        Args:
            a: (n, dim) float.
            b: (m, dim) float, or None for `a` itself.

        Returns:
            (n, m) float32, or float64 where either set is.

        Raises:
            ValueError: not rank two, or different dims.
        """
        return self._pairwise(*_two_sets(a, b))

    def batched(self, a, b=None, rows=1024, reduce=tf.identity):
        """All distances of large sets, some rows of `a` at a time.

        Give `reduce` what is to be kept of each row, such as its nearest neighbours, and
        the whole matrix never exists. Works eagerly and in a graph.

        Args:
            a: (n, dim) float.
            b: (m, dim) float, or None for `a` itself.
            rows: rows of `a` in a block.
            reduce: function of a (block, m) matrix of distances that returns one entry,
                or a tuple of them, for each of its rows, independent of the other rows.

        Returns:
            What `reduce` returns, joined over all n rows: (n, m) distances by default.

        Raises:
            ValueError: `rows` < 1, not rank two, or different dims.

        Cost: the time of all distances, the memory of `rows`·m of them and the result.
        A gradient keeps every block, so inside a loss call the distance itself.

        >>> import tfmetric
        >>> d = tfmetric.distances.Euclidean()
        >>> nearest = lambda block: tf.argmin(block, axis=1)
        >>> d.batched([[0.0], [5.0], [9.0]], [[1.0], [8.0]], rows=2, reduce=nearest).numpy()
        array([0, 1, 1])
        """
        check_count(rows, "rows")
        a, b = _two_sets(a, b)
        return map_rows(lambda block: reduce(self._pairwise(block, b)), [a], rows)

    def paired(self, a, b):
        """Distances between row i of `a` and row i of `b`: two (n, dim) give (n,)."""
        a, b = as_vectors_in_graph(a), as_vectors_in_graph(b)
        _check_same("shape", a.shape, b.shape)
        return self._paired(*_of_one_precision(a, b))

    @abstractmethod
    def _pairwise(self, a, b): ...

    @abstractmethod
    def _paired(self, a, b): ...

    def get_config(self):
        """Settings to rebuild the distance from; the plain ones have none."""
        return {}

    @classmethod
    def from_config(cls, config):
        """Rebuilds the distance from `get_config`."""
        return cls(**config)

    def __repr__(self):
        settings = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items())
        return f"{type(self).__name__}({settings})"


def _two_sets(a, b):
    a = as_vectors_in_graph(a)
    b = a if b is None else as_vectors_in_graph(b)
    _check_same("dim", a.shape[-1:], b.shape[-1:])
    return _of_one_precision(a, b)


def _of_one_precision(a, b):
    if a.dtype == b.dtype:
        return a, b
    return tf.cast(a, tf.float64), tf.cast(b, tf.float64)


def _check_same(name, a, b):
    if not a.is_compatible_with(b):
        raise ValueError(
            f"Expected two sets of vectors of the same {name}. Received: {a} and {b}"
        )

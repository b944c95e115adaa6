"""What every distance offers: a matrix between two sets, a value for each pair."""

from abc import ABC, abstractmethod

from tfmetric._core._numerics import as_vectors_in_graph


class Distance(ABC):
    """A distance between vectors: zero for equal ones, growing with remoteness.

    Call it on one set of vectors for all pairs within it, on two for all pairs across,
    and use `paired` for row i of one against row i of the other. Half precision is
    computed in float32.

    Subclasses give `_pairwise` and `_paired`.
    """

    def __call__(self, a, b=None):
        """All distances between the rows of `a` and those of `b` (or of `a`).

        Args:
            a: (n, dim) float.
            b: (m, dim) float, or None for `a` itself.

        Returns:
            (n, m) float32, or float64 where the vectors are.

        Raises:
            ValueError: not rank two, or different dims.
        """
        a = as_vectors_in_graph(a)
        b = a if b is None else as_vectors_in_graph(b)
        _check_same("dim", a.shape[-1:], b.shape[-1:])
        return self._pairwise(a, b)

    def paired(self, a, b):
        """Distances between row i of `a` and row i of `b`: two (n, dim) give (n,)."""
        a, b = as_vectors_in_graph(a), as_vectors_in_graph(b)
        _check_same("shape", a.shape, b.shape)
        return self._paired(a, b)

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


def _check_same(name, a, b):
    if not a.is_compatible_with(b):
        raise ValueError(
            f"Expected two sets of vectors of the same {name}. Received: {a} and {b}"
        )

"""How well codes use their bits."""

from dataclasses import dataclass

import numpy as np

from tfmetric._core._bits import as_words, packed_bytes
from tfmetric._core._checks import as_codes

_ROWS = 2**16  # codes unpacked at a time


@dataclass(frozen=True)
class CodeStatistics:
    """What `code_statistics` finds.

    Attributes:
        bit_balance: mean over bits of |2 * share of ones - 1|: 0 where every bit splits
            the items in half, 1 where every bit is constant.
        bit_correlation: mean over pairs of bits of |correlation|: 0 where bits are
            uncorrelated, 1 where all say the same or the opposite. A constant bit has
            none and counts 0; `bit_balance` shows it.
        unique_share: distinct codes over items; 1 where no two items share a code.
        effective_bits: how many balanced, uncorrelated bits vary as much in as many
            directions: 0 for one code only, at most the length of the code.
    """

    bit_balance: float
    bit_correlation: float
    unique_share: float
    effective_bits: float


def code_statistics(codes, bits):
    """How evenly and independently codes use their bits, and how many items share one.

    Look here first when a code retrieves badly: unbalanced and correlated bits carry
    little, and items that share a code cannot be told apart. Effective bits are the
    participation ratio of the covariance C of the bits as -1 and +1,

        trace(C)^2 / sum over i, j of C[i, j]^2 = (sum of eigenvalues)^2 / sum of squares

    which needs no eigenvalues: `bits` for uncorrelated bits of equal variance, 1 where
    one bit varies alone or all bits say the same.

    Args:
        codes: (items, ceil(bits / 8)) packed uint8, spare bits zero.
        bits: length of the code.

    Returns:
        CodeStatistics.

    Raises:
        ValueError: no codes, codes that are not packed uint8, or of another length.

    Cost: O(items * bits^2) time as matrix products of blocks, O(items + bits^2) memory.

    Reference: P. Gao et al., "A theory of multineuronal dimensionality, dynamics and
    measurement", bioRxiv 2017, https://doi.org/10.1101/214262, for the ratio.

    Example: the first bit splits 2:2, the second 3:1; three of four codes are distinct.
    As -1 and +1 the variances are 1 and 1 - 1/4 = 3/4, the covariance 1/2: correlation
    (1/2) / sqrt(3/4) = 0.577, effective bits (7/4)^2 / (1 + 9/16 + 2/4) = 49/33.

        >>> found = code_statistics(
        ...     np.packbits([[1, 1], [1, 1], [0, 1], [0, 0]], axis=1), 2)
        >>> found.bit_balance, found.unique_share
        (0.25, 0.75)
        >>> round(found.bit_correlation, 3), round(found.effective_bits, 3)
        (0.577, 1.485)
    """
    codes = as_codes(codes, "codes")
    width = packed_bytes(bits)
    if len(codes) == 0 or codes.shape[1] != width:
        raise ValueError(
            f"Expected at least one code of {bits} bits, {width} bytes wide. "
            f"Received: shape={codes.shape}"
        )
    spare = 8 * width - bits
    if (codes[:, -1] & (2**spare - 1)).any():
        raise ValueError(
            f"Expected zeros after bit {bits} of each code. Received: ones; is the code "
            "longer than that?"
        )
    mean, covariance = _moments(codes, bits)
    return CodeStatistics(
        bit_balance=float(np.abs(mean).mean()),
        bit_correlation=_mean_correlation(covariance),
        unique_share=_count_distinct(codes) / len(codes),
        effective_bits=_participation_ratio(covariance),
    )


def _moments(codes, bits):
    """Mean and covariance of the bits as -1 and +1."""
    total, products = np.zeros(bits), np.zeros((bits, bits))
    for start in range(0, len(codes), _ROWS):  # float32 counts so few rows exactly
        ones = np.unpackbits(codes[start : start + _ROWS], axis=1, count=bits)
        signs = ones.astype(np.float32) * 2 - 1
        total += signs.sum(axis=0)
        products += signs.T @ signs
    mean = total / len(codes)
    return mean, products / len(codes) - np.outer(mean, mean)


def _mean_correlation(covariance):
    deviation = np.sqrt(np.maximum(np.diagonal(covariance), 0))
    scale = np.outer(deviation, deviation)
    correlation = np.divide(
        np.abs(covariance), scale, np.zeros_like(scale), where=scale > 0
    )
    pairs = len(scale) * (len(scale) - 1)
    return float((correlation.sum() - np.trace(correlation)) / max(pairs, 1))


def _participation_ratio(covariance):
    squares = np.sum(covariance**2)
    return float(np.trace(covariance) ** 2 / squares) if squares else 0.0


def _count_distinct(codes):
    words = as_words(codes)
    words = words[:, np.lexsort(words)]
    return 1 + int(np.any(words[:, 1:] != words[:, :-1], axis=0).sum())

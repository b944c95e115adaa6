"""Fixed binary codes, one for each class, far apart from each other."""

from functools import lru_cache

import numpy as np

from tfmetric._core._checks import check_choice, check_count

# Classes up to which all pairs of them are looked at.
_PAIRS_OF = 512


def binary_targets(num_classes, bits, method="hadamard", seed=0):
    """Draws a code for each class: what the losses on targets pull examples to.

    - "hadamard": rows of [H; -H] in an order and with signs of their own, H a Hadamard
      matrix. Two of them differ in half of the bits or in all, where there is a matrix of
      `bits` rows: for 1, 2 and p + 1 with a prime p of 4k + 3, and for doubles of
      such a number, hence for 8, 12, 16, 24, 32, 48, 64, 96, 128. Else the matrix is of
      the next such number n, cut to `bits` columns: they differ in `bits - n / 2` at
      least. Classes beyond the 2n rows get Bernoulli codes.
    - "bernoulli": every bit is a fair coin, so that codes differ in about half of them,
      the two closest in fewer: of 100 codes of 64 bits, in 16 to 19.
    - "max_distance": the two closest codes are as far apart as a search gets them. Up to
      512 classes, each bit in turn parts those that are still close, and the codes are no
      closer than those of "hadamard". Beyond, they are the words of a linear code, which
      grows by the best of random generators: about as far apart as the bound of Gilbert
      and Varshamov promises. For more classes than twice the bits.

    Args:
        num_classes: how many codes, at most `2**bits`: no two are the same.
        bits: length of a code.
        method: "hadamard", "bernoulli" or "max_distance".
        seed: whole number from 0 to `2**32 - 1`. The codes depend on nothing but the
            arguments: not on the version of NumPy, nor on the machine.

    Returns:
        int8 of shape (num_classes, bits), of -1 and +1.

    Raises:
        ValueError: arguments out of range, or more classes than codes.

    Cost: O(num_classes · bits); "max_distance" up to 256 times that. 40,000 classes of 64
    bits take less than a second.

    Reference: Yuan et al., 2020, "Central Similarity Quantization for Efficient Image and
    Video Retrieval", arXiv:1908.00347, algorithm 1, for the first two. For the third,
    Hoe et al., 2021, arXiv:2109.14449, accept random codes at a distance.

    >>> codes = binary_targets(8, 8)
    >>> (codes @ codes.T).tolist()[0]  # orthogonal: 4 bits of 8 differ
    [8, 0, 0, 0, 0, 0, 0, 0]
    """
    check_count(num_classes, "num_classes")
    check_count(bits, "bits")
    check_count(seed, "seed", least=0)
    check_choice(method, METHODS, "method")
    if num_classes > 2**bits:
        raise ValueError(
            f"Expected num_classes <= 2**bits, so that each class has a code of its own. "
            f"Received: num_classes={num_classes}, bits={bits}"
        )
    return _cached(num_classes, bits, method, seed).copy()


@lru_cache(maxsize=16)
def _cached(num_classes, bits, method, seed):
    # Its stream is frozen, that of NumPy's newer generators is not.
    random = np.random.RandomState(seed)
    return METHODS[method](num_classes, bits, random)


@lru_cache(maxsize=16)
def tie_breaker(bits):
    """(bits,) int8: a code that decides where classes of an example balance."""
    # A stream of its own, so that it is not the code of a class.
    return _coins(1, bits, np.random.RandomState([bits, 1]))[0]


def _bernoulli(count, bits, random):
    return _distinct(np.empty((0, bits), np.int8), count, random)


def _distinct(codes, count, random):
    """`codes`, and Bernoulli codes up to `count`, each of them once."""
    codes, bits = codes[:count], codes.shape[1]
    while len(codes) < count:
        few = 2**bits <= 4 * count  # so that coins would meet again and again
        more = _all_codes(bits, random) if few else _coins(count - len(codes), bits, random)
        codes = np.concatenate([codes, more])
        places = np.unique(np.packbits(codes > 0, axis=1), axis=0, return_index=True)[1]
        codes = codes[np.sort(places)[:count]]
    return codes


def _all_codes(bits, random):
    numbers = random.permutation(2**bits)
    return _signs(numbers[:, None] >> np.arange(bits) & 1)


def _coins(count, bits, random):
    width = (bits + 7) // 8
    drawn = np.frombuffer(random.bytes(count * width), np.uint8).reshape(count, width)
    return _signs(np.unpackbits(drawn, axis=1, count=bits))


def _signs(bits):
    """Bits 0 and 1 as -1 and +1."""
    return bits.astype(np.int8) * np.int8(2) - np.int8(1)


def _hadamard_codes(count, bits, random):
    order = bits
    while not _is_order(order):
        order += 1
    rows = _hadamard(order)[random.permutation(order), :bits]
    rows = rows * _signs(random.randint(0, 2, size=(order, 1)))
    return _distinct(np.concatenate([rows, -rows]), count, random)


def _is_order(order):
    """Whether `_hadamard` can make a matrix of this many rows."""
    return order < 3 or _is_paley(order) or (order % 2 == 0 and _is_order(order // 2))


def _is_paley(order):
    prime = order - 1
    return order % 4 == 0 and all(prime % i for i in range(2, int(prime**0.5) + 1))


def _hadamard(order):
    if order == 1:
        return np.ones((1, 1), np.int8)
    if _is_paley(order):
        return _paley(order - 1)
    half = _hadamard(order // 2)
    return np.block([[half, half], [half, -half]])


def _paley(prime):
    """Paley's first matrix, of `prime + 1` rows: differences that are squares, or not."""
    residues = np.arange(prime)
    character = np.where(np.isin(residues, residues**2 % prime), 1, -1)
    character[0] = 0
    matrix = np.ones((prime + 1, prime + 1), np.int8)
    matrix[1:, 0] = -1
    matrix[1:, 1:] = character[residues[:, None] - residues] + np.eye(prime, dtype=np.int8)
    return matrix


def _max_distance(count, bits, random):
    found = [_linear(count, bits, random)]
    if count <= _PAIRS_OF:
        found += [_cuts(count, bits, random), _hadamard_codes(count, bits, random)]
        found.sort(key=_least_distance)
    return found[-1]


def _least_distance(codes):
    """Hamming distance of the two closest codes."""
    codes = codes.astype(np.float32)
    products = codes @ codes.T
    np.fill_diagonal(products, -np.inf)
    return (codes.shape[1] - products.max()) / 2


def _cuts(count, bits, random):
    """Adds bit by bit one that parts many pairs, of which the closest weigh most.

    A pair weighs half as much with each bit that parts it. Weights are whole numbers, so
    that no order of summation matters.
    """
    distances = np.zeros((count, count))
    codes = np.empty((count, bits), np.int8)
    for bit in range(bits):
        beyond = distances - np.min(distances + bits * np.eye(count))
        weights = np.exp2(24 - np.clip(beyond, 0, 24))
        np.fill_diagonal(weights, 0)
        sides = _cut(weights, random)
        codes[:, bit] = sides
        distances += sides[:, None] != sides
    return codes


def _cut(weights, random):
    """Sides -1 and +1 between which much weight lies: the best of eight, improved."""
    drawn = _coins(8, len(weights), random).T.astype(np.float64)
    sides = drawn[:, np.argmin(np.sum(drawn * (weights @ drawn), axis=0))]
    pulls = weights @ sides
    while np.max(sides * pulls) > 0:
        item = np.argmax(sides * pulls)
        sides[item] *= -1
        pulls += 2 * sides[item] * weights[item]
    return sides


def _linear(count, bits, random):
    """Words of a linear code of as few generators as make `count` words."""
    ones = np.packbits(np.ones(bits, np.uint8))[None]
    words = np.zeros_like(ones)
    tries = min(max(2**24 // count, 64), 256)
    generators = ones
    while len(words) < count:
        best = min(generators, key=lambda each: _closeness(words ^ each))
        words = np.concatenate([words, words ^ best])
        generators = np.packbits(_coins(tries, bits, random) > 0, axis=1)
    chosen = words[random.permutation(len(words))[:count]]
    return _signs(np.unpackbits(chosen, axis=1, count=bits))


def _closeness(words):
    """Orders sets of packed words: those that come less near to zero are first."""
    weights = np.bitwise_count(words).sum(axis=1, dtype=np.int32)
    least = weights.min()
    return -least, np.count_nonzero(weights == least)


METHODS = {
    "bernoulli": _bernoulli,
    "hadamard": _hadamard_codes,
    "max_distance": _max_distance,
}

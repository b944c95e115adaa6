"""Argument checks: every bad input becomes one ValueError that says what to do."""

from numbers import Real

import numpy as np


def check_choice(value, choices, name):
    """Returns `value` if it is one of `choices`."""
    if value not in list(choices):
        listed = ", ".join(repr(choice) for choice in sorted(choices))
        raise ValueError(f"Expected {name} to be one of {listed}. Received: {value!r}")
    return value


# Settings meet float32 numbers, which end here.
_LARGEST = float(np.finfo(np.float32).max)


def check_flag(value, name):
    """Returns `value` as a bool if it is one; a word or a number is none."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"Expected {name} to be True or False. Received: {value!r}")
    return bool(value)


def check_number(value, name):
    """Returns `value` as a float if it is a finite number."""
    if not _is_number(value) or not -_LARGEST <= value <= _LARGEST:
        raise ValueError(f"Expected {name} to be a finite number. Received: {value!r}")
    return float(value)


def check_positive(value, name):
    """Returns `value` as a float if it is a finite number above zero."""
    if not _is_number(value) or not 0 < value <= _LARGEST:
        raise ValueError(f"Expected {name} > 0. Received: {value!r}")
    return float(value)


def check_not_negative(value, name):
    """Returns `value` as a float if it is a finite number of at least zero."""
    if not _is_number(value) or not 0 <= value <= _LARGEST:
        raise ValueError(f"Expected {name} >= 0. Received: {value!r}")
    return float(value)


def _is_number(value):
    return isinstance(value, Real) and not isinstance(value, bool)


def check_count(value, name, least=1):
    """Returns `value` as an int if it is a whole number of at least `least`."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < least:
        raise ValueError(
            f"Expected {name} to be a whole number of at least {least}. Received: {value!r}"
        )
    return int(value)


def as_size(value, name):
    """Returns one number or a pair as (height, width), whole numbers above zero."""
    pair = (value, value) if np.ndim(value) == 0 else tuple(value)
    if len(pair) != 2:
        raise ValueError(
            f"Expected {name} as a number or (height, width). Received: {value!r}"
        )
    return tuple(check_count(side, name) for side in pair)


def as_vectors(values, name):
    """Returns `values` as a finite float32 array of shape (items, dim)."""
    array = np.asarray(values)
    if array.ndim != 2 or array.dtype.kind not in "fiub":
        raise ValueError(
            f"Expected {name} to be numbers of shape (items, dim). "
            f"Received: shape={array.shape}, dtype={array.dtype}"
        )
    with np.errstate(over="ignore"):  # becomes infinity, and is refused as such
        array = np.ascontiguousarray(array, dtype=np.float32)
    if not np.isfinite(array).all():
        row = int(np.argmin(np.isfinite(array).all(axis=1)))
        raise ValueError(
            f"Expected {name} to be finite. Received: NaN or infinity in row {row}"
        )
    return array


def as_codes(codes, name):
    """Returns `codes` as a contiguous uint8 array of shape (items, bytes)."""
    array = np.asarray(codes)
    if array.ndim != 2 or array.shape[1] == 0 or array.dtype != np.uint8:
        raise ValueError(
            f"Expected {name} to be packed uint8 of shape (items, bytes), as a model's "
            "packed_codes() or numpy.packbits(values > 0, axis=1) gives. "
            f"Received: shape={array.shape}, dtype={array.dtype}"
        )
    return np.ascontiguousarray(array)


def as_labels(values, count, name):
    """Returns `values` as a one-dimensional array of labels of any type.

    `count` is how many there are; None if any number will do.
    """
    array = np.asarray(values)
    if isinstance(values, list | tuple) and array.ndim == 1 and array.dtype.kind in "SUf":
        _check_kept(values, array, name)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1 or count not in (None, len(array)):
        each = "each item" if count is None else f"each of {count} items"
        raise ValueError(
            f"Expected {name} to hold one label for {each}. Received: shape={array.shape}"
        )
    return array


def _check_kept(values, array, name):
    """Refuses a list that NumPy changed, as [1, "1"], which become one label."""
    for before, after in zip(values, array.tolist(), strict=True):
        if before != after and before == before:  # NaN is not
            raise ValueError(
                f"Expected {name} of one type. Received: {before!r}, which beside the "
                f"others becomes {after!r}"
            )

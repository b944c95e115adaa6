"""Forms that labels of one of four classes come in, and labels that are no class."""

import numpy as np

FORMS = {
    "int8": lambda y: y.astype(np.int8),
    "uint8": lambda y: y.astype(np.uint8),
    "uint64": lambda y: y.astype(np.uint64),
    "Python ints": lambda y: [int(i) for i in y],
    "whole floats": lambda y: y.astype(np.float32),
    "column": lambda y: y[:, None],
    "one-hot": lambda y: np.eye(4)[y],
    "one-hot integers": lambda y: np.eye(4, dtype=np.int32)[y],
    "one-hot booleans": lambda y: np.eye(4, dtype=bool)[y],
}


def changed_at(labels, row, value):
    labels = np.array(labels)
    labels[row] = value
    return labels


NO_CLASS = {
    "negative": lambda y: changed_at(y, 3, -1),
    "as many as there are classes": lambda y: changed_at(y, 3, 4),
    "beyond int32": lambda y: y + 2**33,
    "uint64 beyond int64": lambda y: changed_at(y.astype(np.uint64), 3, 2**64 - 1),
    "a fraction": lambda y: changed_at(y.astype(np.float32), 3, 1.5),
    "NaN": lambda y: changed_at(y.astype(np.float32), 3, np.nan),
    "infinite": lambda y: changed_at(y.astype(np.float32), 3, np.inf),
    "shares of classes": lambda y: np.eye(4)[y] * 0.9 + 0.025,
}


def no_class_at_all(labels):
    return changed_at(np.eye(4)[labels], 3, 0)

"""Encoder of table rows: numbers brought to one scale, categories to vectors."""

import keras
import numpy as np

from tfmetric._core._checks import check_count


def tabular_encoder(columns, categories=(), hidden=(128, 64), category_dim=8):
    """Rows of a table to features: scaled numbers and learned vectors, then dense layers.

    Choose it for transactions, patients or products that are described by columns, some
    of them kinds rather than amounts. What it learns from `columns` is the mean and the
    spread of each number and which values each category takes; give it the training rows
    alone.

    Args:
        columns: mapping from name to the values of the training rows, (rows,) numbers or
            text; a pandas table is one. For `fit` and `embed` it has to be a dict,
            `{name: table[name].to_numpy() for name in table}`.
        categories: names of columns of whole numbers that stand for kinds, such as ids.
            Columns of text always do.
        hidden: units of each dense layer, relu; those of the last are the features.
        category_dim: length of the vector of a category.

    Returns:
        A `keras.Model` of a dict from name to (batch,), of all the columns, to (batch,
        hidden[-1]). Text is a NumPy array of objects or a tensor. A value that the
        training rows did not have is encoded by one vector for all such, which training
        leaves as it began.

    Raises:
        ValueError: no columns, lengths that differ, numbers that are not finite, a
            category of fractions, or a name in `categories` that is no column.

    Numbers are read as float32: subtract a date from times, which lose their minutes.

    Cost: category_dim weights for each value of a category. Reading `columns` takes
        O(rows log rows).

    >>> rows = {"price": np.array([1.0, 3.0]), "size": np.array([7, 7])}
    >>> encoder = tabular_encoder(rows | {"shop": ["a", "b"]}, hidden=[4])
    >>> encoder(rows | {"shop": np.array(["a", "new"], object)}).shape
    TensorShape([2, 4])
    >>> encoder.get_layer("scale").mean.numpy().tolist()  # of price and size
    [[2.0, 7.0]]
    """
    columns = _as_columns(columns)
    categories = _as_categories(columns, categories)
    check_count(category_dim, "category_dim")
    amounts = {name: columns[name] for name in columns if name not in categories}
    inputs = {name: keras.Input((), name=name) for name in amounts}
    parts = [_scaled(inputs, amounts)] if amounts else []
    for name, values in categories.items():
        kind = "string" if values.dtype.kind == "U" else "int64"
        inputs[name] = keras.Input((), name=name, dtype=kind)
        parts.append(_looked_up(inputs[name], values, category_dim))
    x = _joined(parts)
    for units in hidden:
        x = keras.layers.Dense(check_count(units, "hidden"), activation="relu")(x)
    return keras.Model(inputs, x, name="tabular_encoder")


def _scaled(inputs, amounts):
    """The numbers side by side, of mean 0 and variance 1; constant ones only shifted."""
    values = np.stack(list(amounts.values())).astype(np.float64)
    variance = values.var(axis=1)
    scale = keras.layers.Normalization(
        mean=values.mean(axis=1).tolist(),
        variance=np.where(variance > 0, variance, 1).tolist(),
        name="scale",
        dtype="float32",
    )
    columns = [
        keras.layers.Reshape((1,), dtype="float32")(inputs[name]) for name in amounts
    ]
    return scale(_joined(columns, dtype="float32"))


def _looked_up(category, values, dim):
    """The vector of each value; unknown values have the first."""
    known = np.unique(values).tolist()
    if values.dtype.kind == "U":
        lookup = keras.layers.StringLookup(vocabulary=known)
    else:
        lookup = keras.layers.IntegerLookup(vocabulary=known, oov_token=known[0] - 1)
    return keras.layers.Embedding(lookup.vocabulary_size(), dim)(lookup(category))


def _joined(parts, dtype=None):
    return keras.layers.Concatenate(dtype=dtype)(parts) if len(parts) > 1 else parts[0]


def _as_columns(columns):
    """Columns as arrays of one length, of finite numbers or of text."""
    if not len(columns):
        raise ValueError("Expected at least one column. Received: none")
    columns = {name: np.asarray(columns[name]) for name in columns}
    rows = next(iter(columns.values())).size
    for name, values in columns.items():
        if values.dtype.kind == "O" and all(isinstance(each, str) for each in values):
            values = values.astype(str)
        if values.dtype.kind not in "fiubU" or values.shape != (rows,) or not rows:
            raise ValueError(
                f"Expected column {name!r} of shape (rows,), numbers or text, as long as "
                f"the others. Received: shape={values.shape}, dtype={values.dtype}"
            )
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise ValueError(
                "Expected finite numbers; fill in what is missing. "
                f"Received: NaN or infinity in column {name!r}"
            )
        columns[name] = values
    return columns


def _as_categories(columns, names):
    """The columns that stand for kinds."""
    unknown = set(names) - set(columns)
    if isinstance(names, str) or unknown:
        raise ValueError(
            f"Expected categories as names of columns, {', '.join(map(repr, columns))}. "
            f"Received: {names!r}"
        )
    found = {
        name: values
        for name, values in columns.items()
        if name in names or values.dtype.kind == "U"
    }
    for name, values in found.items():
        if values.dtype.kind == "f":
            raise ValueError(
                f"Expected category {name!r} as whole numbers or text. "
                f"Received: dtype={values.dtype}"
            )
        if values.dtype.kind == "u" and values.max() > np.iinfo(np.int64).max:
            raise ValueError(
                f"Expected category {name!r} below 2**63; values.astype(str) serves, too. "
                f"Received: {values.max()}"
            )
    return found

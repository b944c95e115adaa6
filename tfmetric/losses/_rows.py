"""Averages of losses that have one value for each anchor, whatever its pairs."""

from tfmetric._core._numerics import mean_over_tuples


def average_rows(rows, anchors, average):
    """Rows whose mean is one of three averages over anchors.

    Args:
        rows: (batch,) a value of each anchor; zero where it has nothing to compare.
        anchors: (batch,) bool, which of them have a positive pair.
        average: over "all" anchors of the batch, over the "active" ones, those above
            zero, or over the "anchors" that have a positive pair.
    """
    if average == "all":
        return rows
    return mean_over_tuples(rows, rows > 0 if average == "active" else anchors)

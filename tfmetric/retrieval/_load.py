"""Opening a saved index whose kind is not known."""

from tfmetric._core._checks import check_choice
from tfmetric.retrieval._float import FloatIndex
from tfmetric.retrieval._hamming import HammingIndex
from tfmetric.retrieval._store import read_kind
from tfmetric.retrieval._two_stage import TwoStageIndex

_KINDS = {index.kind: index for index in (FloatIndex, HammingIndex, TwoStageIndex)}


def load_index(path):
    """Opens the index saved in folder `path`, whichever kind it is.

    Choose the `load` of a class instead where only that kind will do. Nothing is
    unpickled, and each file is read only after its SHA-256 has been found right.

    Returns:
        FloatIndex, HammingIndex or TwoStageIndex.

    Raises:
        ValueError: no index there, or damaged.

    Example:

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     FloatIndex([[0.0], [4.0]], ids=[70, 71]).save(folder)
        ...     len(load_index(folder))
        2
    """
    kind = check_choice(read_kind(path), _KINDS, f"the kind of index in {path}")
    return _KINDS[kind].load(path)

"""Finds: exact float, Hamming and two-stage search, indexes on disk, hard negatives."""

from tfmetric.retrieval._dual_model import DualModelRetriever, dual_model_retrieval
from tfmetric.retrieval._float import FloatIndex
from tfmetric.retrieval._hamming import HammingIndex
from tfmetric.retrieval._hard_negatives import hard_negatives
from tfmetric.retrieval._hard_triplets import HardTriplets
from tfmetric.retrieval._load import load_index
from tfmetric.retrieval._matches import Matches, recall_kept
from tfmetric.retrieval._two_stage import TwoStageIndex

__all__ = [
    "DualModelRetriever",
    "FloatIndex",
    "HammingIndex",
    "HardTriplets",
    "Matches",
    "TwoStageIndex",
    "dual_model_retrieval",
    "hard_negatives",
    "load_index",
    "recall_kept",
]

"""Scores a collection: retrieval ranks, verification pairs, binary codes."""

from tfmetric.metrics._codes import (
    CodeStatistics,
    code_map,
    code_map_bounds,
    code_statistics,
    hamming_distances,
)
from tfmetric.metrics._ranking import (
    RankScores,
    map_at_r,
    precision_at_1,
    rank_scores,
    recall_at_k,
)
from tfmetric.metrics._verification import pair_roc_auc, roc_auc

__all__ = [
    "CodeStatistics",
    "RankScores",
    "code_map",
    "code_map_bounds",
    "code_statistics",
    "hamming_distances",
    "map_at_r",
    "pair_roc_auc",
    "precision_at_1",
    "rank_scores",
    "recall_at_k",
    "roc_auc",
]

"""Scores a collection: retrieval ranks, verification pairs, binary codes."""

from tfmetric.metrics._code_curves import (
    PrecisionRecall,
    RadiusScores,
    precision_recall_by_radius,
    precision_recall_by_rank,
    precision_within_radius,
)
from tfmetric.metrics._code_map import code_map, code_map_bounds
from tfmetric.metrics._code_statistics import CodeStatistics, code_statistics
from tfmetric.metrics._hamming import hamming_distances
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
    "PrecisionRecall",
    "RadiusScores",
    "RankScores",
    "code_map",
    "code_map_bounds",
    "code_statistics",
    "hamming_distances",
    "map_at_r",
    "pair_roc_auc",
    "precision_at_1",
    "precision_recall_by_radius",
    "precision_recall_by_rank",
    "precision_within_radius",
    "rank_scores",
    "recall_at_k",
    "roc_auc",
]

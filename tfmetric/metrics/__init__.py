"""Scores a collection: retrieval, verification, clusters, few shots, binary codes."""

from tfmetric.metrics._clustering import ClusterScores, cluster_scores, partition_scores
from tfmetric.metrics._code_curves import (
    PrecisionRecall,
    RadiusScores,
    precision_recall_by_radius,
    precision_recall_by_rank,
    precision_within_radius,
)
from tfmetric.metrics._code_map import code_map, code_map_bounds
from tfmetric.metrics._code_statistics import CodeStatistics, code_statistics
from tfmetric.metrics._few_shot import FewShotAccuracy, few_shot_accuracy
from tfmetric.metrics._hamming import hamming_distances
from tfmetric.metrics._knn import knn_accuracy
from tfmetric.metrics._pair_scores import (
    CrossValidatedAccuracy,
    ThresholdScores,
    VerificationScores,
    cross_validated_accuracy,
    threshold_scores,
    verification_scores,
)
from tfmetric.metrics._rank_scores import RankScores
from tfmetric.metrics._ranking import (
    map_at_r,
    precision_at_1,
    rank_scores,
    recall_at_k,
)
from tfmetric.metrics._roc import RocCurve, best_threshold, roc_curve, threshold_at_far
from tfmetric.metrics._streaming import PairAccuracy, PairAUC, TripletAccuracy
from tfmetric.metrics._verification import pair_distances, pair_roc_auc, roc_auc

__all__ = [
    "ClusterScores",
    "CodeStatistics",
    "CrossValidatedAccuracy",
    "FewShotAccuracy",
    "PairAUC",
    "PairAccuracy",
    "PrecisionRecall",
    "RadiusScores",
    "RankScores",
    "RocCurve",
    "ThresholdScores",
    "TripletAccuracy",
    "VerificationScores",
    "best_threshold",
    "cluster_scores",
    "code_map",
    "code_map_bounds",
    "code_statistics",
    "cross_validated_accuracy",
    "few_shot_accuracy",
    "hamming_distances",
    "knn_accuracy",
    "map_at_r",
    "pair_distances",
    "pair_roc_auc",
    "partition_scores",
    "precision_at_1",
    "precision_recall_by_radius",
    "precision_recall_by_rank",
    "precision_within_radius",
    "rank_scores",
    "recall_at_k",
    "roc_auc",
    "roc_curve",
    "threshold_at_far",
    "threshold_scores",
    "verification_scores",
]

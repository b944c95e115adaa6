"""Measures a model: splits, reports of scores, a comparison of searches, pictures."""

from tfmetric.evaluation._bit_heatmap import bit_heatmap
from tfmetric.evaluation._code_curves import code_curves
from tfmetric.evaluation._code_length import (
    CodeLength,
    code_length_curve,
    recommended_length,
)
from tfmetric.evaluation._code_protocols import (
    HashingSplit,
    UnseenSplit,
    cifar10_p1,
    cifar10_p2,
    hashing_split,
    unseen_split,
)
from tfmetric.evaluation._code_report import CodeReport, evaluate_codes
from tfmetric.evaluation._distance_histogram import distance_histogram
from tfmetric.evaluation._drawing import save_figure
from tfmetric.evaluation._embedding_map import embedding_map
from tfmetric.evaluation._evaluate_embeddings import evaluate_embeddings
from tfmetric.evaluation._html_report import Picture, html_report
from tfmetric.evaluation._match_threshold import MatchThreshold
from tfmetric.evaluation._pair_curves import precision_recall_curves, roc_curves
from tfmetric.evaluation._projector import write_projector
from tfmetric.evaluation._report import Report
from tfmetric.evaluation._retrieval_callback import RetrievalCallback
from tfmetric.evaluation._retrieval_grid import retrieval_grid
from tfmetric.evaluation._training_curves import training_curves
from tfmetric.evaluation._two_stage import TwoStageComparison, compare_two_stage
from tfmetric.evaluation._two_stage_quality import TwoStageQuality, two_stage_quality
from tfmetric.evaluation._worst_queries import worst_queries

__all__ = [
    "CodeLength",
    "CodeReport",
    "HashingSplit",
    "MatchThreshold",
    "Picture",
    "Report",
    "RetrievalCallback",
    "TwoStageComparison",
    "TwoStageQuality",
    "UnseenSplit",
    "bit_heatmap",
    "cifar10_p1",
    "cifar10_p2",
    "code_curves",
    "code_length_curve",
    "compare_two_stage",
    "distance_histogram",
    "embedding_map",
    "evaluate_codes",
    "evaluate_embeddings",
    "hashing_split",
    "html_report",
    "precision_recall_curves",
    "recommended_length",
    "retrieval_grid",
    "roc_curves",
    "save_figure",
    "training_curves",
    "two_stage_quality",
    "unseen_split",
    "worst_queries",
    "write_projector",
]

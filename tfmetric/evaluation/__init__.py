"""Measures a model: a report of scores, a comparison of searches, pictures."""

from tfmetric.evaluation._drawing import save_figure
from tfmetric.evaluation._embedding_map import embedding_map
from tfmetric.evaluation._report import Report, evaluate_embeddings
from tfmetric.evaluation._retrieval_grid import retrieval_grid
from tfmetric.evaluation._training_curves import training_curves
from tfmetric.evaluation._two_stage import TwoStageComparison, compare_two_stage

__all__ = [
    "Report",
    "TwoStageComparison",
    "compare_two_stage",
    "embedding_map",
    "evaluate_embeddings",
    "retrieval_grid",
    "save_figure",
    "training_curves",
]

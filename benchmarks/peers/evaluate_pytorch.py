"""Measures pytorch-metric-learning's AccuracyCalculator: `evaluate_pytorch.py FOLDER`."""

from evaluating import report
from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator

SHARED = {
    "precision_at_1": "precision at 1",
    "r_precision": "R-precision",
    "mean_average_precision_at_r": "MAP@R",
}


def evaluate(embeddings, labels):
    calculator = AccuracyCalculator(exclude=("NMI", "AMI"), k="max_bin_count")
    scores = calculator.get_accuracy(embeddings, labels)
    return {title: float(scores[name]) for name, title in SHARED.items()}


if __name__ == "__main__":
    report(evaluate)

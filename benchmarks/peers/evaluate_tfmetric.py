"""Measures the retrieval report of tfmetric: `evaluate_tfmetric.py FOLDER`."""

from evaluating import report

from tfmetric.metrics import rank_scores

SHARED = {
    "precision_at_1": "precision at 1",
    "r_precision": "R-precision",
    "map_at_r": "MAP@R",
}


def evaluate(embeddings, labels):
    scores = rank_scores(embeddings, labels, k=(1, 5, 10))
    return {title: getattr(scores, name) for name, title in SHARED.items()}


if __name__ == "__main__":
    report(evaluate)

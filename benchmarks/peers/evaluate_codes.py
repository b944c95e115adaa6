"""Measures mean average precision of codes: `evaluate_codes.py FOLDER QUERIES`."""

import sys

from evaluating import report

from tfmetric.metrics import code_map


def evaluate(codes, labels):
    queries = int(sys.argv[2])
    return {
        "mAP": code_map(
            codes[:queries], labels[:queries], gallery_codes=codes, gallery_labels=labels
        )
    }


if __name__ == "__main__":
    report(evaluate)

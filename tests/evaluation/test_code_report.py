import json

import numpy as np
import pytest

from tfmetric import metrics
from tfmetric.evaluation import CodeReport, evaluate_codes

GENERATOR = np.random.default_rng(3)
LABELS = np.arange(40) % 3
CODES = np.packbits(GENERATOR.random((40, 12)) < 0.5 + 0.4 * (LABELS[:, None] == 1), axis=1)
QUERIES = CODES[:9], np.append(LABELS[:8], 77)
DATABASE = CODES[9:], LABELS[9:]
SEARCH = {"gallery_codes": DATABASE[0], "gallery_labels": DATABASE[1]}


@pytest.mark.parametrize("at", [None, 7])
@pytest.mark.parametrize("denominator", ["relevant", "retrieved"])
def test_numbers_are_those_of_the_metrics(at, denominator):
    how = {"at": at, "denominator": denominator}
    report = evaluate_codes(*QUERIES, *DATABASE, 12, radius=3, **how)
    assert report.code_map == metrics.code_map(*QUERIES, **SEARCH, **how)
    bounds = report.code_map_optimistic, report.code_map_pessimistic
    assert bounds == metrics.code_map_bounds(*QUERIES, **SEARCH, **how)
    ball = metrics.precision_within_radius(*QUERIES, 3, **SEARCH)
    assert report.precision_within_radius == ball.precision
    assert report.empty_share == ball.empty_share
    statistics = vars(metrics.code_statistics(DATABASE[0], 12))
    assert {name: getattr(report, name) for name in statistics} == statistics
    assert (report.bits, report.radius, report.at) == (12, 3, at)
    assert (report.queries, report.lone_queries, report.items) == (8, 1, 31)


def test_texts():
    report = CodeReport(
        *(0.75, 0.8, 0.7, 0.5, 0.25, 0.125, 0.0625, 1.0, 11.5),
        *(12, 2, None, "relevant", 8, 1, 31),
    )
    assert repr(report) == (
        "CodeReport(code_map=0.7500, code_map_optimistic=0.8000, "
        "code_map_pessimistic=0.7000, precision_within_radius=0.5000, empty_share=0.2500, "
        "bit_balance=0.1250, bit_correlation=0.0625, unique_share=1.0000, "
        "effective_bits=11.5000, bits=12, radius=2, denominator=relevant, queries=8, "
        "lone_queries=1, items=31)"
    )
    assert json.loads(report.to_json()) == report.to_dict()
    assert report.to_dict()["effective_bits"] == 11.5
    assert report.to_markdown().splitlines() == [
        "| score | value |",
        "| --- | ---: |",
        "| mAP, mean over orders of ties | 0.7500 |",
        "| mAP, ties falling well | 0.8000 |",
        "| mAP, ties falling badly | 0.7000 |",
        "| precision within the radius | 0.5000 |",
        "| queries with an empty ball | 0.2500 |",
        "| bit imbalance (0 is even) | 0.1250 |",
        "| bit correlation (0 is none) | 0.0625 |",
        "| distinct codes per item | 1.0000 |",
        "| effective bits | 11.5000 |",
        "| bits | 12 |",
        "| radius | 2 |",
        "| mAP divided by items | relevant |",
        "| queries | 8 |",
        "| queries without a match to find | 1 |",
        "| items in the database | 31 |",
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"bits": 17}, "3 bytes"),
        ({"bits": 8}, "1 bytes"),
        ({"database_codes": None}, "database_codes to be packed"),
        ({"query_codes": CODES[:9, :1]}, "same width"),
        ({"query_labels": LABELS}, "one label for each of 9"),
        ({"database_labels": ["a"] * 31}, "both integers or both strings"),
        ({"radius": -1}, "Expected radius"),
        ({"at": 0}, "Expected at"),
        ({"denominator": "R"}, "Expected denominator"),
    ],
)
def test_bad_input(settings, message):
    arguments = {
        "query_codes": QUERIES[0],
        "query_labels": QUERIES[1],
        "database_codes": DATABASE[0],
        "database_labels": DATABASE[1],
        "bits": 12,
    }
    with pytest.raises(ValueError, match=message):
        evaluate_codes(**(arguments | settings))

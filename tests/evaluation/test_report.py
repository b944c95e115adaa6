import json
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfmetric import metrics
from tfmetric.evaluation import MatchThreshold, Report, evaluate_embeddings


@pytest.fixture
def collection():
    generator = np.random.default_rng(3)
    labels = np.arange(23) % 4
    embeddings = generator.normal(size=(23, 5)) + labels[:, None]
    codes = np.packbits(generator.integers(0, 2, (23, 12)), axis=1)
    return embeddings, labels, codes


def test_four_points_by_hand():
    # Places 0, 1, 3, 7 with classes a, a, b, b. R is 1 for every query; the match comes
    # first but for the third item, of which it comes third.
    # Same pairs are 1 and 4 apart, others 2, 3, 6, 7: 1 beats 4 of 4, 4 beats 2 of 4.
    report = evaluate_embeddings([[0.0], [1.0], [3.0], [7.0]], list("aabb"), k=(1, 3))
    assert report.flat() == pytest.approx(
        {
            "precision_at_1": 0.75,
            "precision_at_3": 1 / 3,
            "recall_at_1": 0.75,
            "recall_at_3": 1.0,
            "recall_fraction_at_1": 0.75,
            "recall_fraction_at_3": 1.0,
            "r_precision": 0.75,
            "mrr": (3 + 1 / 3) / 4,
            "map": (3 + 1 / 3) / 4,
            "map_at_r": 0.75,
            "macro_map_at_r": (1 + 1 / 2) / 2,
            "ndcg_at_3": (3 + 1 / 2) / 4,
            "roc_auc": 6 / 8,
            "pair_average_precision": (1 + 2 / 4) / 2,
            "eer": 0.5,  # from 3 up to below 4 half of each kind is accepted
            "tar_at_far_0.01": 0.5,
            "tar_at_far_0.001": 0.5,
            "queries": 4,
            "lone_queries": 0,
        }
    )
    assert set(report.per_class) == {"a", "b"}
    assert report.per_class["b"] == pytest.approx(
        {
            "queries": 2,
            "precision_at_1": 1 / 2,
            "r_precision": 1 / 2,
            "mrr": (1 + 1 / 3) / 2,
            "map": (1 + 1 / 3) / 2,
            "map_at_r": 1 / 2,
        }
    )


def test_classes_of_other_sizes_count_alike_in_the_macro_average():
    # Class a: three at 0, 1, 2, all found; class b: two far apart, none found.
    report = evaluate_embeddings([[0.0], [1], [2], [-9], [9]], [0, 0, 0, 1, 1])
    assert report.map_at_r == pytest.approx(3 / 5)
    assert report.macro_map_at_r == pytest.approx(1 / 2)


def test_a_threshold_from_elsewhere_decides_these_pairs():
    points, labels = [[2.0, 0], [1, 0], [0, 3], [-1, 0]], [0, 0, 1, 1]
    far = {"rule": "", "far": 0.0, "recall": 0.0, "same_pairs": 1, "different_pairs": 1}
    for threshold, expected in (
        # Same pairs lie at 1 - cos = 0 and 1, pairs of two classes at 1, 1, 2 and 2.
        (0.5, {"accuracy": 5 / 6, "precision": 1, "recall": 1 / 2, "f1": 2 / 3, "far": 0}),
        (
            1.5,
            {"accuracy": 4 / 6, "precision": 1 / 2, "recall": 1, "f1": 2 / 3, "far": 0.5},
        ),
    ):
        match = MatchThreshold(threshold=threshold, distance="cosine", **far)
        report = evaluate_embeddings(points, labels, threshold=match)
        assert report.at_threshold == pytest.approx(expected)
        assert report.flat()["at_threshold_far"] == expected["far"]


def test_clusters_on_request():
    points = np.repeat([[0.0, 0.0], [9.0, 0.0]], 4, axis=0) + np.eye(8)[:, :2] / 9
    report = evaluate_embeddings(points, [0] * 4 + [1] * 4, clusters=True)
    assert (report.nmi, report.ami, report.cluster_f1) == pytest.approx((1, 1, 1))
    assert evaluate_embeddings(points, [0] * 4 + [1] * 4).nmi is None


def test_numbers_are_those_of_the_metrics(collection):
    embeddings, labels, codes = collection
    report = evaluate_embeddings(
        embeddings,
        labels,
        codes=codes,
        bits=12,
        k=(2, 7),
        far=0.2,
        distance="cosine",
        seed=5,
        block_size=4,
    )
    pairs = metrics.pair_distances(embeddings, labels, distance="cosine", seed=5)
    verified = metrics.verification_scores(*pairs, far=0.2)
    assert report.tar_at_far == verified.tar_at_far
    assert report.eer == verified.eer
    ranks = metrics.rank_scores(embeddings, labels, k=(2, 7), distance="cosine")
    assert report.recall_at == ranks.recall_at
    assert report.recall_fraction_at == ranks.recall_fraction_at
    assert report.precision_at_1 == ranks.precision_at_1
    assert report.map_at_r == ranks.map_at_r
    assert report.roc_auc == metrics.roc_auc(embeddings, labels, distance="cosine", seed=5)
    assert report.code_map == metrics.code_map(codes, labels)
    bounds = report.code_map_optimistic, report.code_map_pessimistic
    assert bounds == metrics.code_map_bounds(codes, labels)
    assert report.code_map_pessimistic < report.code_map < report.code_map_optimistic
    assert report.bits == 12


def test_gallery(collection):
    embeddings, labels, codes = collection
    gallery = {
        "gallery": embeddings[9:],
        "gallery_labels": labels[9:],
    }
    report = evaluate_embeddings(
        embeddings[:9], labels[:9], codes=codes[:9], gallery_codes=codes[9:], **gallery
    )
    ranks = metrics.rank_scores(embeddings[:9], labels[:9], **gallery)
    assert (report.queries, report.map_at_r) == (9, ranks.map_at_r)
    assert report.roc_auc == metrics.roc_auc(embeddings, labels)
    assert report.code_map == metrics.code_map(
        codes[:9], labels[:9], gallery_codes=codes[9:], gallery_labels=labels[9:]
    )
    assert report.bits == 16


def test_labels_that_floats_would_merge_stay_apart_beside_a_gallery():
    report = evaluate_embeddings(
        [[0.0], [9.0]],
        np.array([2**53, 2**53 + 1], np.uint64),
        gallery=[[1.0], [8.0]],
        gallery_labels=np.array([2**53, 2**53 + 1], np.int64),
    )
    assert (report.precision_at_1, report.roc_auc) == (1.0, 1.0)


def test_lone_queries_are_counted():
    report = evaluate_embeddings([[0.0], [1.0], [5.0]], [1, 1, 2])
    assert (report.queries, report.lone_queries) == (2, 1)


def test_json_says_all_of_it(collection):
    embeddings, labels, codes = collection
    report = evaluate_embeddings(embeddings, labels, codes=codes, k=(1, 5))
    values = json.loads(report.to_json())
    assert values == report.to_dict()
    assert set(values["per_class"]) == {"0", "1", "2", "3"}
    assert values["recall_at"] == {"1": report.recall_at[1], "5": report.recall_at[5]}
    assert values["bits"] == 16


def test_without_codes_nothing_is_said_of_them(collection):
    report = evaluate_embeddings(*collection[:2])
    assert not {"code_map", "bits"} & set(report.to_dict())
    assert "code" not in report.to_markdown()


def test_texts():
    report = Report(0.75, {1: 0.75, 10: 1.0}, 0.5, 0.625, 40, 2, bits=64)
    assert repr(report) == (
        "Report(precision_at_1=0.7500, recall_at={1: 0.7500, 10: 1.0000}, "
        "map_at_r=0.5000, roc_auc=0.6250, bits=64, queries=40, lone_queries=2)"
    )
    assert report.to_markdown().splitlines() == [
        "| score | value |",
        "| --- | ---: |",
        "| precision@1 | 0.7500 |",
        "| recall@1 | 0.7500 |",
        "| recall@10 | 1.0000 |",
        "| MAP@R | 0.5000 |",
        "| ROC AUC | 0.6250 |",
        "| bits | 64 |",
        "| queries | 40 |",
        "| queries without a match to find | 2 |",
    ]


def test_one_row_of_a_data_frame_names_every_number():
    pandas = pytest.importorskip("pandas")
    report = Report(0.75, {1: 0.75, 10: 1.0}, 0.5, 0.625, 40, 2)
    frame = pandas.concat([report.to_dataframe(), report.to_dataframe()])
    assert frame.iloc[1].to_dict() == {
        "precision_at_1": 0.75,
        "recall_at_1": 0.75,
        "recall_at_10": 1.0,
        "map_at_r": 0.5,
        "roc_auc": 0.625,
        "queries": 40,
        "lone_queries": 2,
    }


def test_a_data_frame_needs_pandas(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        Report(0.75, {1: 0.75}, 0.5, 0.625, 40, 2).to_dataframe()


class Halves:
    """Embeds by half of the columns; has a code from all of them."""

    bits = 4

    def encode(self, x, batch_size):
        assert batch_size == 7
        return x[:, :2], np.packbits(x > 0, axis=1)


def test_a_model_embeds_queries_and_gallery():
    x, labels = np.random.default_rng(0).normal(size=(30, 4)), np.arange(30) % 3
    model, codes = Halves(), np.packbits(x > 0, axis=1)
    assert evaluate_embeddings(x, labels, model=model, batch_size=7) == evaluate_embeddings(
        x[:, :2], labels, codes=codes, bits=4
    )
    gallery = {"gallery_labels": labels[9:]}
    assert evaluate_embeddings(
        x[:9], labels[:9], model=model, batch_size=7, gallery=x[9:], **gallery
    ) == evaluate_embeddings(
        x[:9, :2],
        labels[:9],
        codes=codes[:9],
        bits=4,
        gallery=x[9:, :2],
        gallery_codes=codes[9:],
        **gallery,
    )


def test_any_keras_model_with_one_output_of_vectors():
    x, labels = np.random.default_rng(0).normal(size=(30, 4)), np.arange(30) % 3
    inputs = keras.Input((4,))
    model = keras.Model(inputs, inputs[:, 1:])
    assert evaluate_embeddings(x, labels, model=model) == evaluate_embeddings(
        x[:, 1:].astype(np.float32), labels
    )
    for outputs, shown in (
        ({"a": inputs, "b": inputs}, "'b': .30, 4."),
        (inputs[:, :, None], "30, 4, 1"),
    ):
        with pytest.raises(ValueError, match=f"one output.*{shown}"):
            evaluate_embeddings(x, labels, model=keras.Model(inputs, outputs))


def test_a_dataset_is_refused_in_words_where_arrays_are_wanted():
    images = tf.data.Dataset.from_tensor_slices(np.eye(4)).batch(2)
    with pytest.raises(ValueError, match="as arrays.*Received: _BatchDataset"):
        evaluate_embeddings(images, [1, 1, 2, 2], model=Halves())
    with pytest.raises(ValueError, match="as arrays.*Received: generator"):
        evaluate_embeddings((x for x in images), [1, 1, 2, 2], model=Halves())
    model = keras.Sequential([keras.Input((4,)), keras.layers.Identity()])
    assert evaluate_embeddings(images, [1, 1, 2, 2], model=model).queries == 4


def test_a_model_of_bfloat16_which_numpy_does_not_know():
    x, labels = np.random.default_rng(0).normal(size=(30, 4)), np.arange(30) % 3
    model = keras.Sequential([keras.Input((4,)), keras.layers.Identity(dtype="bfloat16")])
    half = keras.ops.convert_to_numpy(keras.ops.cast(x, "bfloat16")).astype(np.float32)
    assert evaluate_embeddings(x, labels, model=model) == evaluate_embeddings(half, labels)


def test_a_model_and_codes_exclude_each_other():
    settings = {"codes": np.zeros((2, 1), np.uint8), "model": Halves()}
    with pytest.raises(ValueError, match="from the model"):
        evaluate_embeddings([[0.0], [1.0]], [1, 1], **settings)
    with pytest.raises(ValueError, match="`embed` or `predict`"):
        evaluate_embeddings([[0.0], [1.0]], [1, 1], model=len)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"bits": 8}, "Expected codes beside"),
        ({"codes": np.zeros((4, 2), np.uint8), "bits": 8}, "fill codes of 2 bytes"),
        (
            {
                "codes": np.zeros((4, 1), np.uint8),
                "gallery": [[0.0]],
                "gallery_labels": [1],
            },
            "queries and gallery alike",
        ),
        ({"codes": np.zeros((3, 1), np.uint8)}, "one label for each of 3"),
        ({"k": 0}, "Expected k"),
    ],
)
def test_bad_input(settings, message):
    with pytest.raises(ValueError, match=message):
        evaluate_embeddings([[0.0], [1.0], [3.0], [7.0]], [1, 1, 2, 2], **settings)

import numpy as np
import pytest
from oracles import metrics as oracle
from sklearn.metrics import average_precision_score, ndcg_score

from tfmetric.metrics import RankScores, rank_scores

AT_K = ("precision_at", "recall_at", "recall_fraction_at", "ndcg_at")


def collection(seed=4, items=40):
    """Points of classes of uneven sizes, one of them of a single item."""
    generator = np.random.default_rng(seed)
    labels = np.append(generator.choice([3, 2**62, 2**62 + 1, -9], items - 1), 77)
    return generator.normal(size=(items, 3)).astype(np.float32), labels


def flat(scores, k):
    """The scores as the oracle gives them: for one k."""
    names = [*AT_K, "precision_at_1", "r_precision", "map", "map_at_r", "mrr"]
    values = {name: getattr(scores, name) for name in names}
    return {name: value[k] if name in AT_K else value for name, value in values.items()}


@pytest.mark.parametrize("k", [1, 3, 10, 39, 200])
def test_every_score_equals_the_loops(k):
    embeddings, labels = collection()
    scores = rank_scores(embeddings, labels, k=(k, 2))
    wanted = oracle.ranking_scores(oracle.hits(embeddings, labels), k)
    assert flat(scores, k) == pytest.approx(wanted)
    assert (scores.queries, scores.lone_queries) == (39, 1)


@pytest.mark.parametrize("k", [2, 50])
def test_every_score_of_a_gallery_equals_the_loops(k):
    embeddings, labels = collection()
    gallery = embeddings[15:], labels[15:]
    scores = rank_scores(
        embeddings[:15], labels[:15], k=k, gallery=gallery[0], gallery_labels=gallery[1]
    )
    ranked = oracle.hits(embeddings[:15], labels[:15], *gallery)
    assert flat(scores, k) == pytest.approx(oracle.ranking_scores(ranked, k))


def test_scores_equal_those_of_scikit_learn():
    embeddings, labels = collection()
    embeddings, labels = embeddings[:-1], labels[:-1]
    scores = rank_scores(embeddings, labels, k=7)
    precisions, gains = [], []
    for i, (query, label) in enumerate(zip(embeddings, labels, strict=True)):
        nearness = -np.linalg.norm(np.delete(embeddings, i, axis=0) - query, axis=1)
        relevant = np.delete(labels, i) == label
        precisions.append(average_precision_score(relevant, nearness))
        gains.append(ndcg_score(relevant[None], nearness[None], k=7))
    assert scores.map == pytest.approx(np.mean(precisions))
    assert scores.ndcg_at[7] == pytest.approx(np.mean(gains))


def test_scores_of_a_class_are_those_of_its_queries():
    embeddings, labels = collection()
    scores = rank_scores(embeddings, labels, k=5)
    ranked = oracle.hits(embeddings, labels)
    assert sorted(scores.per_class) == [-9, 3, 2**62, 2**62 + 1]
    for label, found in scores.per_class.items():
        rows = [row for row, each in zip(ranked, labels, strict=True) if each == label]
        assert flat(found, 5) == pytest.approx(oracle.ranking_scores(rows, 5))
        assert (found.queries, found.lone_queries) == (len(rows), 0)
        assert found.per_class == {}
    parts = [flat(found, 5) for found in scores.per_class.values()]
    wanted = {name: np.mean([part[name] for part in parts]) for name in parts[0]}
    assert flat(scores.macro, 5) == pytest.approx(wanted)
    assert flat(scores.macro, 5) != pytest.approx(flat(scores, 5))
    assert (scores.macro.queries, scores.macro.lone_queries) == (39, 1)


def test_a_class_of_the_queries_may_be_missing_from_the_gallery():
    scores = rank_scores(
        [[0.0], [1.0], [2.0]],
        list("abb"),
        gallery=[[0.0], [3.0]],
        gallery_labels=["b", "c"],
    )
    assert list(scores.per_class) == ["b"]
    assert (scores.queries, scores.lone_queries) == (2, 1)


def test_a_query_of_several_classes_counts_in_each():
    labels = np.array([[1, 1, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]])
    embeddings = [[0.0], [1.0], [5.0], [0.4]]
    scores = rank_scores(embeddings, labels, k=1)
    alone = [1 / 2, 1 / 2, 1 / 3]  # of the first three, whose nearest is the last, or is
    assert scores.mrr == pytest.approx(np.mean(alone))
    assert sorted(scores.per_class) == [0, 1]
    assert scores.per_class[0].mrr == pytest.approx(np.mean(alone[:2]))
    assert scores.per_class[1].mrr == pytest.approx((alone[0] + alone[2]) / 2)
    assert scores.macro.mrr == pytest.approx((1 / 2 + (1 / 2 + 1 / 3) / 2) / 2)


def test_cmc_is_recall_at_each_place():
    embeddings, labels = collection()
    scores = rank_scores(embeddings, labels, k=range(1, 31))
    assert scores.cmc(30).tolist() == pytest.approx(list(scores.recall_at.values()))
    assert scores.cmc(300)[-1] == 1.0 and len(scores.cmc(300)) == 300
    with pytest.raises(ValueError, match="k to be a whole number"):
        scores.cmc(0)
    with pytest.raises(ValueError, match="all queries"):
        scores.macro.cmc(3)


def test_map_counts_what_is_not_found_among_the_first_k():
    """Peers divide by the hits retrieved, which makes one early hit of many a 1."""
    scores = rank_scores(
        [[0.0]], [1], gallery=[[1.0], [2.0], [3.0], [4.0]], gallery_labels=[1, 2, 2, 1]
    )
    assert scores.map == (1 / 1 + 2 / 4) / 2
    assert scores.map_at_r == (1 / 1) / 2
    assert scores.recall_fraction_at[1] == 1 / 2


def test_all_scores_look_at_the_same_k_neighbours():
    """Peers' slices are off by one where they drop the query."""
    embeddings = [[0.0], [1.0], [2.5]]
    scores = rank_scores(embeddings, [1, 2, 1], k=(1, 2))
    assert scores.precision_at == {1: 0.0, 2: 1 / 2}
    assert scores.recall_at == {1: 0.0, 2: 1.0}
    assert scores.ndcg_at == {1: 0.0, 2: pytest.approx(1 / np.log2(3))}


def test_a_perfect_ranking_scores_one():
    scores = rank_scores([[0.0], [0.1], [0.2], [9.0], [9.1]], [1, 1, 1, 2, 2], k=1)
    perfect = {**flat(scores, 1), "recall_fraction_at": 1.0}
    assert set(perfect.values()) == {1.0}
    assert scores.recall_fraction_at == {1: pytest.approx((3 / 2 + 2) / 5)}


def test_scores_compare_and_print_by_their_numbers():
    embeddings, labels = collection()
    scores = rank_scores(embeddings, labels, k=1)
    assert scores == rank_scores(embeddings, labels, k=1, block_size=3)
    assert repr(scores).startswith("RankScores(precision_at={1: 0.")
    assert "QueryScores" not in repr(scores)
    assert isinstance(scores.macro, RankScores)

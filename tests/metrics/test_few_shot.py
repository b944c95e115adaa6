import numpy as np
import pytest

from tfmetric.data import make_episodes
from tfmetric.metrics import few_shot_accuracy


def collection():
    generator = np.random.default_rng(2)
    labels = np.repeat(np.arange(7) + 2**40, 9)
    centres = generator.normal(size=(7, 4))[labels - 2**40]
    return centres + generator.normal(size=centres.shape), labels


def loops(embeddings, labels, ways, shots, queries, episodes, by, cosine, seed):
    """Mean accuracy and its interval, one query at a time."""
    points = [np.float64(np.float32(point)) for point in embeddings]
    if cosine:
        points = [point / np.linalg.norm(point) for point in points]
    accuracies = []
    drawn = make_episodes(labels, ways, shots, queries, episodes, seed=seed)
    for support, query in zip(*drawn, strict=True):
        right = 0
        for way, asked in enumerate(query):
            for item in asked:
                gaps = []
                for examples in support:
                    known = [points[example] for example in examples]
                    if by == "prototype":
                        known = [sum(known) / shots]
                    if cosine:
                        known = [each / np.linalg.norm(each) for each in known]
                    gaps.append(min(np.sum((points[item] - each) ** 2) for each in known))
                right += gaps.index(min(gaps)) == way
        accuracies.append(right / (ways * queries))
    mean = sum(accuracies) / episodes
    variance = sum((each - mean) ** 2 for each in accuracies) / (episodes - 1)
    return mean, 1.96 * (variance / episodes) ** 0.5


@pytest.mark.parametrize("distance", ["euclidean", "cosine"])
@pytest.mark.parametrize("by", ["prototype", "nearest"])
@pytest.mark.parametrize("shots", [1, 3])
def test_accuracy_equals_the_loops(by, shots, distance):
    embeddings, labels = collection()
    found = few_shot_accuracy(
        embeddings,
        labels,
        4,
        shots,
        queries=2,
        episodes=8,
        by=by,
        distance=distance,
        seed=5,
    )
    mean, interval = loops(embeddings, labels, 4, shots, 2, 8, by, distance == "cosine", 5)
    assert 0.25 < found.mean < 1
    assert (found.mean, found.interval) == pytest.approx((mean, interval))
    assert found.episodes == 8


def test_a_collapsed_embedding_is_chance():
    labels = np.repeat(np.arange(6), 8)
    for by in ("prototype", "nearest"):
        found = few_shot_accuracy(
            np.ones((48, 3)), labels, 5, 2, queries=4, episodes=10, by=by
        )
        assert (found.mean, found.interval) == (1 / 5, 0)


def test_opposite_examples_have_a_prototype_of_no_direction():
    """Their mean is zero, which no length can make a unit vector."""
    embeddings = [[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]] * 3
    found = few_shot_accuracy(
        embeddings,
        [1, 1, 1, 2, 2, 2, 3, 3, 3],
        2,
        2,
        queries=1,
        episodes=9,
        distance="cosine",
    )
    assert np.isfinite(found.mean)


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"by": "mean"}, "by to be one of"),
        ({"ways": 1}, "ways to be a whole number of at least 2"),
        ({"episodes": 1}, "episodes to be a whole number of at least 2"),
        ({"shots": 9}, "classes with shots"),
        ({"labels": [1, 2]}, "one label for each of 63"),
    ],
)
def test_bad_input_is_refused(settings, match):
    embeddings, labels = collection()
    given = {"embeddings": embeddings, "labels": labels, "episodes": 2, **settings}
    with pytest.raises(ValueError, match=match):
        few_shot_accuracy(**given)

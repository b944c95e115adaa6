from types import SimpleNamespace

import keras
import numpy as np
import pytest
from oracles.data import check_triplets
from sklearn.datasets import load_digits

from tfmetric.models import TripletNetwork
from tfmetric.retrieval import HardTriplets, hard_negatives


def digits(count=400):
    images, labels = load_digits(return_X_y=True)
    return (images[:count] / 16).astype(np.float32), labels[:count]


def small_network():
    keras.utils.set_random_seed(0)
    encoder = keras.Sequential([keras.layers.Dense(32, "relu"), keras.layers.Dense(16)])
    model = TripletNetwork(encoder)
    model.compile(keras.optimizers.Adam(0.003))
    return model


class Embedding:
    """Stands for a network: counts how often it is asked, and its steps of training."""

    def __init__(self, vectors):
        self.vectors, self.asked = vectors, 0
        self.optimizer = SimpleNamespace(iterations=0)

    def embed(self, images, batch_size):
        self.asked += 1
        return self.vectors[np.asarray(images, int)[:, 0]]


def some_triplets(**settings):
    vectors = np.random.default_rng(3).normal(size=(60, 5))
    labels = np.random.default_rng(4).integers(0, 6, 60)
    labels[7] = 99  # alone in its class: never an anchor, but a negative
    model = Embedding(vectors)
    numbers = np.arange(60.0)[:, None]
    return HardTriplets(model, numbers, labels, **{"k": 3} | settings), model, labels


def pass_epoch(triplets, model):
    model.optimizer.iterations += len(triplets)
    triplets.on_epoch_end()


@pytest.mark.parametrize("random_epochs, every", [(0, 1), (0, 3), (1, 2), (2, 1)])
def test_negatives_follow_the_embedding_in_the_epochs_named(random_epochs, every):
    triplets, model, labels = some_triplets(random_epochs=random_epochs, every=every)
    found = []
    for epoch in range(7):
        assert triplets.epoch == epoch
        columns = triplets.triplets
        check_triplets(labels.tolist(), *(column.tolist() for column in columns))
        if epoch >= random_epochs and (epoch - random_epochs) % every == 0:
            found = hard_negatives(model.vectors, labels, k=3).ids
            assert model.asked == 1 + (epoch - random_epochs) // every
        anchor, _, negative = columns
        hard = epoch >= random_epochs
        allowed = found[anchor] if hard else np.full((59, 1), -1)
        assert (allowed == negative[:, None]).any(axis=1).all() == hard
        model.vectors = np.random.default_rng(epoch).normal(size=(60, 5))
        pass_epoch(triplets, model)


def test_all_of_the_nearest_are_drawn():
    triplets, model, labels = some_triplets(random_epochs=0, every=100)
    drawn = [set() for _ in range(60)]
    for _ in range(40):
        anchor, _, negative = triplets.triplets
        for a, n in zip(anchor.tolist(), negative.tolist(), strict=True):
            drawn[a].add(n)
        pass_epoch(triplets, model)
    nearest = hard_negatives(model.vectors, labels, k=3).ids
    expected = [set(row) for row in nearest.tolist()]
    expected[7] = set()
    assert drawn == expected


def test_skip_leaves_out_the_nearest():
    triplets, model, labels = some_triplets(random_epochs=0, k=1, skip=2)
    anchor, _, negative = triplets.triplets
    expected = hard_negatives(model.vectors, labels, anchor, k=3).ids[:, 2]
    assert np.array_equal(negative, expected)


@pytest.mark.parametrize("items, reach", [(300, 100), (40, 20)])
def test_by_default_a_hundred_nearest_or_all_there_are(items, reach):
    model = Embedding(np.random.default_rng(0).normal(size=(items, 2)))
    images, labels = np.arange(items)[:, None], np.arange(items) % 2
    triplets = HardTriplets(model, images, labels, random_epochs=0, every=100)
    nearest = hard_negatives(model.vectors, labels, [0], k=reach).ids[0].tolist()
    drawn = set()
    for _ in range(60):
        anchor, _, negative = triplets.triplets
        drawn.update(negative[anchor == 0].tolist())
        pass_epoch(triplets, model)
    assert drawn <= set(nearest)
    assert drawn & set(nearest[-reach // 5 :])


def test_batches_hold_the_images_of_the_triplets():
    triplets, _, _ = some_triplets(batch_size=25)
    assert len(triplets) == 3
    batches = [triplets[i] for i in range(3)]
    assert [len(members[0]) for (members,) in batches] == [25, 25, 9]
    for place, column in enumerate(triplets.triplets):
        images = np.concatenate([members[place] for (members,) in batches])
        assert np.array_equal(images[:, 0], column)
    with pytest.raises(IndexError):
        triplets[3]


def test_an_end_without_training_is_none():
    triplets, model, _ = some_triplets()
    before = triplets.triplets
    triplets.on_epoch_end()
    assert triplets.epoch == 0
    assert all(map(np.array_equal, before, triplets.triplets))
    pass_epoch(triplets, model)
    triplets.on_epoch_end()
    assert triplets.epoch == 1
    assert not all(map(np.array_equal, before, triplets.triplets))


def test_a_loop_of_ones_own_counts_every_end():
    triplets, model, _ = some_triplets(every=2)
    del model.optimizer
    for _ in range(4):
        triplets.on_epoch_end()
    assert (triplets.epoch, model.asked) == (4, 2)


def test_augmentation_changes_batches_but_not_embeddings():
    keys = []

    def negate(image, key):
        keys.append(key)
        return -image

    triplets, _, labels = some_triplets(random_epochs=0, augment=negate, batch_size=20)
    plain, model, _ = some_triplets(random_epochs=0, batch_size=20)
    assert model.asked == 1
    assert all(map(np.array_equal, triplets.triplets, plain.triplets))
    keys.clear()
    for index in range(3):
        assert np.array_equal(triplets[index][0], -np.array(plain[index][0]))
    assert keys == [(0, place) for place in range(3 * 59)]


def test_a_mapping_from_class_to_numbers():
    model = Embedding(np.array([[0], [1], [2], [3], [4], [5], [6.5], [7]]))
    classes = {"a": [1, 5], "b": [2, 6], "c": [4]}  # 0, 3 and 7 are left out
    triplets = HardTriplets(
        model, np.arange(8)[:, None], classes, random_epochs=0, k=1, batch_size=4
    )
    rows = sorted(np.transpose(triplets.triplets).tolist())
    assert rows == [[1, 5, 2], [2, 6, 1], [5, 1, 4], [6, 2, 5]]  # as 5 is 1.5 from 6
    (members,) = triplets[0]
    assert np.array_equal(np.array(members)[..., 0], triplets.triplets)


@pytest.mark.parametrize("workers", [1, 2])
def test_fit_prepares_each_epoch_once_and_on_time(workers, monkeypatch):
    images, labels = digits(200)
    model = small_network()
    embed, steps = model.embed, []

    def note(*args, **settings):
        steps.append(int(model.optimizer.iterations))
        return embed(*args, **settings)

    monkeypatch.setattr(model, "embed", note)
    triplets = HardTriplets(model, images, labels, every=2, workers=workers)
    batches = len(triplets)
    model.fit(triplets, epochs=4, verbose=0)
    assert (triplets.epoch, steps) == (4, [batches, 3 * batches])
    model.evaluate(triplets, verbose=0)
    model.fit(triplets, epochs=2, verbose=0)
    assert (triplets.epoch, steps[2:]) == (6, [5 * batches])


def test_fit_learns_from_nearer_negatives_than_random_ones():
    images, labels = digits()
    model = small_network()
    triplets = HardTriplets(model, images, labels, skip=1, k=5, batch_size=64)
    model.fit(triplets, epochs=3, verbose=0)
    vectors = model.embed(images)
    anchor, _, negative = triplets.triplets
    hard = np.square(vectors[anchor] - vectors[negative]).sum(axis=1)
    others = np.random.default_rng(0).permutation(len(images))
    other = np.array([others[labels[others] != labels[a]][0] for a in anchor])
    random = np.square(vectors[anchor] - vectors[other]).sum(axis=1)
    assert np.median(hard) < 0.5 * np.median(random)
    losses = model.fit(triplets, epochs=6, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


def test_seed_decides():
    first, again = some_triplets(random_epochs=0), some_triplets(random_epochs=0)
    other = some_triplets(random_epochs=0, seed=1)
    for _ in range(2):
        columns = [triplets.triplets for triplets, *_ in (first, again, other)]
        assert all(map(np.array_equal, columns[0], columns[1]))
        assert not any(map(np.array_equal, columns[0], columns[2]))
        for triplets, model, _ in (first, again, other):
            pass_epoch(triplets, model)


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"k": 60}, "skip . k of at most"),
        ({"skip": 60}, "skip . k of at most"),
        ({"distance": "dot_product"}, "Expected distance"),
        ({"every": 0}, "Expected every"),
        ({"random_epochs": -1}, "Expected random_epochs"),
        ({"batch_size": 0}, "Expected batch_size"),
        ({"workers": 0}, "Expected workers"),
        ({"seed": 0.5}, "Expected seed"),
    ],
)
def test_bad_settings(change, reason):
    with pytest.raises(ValueError, match=reason):
        some_triplets(**change)


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"model": object()}, "with embed"),
        ({"images": []}, "at least one"),
        ({"labels": [0, 1]}, "one label for each of 3"),
        ({"labels": [0, 1, 2]}, "all labels distinct"),
        ({"labels": [0, 0, 0]}, "at most 0"),
    ],
)
def test_bad_data(change, reason):
    settings = {"model": Embedding(np.eye(3)), "images": np.eye(3), "labels": [0, 0, 1]}
    with pytest.raises(ValueError, match=reason):
        HardTriplets(**settings | change, k=1)

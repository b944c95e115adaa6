"""The stream of batches: where it goes on, and whose part is whose."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfmetric.data import balanced_batches

LABELS = np.random.default_rng(3).permutation(np.repeat([5, 6, 8, 9], [1, 7, 12, 20]))
PLACES = np.arange(len(LABELS))
BATCHES = 7


def with_key(image, key):
    return np.array([image, *key])


def stream(augment=with_key, **settings):
    return balanced_batches(
        PLACES, LABELS, 3, 4, batches=BATCHES, augment=augment, seed=5, **settings
    )


def parts(dataset):
    return [(images.numpy(), labels.numpy()) for images, labels in dataset]


def assert_same(some, others):
    for (images, labels), (expected, names) in zip(some, others, strict=True):
        assert np.array_equal(images, expected)
        assert np.array_equal(labels, names)


WHOLE = parts(stream().repeat(4))


@pytest.mark.parametrize("start", [1, BATCHES - 1, BATCHES, 2 * BATCHES, 2 * BATCHES + 3])
def test_a_resumed_stream_is_the_rest_of_the_whole(start):
    resumed = stream(start=start)
    assert resumed.cardinality() == BATCHES  # every iteration is as long as an epoch
    left = len(WHOLE) - start
    assert_same(parts(resumed.repeat().take(left)), WHOLE[start:])


def test_iterations_of_a_resumed_stream_go_on_where_the_last_ended():
    resumed = stream(start=3)
    for number in range(3):
        first = 3 + number * BATCHES
        assert_same(parts(resumed), WHOLE[first : first + BATCHES])


def test_what_is_over_is_not_decoded():
    asked = []

    class Images:
        def __len__(self):
            return len(PLACES)

        def __getitem__(self, index):
            asked.append(index)
            return np.float32(index)

    dataset = balanced_batches(
        Images(), LABELS, 3, 4, batches=BATCHES, seed=5, start=BATCHES + 4
    )
    asked.clear()
    found = parts(dataset)
    assert len(asked) == BATCHES * 12
    expected = [images[:, 0] for images, _ in WHOLE[BATCHES + 4 :][:BATCHES]]
    assert np.array_equal([images for images, _ in found], expected)


class Recorder(keras.layers.Layer):
    """Passes on its input and notes what training saw."""

    def __init__(self):
        super().__init__()
        self.seen = []
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")

    def call(self, images):
        tf.py_function(lambda x: self.seen.append(x.numpy()[:, 0].tolist()), [images], [])
        return images[:, :1] * self.scale


def fit(batches, **settings):
    model = keras.Sequential([recorder := Recorder()])
    model.compile("sgd", "mse")
    floats = batches.map(lambda x, y: (tf.cast(x, tf.float32) / 100, y))
    model.fit(floats, verbose=0, shuffle=False, **settings)
    assert model.optimizer.iterations.numpy() == len(recorder.seen)
    return recorder.seen


def test_fit_goes_on_where_it_stopped():
    whole = fit(stream(), epochs=3)
    assert len(whole) == 3 * BATCHES
    later = fit(stream(start=2 * BATCHES), initial_epoch=2, epochs=3)
    assert later == whole[2 * BATCHES :]
    middle = fit(stream(start=BATCHES + 3), initial_epoch=1, epochs=2)
    assert middle == whole[BATCHES + 3 :][:BATCHES]
    to_the_end = fit(stream(start=BATCHES + 3).take(BATCHES - 3), epochs=1)
    assert to_the_end == whole[BATCHES + 3 : 2 * BATCHES]


@pytest.mark.parametrize("count", [2, 3, 12])
def test_the_parts_of_all_workers_are_the_whole_batch(count):
    workers = [stream(shard=(number, count)).repeat(2) for number in range(count)]
    assert workers[0].element_spec[0].shape == (12 // count, 3)
    batches = zip(*map(parts, workers), strict=True)
    joined = [tuple(map(np.concatenate, zip(*batch, strict=True))) for batch in batches]
    assert_same(joined, WHOLE[: 2 * BATCHES])


def test_a_worker_decodes_its_part_alone():
    asked = []

    def note(image, key):
        asked.append((key[0], key[1]))
        return image

    dataset = stream(augment=note, shard=(1, 3), start=2)
    asked.clear()
    parts(dataset.take(1))
    # Later batches are read ahead, by threads that may overtake this one.
    assert sorted(asked)[:4] == [(0, 24 + place) for place in (4, 5, 6, 7)]
    assert all(place % 12 in (4, 5, 6, 7) for _, place in asked)


def test_workers_with_several_replicas():
    """As `distribute_datasets_from_function` calls for batches: one for each replica."""
    workers = []
    for number in range(2):
        context = tf.distribute.InputContext(2, number, num_replicas_in_sync=4)
        shard = context.input_pipeline_id, context.num_input_pipelines
        share = context.get_per_replica_batch_size(12)
        workers.append(parts(stream(shard=shard).rebatch(share)))
    first, second = workers
    assert len(first) == len(second) == 2 * BATCHES
    for number, (images, labels) in enumerate(WHOLE[:BATCHES]):
        shares = [*first[2 * number :][:2], *second[2 * number :][:2]]
        assert np.array_equal(np.concatenate([share for share, _ in shares]), images)
        assert np.array_equal(np.concatenate([names for _, names in shares]), labels)

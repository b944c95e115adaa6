"""Pipelines around a `PyDataset`: the same images whatever its workers do."""

import keras
import numpy as np
import pytest
from augmentation.helpers import fitted

from tfmetric.augmentation import (
    ColorJitter,
    MultiView,
    Pipeline,
    RandomCrop,
    RandomFlip,
    RandomRotate,
)

IMAGES = np.random.default_rng(0).integers(0, 256, (34, 14, 12, 3), np.uint8)
LABELS = np.arange(34, dtype=np.float32)
PIPELINE = Pipeline(
    [RandomFlip(), RandomRotate(15), ColorJitter(), RandomCrop((10, 9))], seed=5
)


class Batches(keras.utils.PyDataset):
    """Batches of eight, the last smaller; counts the epochs that Keras tells it of."""

    def __init__(self, arrays=(IMAGES, LABELS), workers=1, endless=False):
        super().__init__(workers=workers)
        self.arrays = arrays
        self.endless = endless
        self.count = -(-len(arrays[0]) // 8)
        self.begun = self.ended = 0

    @property
    def num_batches(self):
        return None if self.endless else self.count

    def __getitem__(self, index):
        start = 8 * (index % self.count)
        chosen = slice(start, start + 8)
        batch = tuple(array[chosen] for array in self.arrays)
        return batch if len(batch) > 1 else batch[0]

    def on_epoch_begin(self):
        self.begun += 1

    def on_epoch_end(self):
        self.ended += 1


@pytest.mark.parametrize("workers", [1, 4])
def test_epochs_of_fit_equal_batch_whatever_the_workers(workers):
    dataset = PIPELINE.py_dataset(Batches(workers=workers), epoch=2)
    assert dataset.workers == workers
    images, labels = fitted(dataset, epochs=3, shuffle=False)
    expected = [PIPELINE.batch(IMAGES, epoch) for epoch in (2, 3, 4)]
    assert images.tobytes() == np.concatenate(expected).tobytes()
    assert labels.tolist() == 3 * LABELS.tolist()


def test_order_of_batches_changes_no_image():
    images, labels = fitted(PIPELINE.py_dataset(Batches()), epochs=1, shuffle=True)
    assert sorted(labels) == LABELS.tolist()
    assert np.array_equal(images[np.argsort(labels)], PIPELINE.batch(IMAGES))


def test_a_second_fit_goes_on():
    dataset = PIPELINE.py_dataset(Batches())
    for epoch in range(2):
        images, _ = fitted(dataset, epochs=1, shuffle=False)
        assert np.array_equal(images, PIPELINE.batch(IMAGES, epoch))


@pytest.mark.parametrize("workers", [1, 4])
def test_without_an_end_the_index_counts_on(workers):
    images, labels = IMAGES[:32], LABELS[:32]  # four batches, all full
    dataset = PIPELINE.py_dataset(Batches((images, labels), workers, endless=True))
    found, _ = fitted(dataset, epochs=2, steps_per_epoch=4, shuffle=False)
    assert np.array_equal(found, PIPELINE.batch(np.concatenate([images, images])))


def test_the_dataset_within_hears_of_epochs():
    batches = Batches()
    fitted(PIPELINE.py_dataset(batches), epochs=3)
    assert batches.begun == 3
    assert batches.ended >= 3  # Keras ends one that never began, too


def test_batches_of_images_alone_and_of_views():
    augment = MultiView(PIPELINE, views=3)
    found = np.concatenate(list(augment.py_dataset(Batches((IMAGES,)), epoch=1)))
    assert np.array_equal(found, augment.batch(IMAGES, epoch=1))


def test_what_is_no_py_dataset():
    with pytest.raises(ValueError, match=r"Expected a keras.utils.PyDataset"):
        PIPELINE.py_dataset(IMAGES)
    with pytest.raises(ValueError, match="Expected epoch"):
        PIPELINE.py_dataset(Batches(), epoch=-1)


@pytest.mark.parametrize("arrays", [(LABELS, IMAGES), (IMAGES[None], LABELS)])
def test_batches_without_images(arrays):
    with pytest.raises(ValueError, match=r"Expected batches of images or \(images"):
        PIPELINE.py_dataset(Batches(arrays))[0]


def test_a_batch_larger_than_the_first_would_repeat_draws():
    class Growing(Batches):
        def __getitem__(self, index):
            return IMAGES[: 4 + index], LABELS[: 4 + index]

    dataset = PIPELINE.py_dataset(Growing())
    assert len(dataset[0][0]) == 4
    with pytest.raises(ValueError, match=r"at most 4 images.* Received: 6 in batch 2"):
        dataset[2]

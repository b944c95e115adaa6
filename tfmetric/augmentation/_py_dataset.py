"""An augmentation inside `keras.utils.PyDataset`."""

import functools

import keras
import numpy as np


class AugmentedPyDataset(keras.utils.PyDataset):
    """The batches of another `PyDataset`, their images changed by an augmentation."""

    def __init__(self, augment, dataset, epoch):
        if not isinstance(dataset, keras.utils.PyDataset):
            raise ValueError(f"Expected a keras.utils.PyDataset. Received: {dataset!r}")
        super().__init__(
            workers=dataset.workers,
            use_multiprocessing=dataset.use_multiprocessing,
            max_queue_size=dataset.max_queue_size,
        )
        self.augment = augment
        self.dataset = dataset
        self.epoch = epoch
        self._begun = False

    @property
    def num_batches(self):
        """Number of batches of an epoch; None if it has no end."""
        return self.dataset.num_batches

    def __getitem__(self, index):
        """Returns one batch: images, or a tuple that begins with them."""
        batch = self.dataset[index]
        images = _images_of(batch)
        if len(images) > self._batch_size:
            raise ValueError(
                f"Expected batches of at most {self._batch_size} images, as many as the "
                f"first has. Received: {len(images)} in batch {index}"
            )
        images = self.augment.batch(images, self.epoch, index * self._batch_size)
        return (images, *batch[1:]) if isinstance(batch, tuple | list) else images

    @functools.cached_property
    def _batch_size(self):
        return len(_images_of(self.dataset[0]))

    def on_epoch_begin(self):
        """Notes that an epoch is being read."""
        self._begun = True
        self.dataset.on_epoch_begin()

    def on_epoch_end(self):
        """Goes on to the next epoch, unless none has begun: Keras calls this then, too."""
        self.dataset.on_epoch_end()
        if self._begun and self.num_batches is not None:
            self.epoch += 1
        self._begun = False


def _images_of(batch):
    images = batch[0] if isinstance(batch, tuple | list) else batch
    if np.ndim(images) not in (3, 4):
        raise ValueError(
            "Expected batches of images or (images, labels, …), with images of shape "
            "(batch, height, width) or (batch, height, width, channels). "
            f"Received: {type(images).__name__} of shape {np.shape(images)}"
        )
    return images

"""Pipelines: operations in a row, with randomness that no worker count can change."""

import itertools

import keras
import numpy as np
import tensorflow as tf

from tfmetric._core._checks import check_count
from tfmetric._core._registry import registered


@registered
class Pipeline:
    """Applies operations one after another to single images, batches or datasets.

    What an image receives depends on `seed`, the epoch and its index alone: each
    (seed, epoch, index) has its own random stream, by the counter-based Philox
    generator. Results are byte for byte the same for one worker or many.

    Args:
        operations: callables `operation(image, generator)` that return an image of the
            same dtype, rank and channels, such as the classes of this room.
        seed: whole number >= 0.

    Raises:
        ValueError: something in `operations` cannot be called, or a bad `seed`.

    Reference: Salmon et al., 2011, Parallel Random Numbers: As Easy as 1, 2, 3.

    >>> import numpy as np
    >>> from tfmetric.augmentation import RandomCrop, RandomFlip
    >>> pipeline = Pipeline([RandomCrop(24), RandomFlip(horizontal=0.5)], seed=7)
    >>> pipeline.batch(np.zeros((5, 28, 28, 1), np.uint8)).shape
    (5, 24, 24, 1)
    """

    def __init__(self, operations, seed=0):
        self.operations = list(operations)
        for operation in self.operations:
            if not callable(operation) or isinstance(operation, type):
                raise ValueError(
                    "Expected operations that can be called with (image, generator). "
                    f"Received: {operation!r}"
                )
        self.seed = check_count(seed, "seed", least=0)

    def __call__(self, image, key=(0, 0)):
        """Returns `image` as it looks in one epoch.

        Args:
            image: the image, as the first operation takes it.
            key: (epoch, index), whole numbers >= 0. The same key gives the same draws.
        """
        generator = self._generator(*key)
        for operation in self.operations:
            image = operation(image, generator)
        return image

    def _generator(self, epoch, index):
        epoch = check_count(epoch, "epoch", least=0)
        index = check_count(index, "index", least=0)
        key = np.array([self.seed, epoch], np.uint64)
        counter = np.array([0, 0, 0, index], np.uint64)  # 2¹⁹² blocks for each index
        return np.random.Generator(np.random.Philox(key=key, counter=counter))

    def batch(self, images, epoch=0):
        """Returns all `images` in one epoch, stacked; the index is the place in them.

        Raises:
            ValueError: no image, or results of different sizes.
        """
        results = [self(image, (epoch, place)) for place, image in enumerate(images)]
        if len({result.shape for result in results}) != 1:
            raise ValueError(
                "Expected at least one image, and one size of all results; end with a "
                f"RandomCrop. Received: shapes={[result.shape for result in results]}"
            )
        return np.stack(results)

    def dataset(self, dataset, epoch=0, num_parallel_calls=tf.data.AUTOTUNE):
        """Returns `dataset` with its images augmented as they are read.

        Every pass over the result is a new epoch with new draws: the first is `epoch`,
        the next `epoch + 1`, whether the passes come from `fit(epochs=…)` or from
        `.repeat()` on the result. Over `dataset.repeat()` the one pass never ends;
        there the index goes on counting, so that each repetition has new draws too.
        Shuffle before, batch after.

        Args:
            dataset: unbatched `tf.data.Dataset` of `image` or `(image, label, …)`.
            epoch: number of the first pass.
            num_parallel_calls: images worked on at a time; changes nothing but speed.

        Raises:
            ValueError: elements of another structure, or batches of images.
        """
        spec = dataset.element_spec
        shape = self._output_shape(spec[0] if isinstance(spec, tuple) else spec)
        epochs = itertools.count(check_count(epoch, "epoch", least=0))

        def augment(epoch, indexed):
            index, element = indexed
            image, *rest = element if isinstance(element, tuple) else (element,)
            image = tf.numpy_function(self._call, [image, epoch, index], image.dtype)
            image.set_shape(shape)
            return (image, *rest) if isinstance(element, tuple) else image

        # one number a pass, drawn when the pass begins and repeated for each image
        start = tf.data.Dataset.range(1).map(
            lambda _: tf.numpy_function(lambda: np.int64(next(epochs)), [], tf.int64)
        )
        epoch_of_image = start.flat_map(
            lambda number: tf.data.Dataset.from_tensors(number).repeat()
        )
        result = tf.data.Dataset.zip(epoch_of_image, dataset.enumerate()).map(
            augment, num_parallel_calls=num_parallel_calls, deterministic=True
        )
        length = dataset.cardinality()
        if length == tf.data.UNKNOWN_CARDINALITY:
            return result
        return result.apply(tf.data.experimental.assert_cardinality(length))

    def _call(self, image, epoch, index):
        return self(image, (int(epoch), int(index)))

    def _output_shape(self, spec):
        if not isinstance(spec, tf.TensorSpec) or spec.shape.rank not in (2, 3, None):
            raise ValueError(
                "Expected a dataset of image or (image, label, …) with images of rank "
                f"2 or 3; use .unbatch() on batches. Received: {spec}"
            )
        if spec.shape.rank is None:
            return spec.shape
        size = tuple(spec.shape[:2])
        for operation in self.operations:
            known = hasattr(operation, "output_size")
            size = operation.output_size(size) if known else (None, None)
        return (*size, *spec.shape[2:])

    def get_config(self):
        """Settings and operations as plain values, for `from_config`.

        Raises:
            ValueError: an operation without `get_config`, such as a plain function.
        """
        for operation in self.operations:
            if not hasattr(operation, "get_config"):
                raise ValueError(
                    "Expected operations with get_config; register a class instead of "
                    f"a plain function. Received: {operation!r}"
                )
        serialize = keras.saving.serialize_keras_object
        operations = [serialize(operation) for operation in self.operations]
        return {"operations": operations, "seed": self.seed}

    @classmethod
    def from_config(cls, config):
        deserialize = keras.saving.deserialize_keras_object
        operations = [deserialize(operation) for operation in config["operations"]]
        return cls(operations, config["seed"])

    def __repr__(self):
        return f"Pipeline({self.operations!r}, seed={self.seed})"

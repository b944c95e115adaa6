"""Several views of one image, for training without labels."""

import keras

from tfmetric._core._checks import check_count
from tfmetric._core._registry import registered
from tfmetric.augmentation._augmentation import Augmentation, stack
from tfmetric.augmentation._pipeline import Pipeline


@registered
class MultiView(Augmentation):
    """Shows an image several times, each time with draws of its own.

    Choose it for the losses that need no labels, in a `tfmetric.models.ViewNetwork`: what
    the views of an image have in common is what the network learns. It stands wherever a
    `Pipeline` does: calls, batches, datasets, `balanced_batches(augment=…)`.

    Args:
        pipelines: a `Pipeline` for all views, or a list with one for each view.
        views: how many views of one pipeline, or None for two; None for a list.

    Shapes: (height, width, channels) to (views, height, width, channels). View v of an
        image is `pipeline(image, (epoch, index, v))`, so the first is what the pipeline
        by itself gives.

    Raises:
        ValueError: something that is no `Pipeline`, `views` below 1, or `views` beside a
            list. When called: views of different sizes or types.

    Cost: that of its pipelines.

    >>> import numpy as np
    >>> from tfmetric.augmentation import RandomCrop
    >>> augment = MultiView(Pipeline([RandomCrop(24)]), views=3)
    >>> augment(np.zeros((28, 28, 1), np.uint8)).shape
    (3, 24, 24, 1)
    """

    def __init__(self, pipelines, views=None):
        if not isinstance(pipelines, list | tuple):
            pipelines = [pipelines] * (2 if views is None else check_count(views, "views"))
        elif views is not None:
            raise ValueError(
                "Expected views for one pipeline alone; a list has one for each view. "
                f"Received: views={views!r} and {pipelines!r}"
            )
        self.pipelines = list(pipelines)
        if not self.pipelines or not all(isinstance(p, Pipeline) for p in self.pipelines):
            raise ValueError(
                f"Expected a Pipeline, or a list of them. Received: {self.pipelines!r}"
            )

    def __call__(self, image, key=(0, 0)):
        """Returns the views of `image` in one epoch, stacked.

        Args:
            image: the image, as the pipelines take it.
            key: (epoch, index), whole numbers >= 0. The same key gives the same draws.
        """
        epoch, index = key
        views = [
            pipeline(image, (epoch, index, view))
            for view, pipeline in enumerate(self.pipelines)
        ]
        return stack(views, "views")

    def output_shape(self, shape):
        """Shape of the views of an image of `shape`; None where it is not known."""
        return (len(self.pipelines), *self.pipelines[0].output_shape(shape))

    def output_dtype(self, dtype):
        """Type of the numbers of the views, for an image of `dtype`."""
        return self.pipelines[0].output_dtype(dtype)

    def get_config(self):
        """The pipelines as plain values, for `from_config`."""
        serialize = keras.saving.serialize_keras_object
        return {"pipelines": [serialize(pipeline) for pipeline in self.pipelines]}

    @classmethod
    def from_config(cls, config):
        deserialize = keras.saving.deserialize_keras_object
        return cls([deserialize(pipeline) for pipeline in config["pipelines"]])

    def __repr__(self):
        return f"{type(self).__name__}({self.pipelines!r})"


@registered
class TwoViews(MultiView):
    """Shows an image twice; `MultiView` of one pipeline and two views.

    Args:
        pipeline: the `Pipeline` of both views.

    Raises:
        ValueError: not a `Pipeline`.

    >>> import numpy as np
    >>> from tfmetric.augmentation import RandomFlip
    >>> augment = TwoViews(Pipeline([RandomFlip()], seed=1))
    >>> augment.batch(np.zeros((5, 28, 28, 1), np.uint8)).shape
    (5, 2, 28, 28, 1)
    """

    def __init__(self, pipeline):
        super().__init__([pipeline, pipeline])

    def get_config(self):
        """The pipeline as plain values, for `from_config`."""
        return {"pipeline": keras.saving.serialize_keras_object(self.pipelines[0])}

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config["pipeline"]))

    def __repr__(self):
        return f"TwoViews({self.pipelines[0]!r})"

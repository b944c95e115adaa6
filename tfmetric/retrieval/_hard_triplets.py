"""Triplets whose negatives follow the embedding while it trains."""

import math

import keras
import numpy as np

from tfmetric._core._checks import check_count
from tfmetric.data import make_triplets
from tfmetric.data._loader import Loader, as_images
from tfmetric.data._table import as_table
from tfmetric.retrieval._hard_negatives import check_depth, hard_negatives
from tfmetric.retrieval._inputs import check_distance

_NEAREST = 100
_CHUNK = 1024  # images that are embedded, and held if they come from files, at a time


class HardTriplets(keras.utils.PyDataset):
    """Batches of triplets with the negatives that the network finds hard by now.

    Choose it for a `TripletNetwork`, to whose `fit` it is passed, where random triplets
    teach nothing any more. Where batches can hold confusable classes, `balanced_batches`
    and a batch loss cost less and teach more: recall@1 of characters never trained on was
    .70 with random negatives, .77 with these, .87 with semi-hard triplets of batches
    (`benchmarks/hard_negatives.py`).

    The first epochs have random negatives, for what is near by an untrained embedding
    means little. Then all images are embedded every few epochs, and each negative is
    drawn from the k nearest examples of other classes.
    Anchors, positives and the choice among the k are drawn anew for each epoch; an epoch
    has each example with company in its class once as the anchor.

    Keras says when an epoch ends, and then the next one is prepared, after the last one
    in vain. An end before which the network has made no step of training does not count:
    Keras reports one before it begins. In a training loop of your own call
    `on_epoch_end()`.

    Args:
        model: what is trained, with `embed(images, batch_size)`, such as
            `TripletNetwork`.
        images: (items, …) numbers, or `data.ImageFiles` of one size.
        labels: (items,) labels of any type, or a mapping from class to numbers of images.
        batch_size: triplets in a batch; the last one may have fewer.
        every: epochs from one embedding of all images to the next.
        random_epochs: epochs before the first; with 0 images are embedded at once.
        k: how many of the nearest a negative is drawn from; by default 100, or all there
            are. The very nearest are too hard, and often mislabelled: in that benchmark
            10 taught no more than random ones, 30 to 300 about the same.
        skip: how many nearer ones to leave out.
        distance: "squared_euclidean", "euclidean" or "cosine": which are near.
        augment: callable `augment(image, key)` with key = (epoch, place in the epoch),
            such as a `Pipeline` of `tfmetric.augmentation`. Images are embedded without.
        seed: whole number >= 0; decides the triplets of each epoch. In which order `fit`
            takes its batches is for `keras.utils.set_random_seed`.
        workers: threads that load batches, for `ImageFiles` and `augment`.

    Shapes: item i is ((anchor, positive, negative),), three arrays (batch, …).

    Raises:
        ValueError: bad input, one class, no class of two, or fewer than skip + k
            examples of other classes.

    Cost: every `every` epochs one pass of all images through the encoder, and
        O(items² · dim) for the search, some 25 seconds of one core for 60,000 images of
        128 numbers; memory of 8 · k bytes an image.

    Reference: Harwood, Kumar, Carneiro, Reid and Drummond, 2017, Smart Mining for Deep
        Metric Learning, arXiv:1704.01285. Departures: the search is exact, and negatives
        are drawn evenly from the nearest.

    >>> from types import SimpleNamespace
    >>> model = SimpleNamespace(embed=lambda images, batch_size: images)
    >>> images, labels = np.array([[0.0], [1.0], [3.0], [9.0]]), ["a", "a", "b", "b"]
    >>> batches = HardTriplets(model, images, labels, random_epochs=0, k=1)
    >>> [column[np.argsort(batches.triplets[0])].tolist() for column in batches.triplets]
    [[0, 1, 2, 3], [1, 0, 3, 2], [2, 2, 1, 1]]
    """

    def __init__(
        self,
        model,
        images,
        labels,
        *,
        batch_size=32,
        every=1,
        random_epochs=1,
        k=None,
        skip=0,
        distance="squared_euclidean",
        augment=None,
        seed=0,
        workers=1,
    ):
        super().__init__(workers=check_count(workers, "workers"))
        if not hasattr(model, "embed"):
            raise ValueError(
                f"Expected a model with embed(images, batch_size). Received: {model!r}"
            )
        images = as_images(images)
        table = as_table(labels, len(images), smallest=1)
        self.batch_size = check_count(batch_size, "batch_size")
        self.every = check_count(every, "every")
        self.random_epochs = check_count(random_epochs, "random_epochs", least=0)
        self.seed = check_count(seed, "seed", least=0)
        self.epoch = 0
        self._model, self._table = model, table
        self._load = Loader(images, table, augment)
        self._load_plain = Loader(images, table, None)
        left = len(table.items) - int(table.groups.counts.max())
        if k is None:
            reach = left - check_count(skip, "skip", least=0)
            k = max(1, min(_NEAREST, reach))
        check_depth(k, skip, left)
        self._search = {"k": k, "skip": skip, "distance": check_distance(distance)}
        self._nearest = None
        self._steps = self._steps_made() or 0
        self._prepare()

    @property
    def triplets(self):
        """Anchors, positives and negatives of this epoch: three arrays of numbers."""
        return tuple(self._table.items[self._places])

    def __len__(self):
        return math.ceil(self._places.shape[1] / self.batch_size)

    def __getitem__(self, index):
        """Batch number `index` of this epoch."""
        start = range(len(self))[index] * self.batch_size
        rows = self._places[:, start : start + self.batch_size]
        images = self._load(rows.ravel(), slice(None), self.epoch, 3 * start)
        return (tuple(np.split(images, 3)),)

    def on_epoch_end(self):
        """Prepares the triplets of the next epoch, if this one has trained."""
        steps = self._steps_made()
        if steps is None or steps != self._steps:
            self._steps = steps
            self.epoch += 1
            self._prepare()

    def _prepare(self):
        due = self.epoch - self.random_epochs
        if due >= 0 and due % self.every == 0:
            self._nearest = self._find_nearest()
        generator = np.random.default_rng([self.seed, self.epoch])
        draw = int(generator.integers(2**32))
        anchor, positive, negative = make_triplets(self._table.labels, seed=draw)
        if self._nearest is not None:
            k = self._nearest.shape[1]
            negative = self._nearest[anchor, generator.integers(0, k, len(anchor))]
        self._places = np.array([anchor, positive, negative])

    def _find_nearest(self):
        items, embeddings = len(self._table.items), []
        for start in range(0, items, _CHUNK):
            rows = np.arange(start, min(start + _CHUNK, items))
            images = self._load_plain(rows, slice(None), 0, start)
            embeddings.append(self._model.embed(images, batch_size=self.batch_size))
        embeddings = np.concatenate(embeddings)
        return hard_negatives(embeddings, self._table.labels, **self._search).ids

    def _steps_made(self):
        """How many steps of training the network has made; None if it does not say."""
        optimizer = getattr(self._model, "optimizer", None)
        if optimizer is None:
            return None
        return int(keras.ops.convert_to_numpy(optimizer.iterations))

"""Balanced batches: P classes with K examples each."""

from tfmetric._core._checks import check_count
from tfmetric.data._dealing import deal_classes, deal_members
from tfmetric.data._loader import as_images
from tfmetric.data._stream import stream
from tfmetric.data._table import as_table


def balanced_batches(
    images,
    labels,
    classes,
    per_class,
    *,
    batches=None,
    smallest=1,
    augment=None,
    seed=0,
    start=0,
    shard=(0, 1),
):
    """Batches in which `classes` distinct classes have `per_class` examples each.

    Choose it for every loss or miner that finds its positives and negatives inside the
    batch: with P classes of K, each anchor has K - 1 positives and (P - 1) · K
    negatives. Usual are P of 8 to 64 and K of 4.

    Classes are dealt like cards: each round is a new order of all classes, cut into
    batches, and the few that do not fill one sit out. Within a class the examples are
    dealt the same way and reshuffled when all are used up, over one epoch. A class with
    at least `per_class` examples has none twice in a batch; a smaller one, even of a
    single example, repeats its own as evenly as it can, unless `smallest` leaves it
    out. Examples of one class stand together in the batch.

    Iterating over the result once is an epoch. Each epoch draws other batches; the k-th
    iteration over the returned dataset, by `fit`, a `for` loop or `.repeat()`, is the
    same in every run with the same `seed`.

    An interrupted run goes on where it stopped with `start`: the same batches come as if
    it had not been interrupted, and nothing is decoded for those that are over. Give all
    else unchanged, and as `start` the batches that were trained on: `epoch *
    len(dataset)` after whole epochs, or `model.optimizer.iterations.numpy()` anywhere.
    Every iteration stays as long as an epoch; `.take(n)` ends the first with its epoch.
    Under a strategy each `fit` takes one iteration to build with, before and after alike.

    An image that cannot be read (`UnreadableImageError`, which `ImageFiles` raises for a
    damaged file) does not end a run of many hours: another of its class takes its place,
    and a RuntimeWarning names it once and says how many there are. If 16 more of the
    class cannot be read either, or there are none, that is an error.
    `warnings.simplefilter("error")` makes the first one an error.

    Args:
        images: (items, …) numbers of any shape: images, features, token ids. Or a
            sequence with a length that gives an image by its number: `ImageFiles`, a
            list of images of several sizes, an object of your own.
        labels: (items,) numbers or text; or a mapping from class to the numbers of its
            images, which may leave images out and hold classes without any.
        classes: P, how many classes meet in a batch.
        per_class: K, how many examples of each.
        batches: length of an epoch; by default as many as hold all examples once,
            ceil(examples / (P · K)).
        smallest: classes of fewer images than this are left out.
        augment: callable `augment(image, key)` with key = (epoch, place in the epoch),
            such as a `Pipeline` of `tfmetric.augmentation`. All results must have one
            shape and type. Batches are augmented in parallel, so randomness must come
            from the key alone.
        seed: whole number >= 0.
        start: how many batches to pass over, those that an interrupted run had.
        shard: (number, count): the part of each batch that worker `number` of `count`
            has. The parts in order are the whole batch, and a worker decodes its own.

    Returns:
        `tf.data.Dataset` of (images, labels), of shapes (P · K, …) and (P · K,), with
        known shapes and length; with `shard`, of that part of both.

    Raises:
        ValueError: labels and images of different length, none at all, NaN or infinity
            among the images, fewer than P classes, a count below 1, an image in two
            classes of a mapping, or a batch that the shards do not divide. NaN in a
            `numpy.memmap`, in a sequence or from `augment`, and images of several sizes
            without an augmentation that makes them one, are found when their batch is
            made.

    Cost: the index plan of an epoch takes O(N log N) time and O(N) memory; images are
        gathered batch by batch from the array, which may be a `numpy.memmap`.

    Reference: Hermans, Beyer and Leibe, 2017, In Defense of the Triplet Loss for Person
        Re-Identification, section 2.

    >>> import numpy as np
    >>> labels = [7, 7, 7, 8, 8, 9, 9, 9]
    >>> data = balanced_batches(np.arange(8.0), labels, classes=2, per_class=3)
    >>> for images, labels in data:
    ...     print(images.shape, len(set(labels.numpy())))
    (6,) 2
    (6,) 2

    On several workers each decodes its part, and each replica has an equal share:

    >>> import tensorflow as tf
    >>> def worker_batches(context):
    ...     shard = context.input_pipeline_id, context.num_input_pipelines
    ...     part = balanced_batches(np.arange(8.0), [7, 8] * 4, 2, 4, shard=shard)
    ...     return part.rebatch(context.get_per_replica_batch_size(8))
    >>> strategy = tf.distribute.get_strategy()
    >>> dataset = strategy.distribute_datasets_from_function(worker_batches)
    """
    images = as_images(images)
    table = as_table(labels, len(images), smallest)
    groups = table.groups
    size = check_count(classes, "classes") * check_count(per_class, "per_class")
    if len(groups.classes) < classes:
        raise ValueError(
            f"Expected labels of at least {classes} classes, to fill a batch. "
            f"Received: {len(groups.classes)}"
        )

    def deal(batches, generator):
        chosen = deal_classes(len(groups.classes), classes, batches, generator)
        hands = deal_members(groups, chosen.ravel(), per_class, generator)
        return hands.reshape(batches, size)

    return stream(
        images,
        table,
        deal,
        size,
        batches=batches,
        augment=augment,
        seed=seed,
        start=start,
        shard=shard,
    )

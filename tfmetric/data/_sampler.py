"""Balanced batches: P classes with K examples each."""

import itertools

import numpy as np
import tensorflow as tf

from tfmetric._core._checks import as_labels, check_count
from tfmetric.data._labels import group


def balanced_batches(
    images, labels, classes, per_class, *, batches=None, augment=None, seed=0
):
    """Batches in which `classes` distinct classes have `per_class` examples each.

    Choose it for every loss or miner that finds its positives and negatives inside the
    batch: with P classes of K, each anchor has K - 1 positives and (P - 1) · K
    negatives. Usual are P of 8 to 64 and K of 4.

    Classes are dealt like cards: each round is a new order of all classes, cut into
    batches, and the few that do not fill one sit out. Within a class the examples are
    dealt the same way and reshuffled when all are used up, over one epoch. A class with
    at least `per_class` examples has none twice in a batch; a smaller one, even of a
    single example, repeats its own as evenly as it can. Examples of one class stand
    together in the batch.

    Iterating over the result once is an epoch. Each epoch draws other batches; the k-th
    iteration over the returned dataset, by `fit`, a `for` loop or `.repeat()`, is the
    same in every run with the same `seed`.

    Args:
        images: (items, …) numbers of any shape: images, features, token ids.
        labels: (items,) numbers or text.
        classes: P, how many classes meet in a batch.
        per_class: K, how many examples of each.
        batches: length of an epoch; by default as many as hold all examples once,
            ceil(items / (P · K)).
        augment: callable `augment(image, key)` with key = (epoch, place in the epoch),
            such as a `Pipeline` of `tfmetric.augmentation`. All results must have one
            shape and type. Batches are augmented in parallel, so randomness must come
            from the key alone.
        seed: whole number >= 0.

    Returns:
        `tf.data.Dataset` of (images, labels), of shapes (P · K, …) and (P · K,), with
        known shapes and length.

    Raises:
        ValueError: labels and images of different length, none at all, NaN or infinity
            among the images, fewer than P classes, or a count below 1.

    Cost: the index plan of an epoch takes O(N log N) time and O(N) memory; images are
        gathered batch by batch from the array, which may be a `numpy.memmap`.

    Reference: Hermans, Beyer and Leibe, 2017, In Defense of the Triplet Loss for Person
        Re-Identification, section 2.

    >>> labels = [7, 7, 7, 8, 8, 9, 9, 9]
    >>> data = balanced_batches(np.arange(8.0), labels, classes=2, per_class=3)
    >>> for images, labels in data:
    ...     print(images.shape, len(set(labels.numpy())))
    (6,) 2
    (6,) 2
    """
    images = _check_images(images)
    labels = as_labels(labels, len(images), "labels")
    groups = group(labels)
    size = check_count(classes, "classes") * check_count(per_class, "per_class")
    if len(groups.classes) < classes:
        raise ValueError(
            f"Expected labels of at least {classes} classes, to fill a batch. "
            f"Received: {len(groups.classes)}"
        )
    batches = -(-len(images) // size) if batches is None else batches
    check_count(batches, "batches")
    check_count(seed, "seed", least=0)
    sample = images[0] if augment is None else np.asarray(augment(images[0], (0, 0)))
    epochs = itertools.count()

    def plan():
        epoch = next(epochs)
        generator = np.random.default_rng([seed, epoch])
        indices = _draw_batches(groups, classes, per_class, batches, generator)
        for number, chosen in enumerate(indices):
            yield epoch, number * size, chosen

    def gather(epoch, first, chosen):
        if augment is None:
            return images[chosen]
        placed = enumerate(chosen, start=int(first))
        return np.stack([augment(images[i], (int(epoch), place)) for place, i in placed])

    def load(epoch, first, chosen):
        batch = tf.numpy_function(gather, [epoch, first, chosen], sample.dtype)
        batch.set_shape((size, *sample.shape))
        return batch, tf.gather(labels, chosen)

    number = tf.TensorSpec((), tf.int64)
    signature = (number, number, tf.TensorSpec((size,), tf.int64))
    return (
        tf.data.Dataset.from_generator(plan, output_signature=signature)
        .map(load, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .apply(tf.data.experimental.assert_cardinality(batches))
        .prefetch(tf.data.AUTOTUNE)
    )


def _check_images(images):
    images = np.asarray(images)
    if images.ndim == 0 or images.size == 0 or images.dtype.kind not in "fiub":
        raise ValueError(
            "Expected images as numbers of shape (items, …), at least one. "
            f"Received: shape={images.shape}, dtype={images.dtype}"
        )
    if not np.isfinite([images.min(), images.max()]).all():  # min and max keep NaN
        raise ValueError("Expected images to be finite. Received: NaN or infinity")
    return images


def _draw_batches(groups, classes, per_class, batches, generator):
    """Indices of an epoch, (batches, classes · per_class)."""
    chosen = _deal_classes(len(groups.classes), classes, batches, generator).ravel()
    draws = np.bincount(chosen, minlength=len(groups.classes)) * per_class
    hands = _deal_examples(groups, draws, per_class, generator)
    plan = np.empty((len(chosen), per_class), np.int64)
    plan[np.argsort(chosen, kind="stable")] = hands.reshape(-1, per_class)
    return plan.reshape(batches, classes * per_class)


def _deal_classes(count, classes, batches, generator):
    """Class numbers, (batches, classes), distinct within a batch and over a round."""
    per_round = count // classes
    rounds = -(-batches // per_round)
    orders = generator.permuted(np.tile(np.arange(count), (rounds, 1)), axis=1)
    return orders[:, : per_round * classes].reshape(-1, classes)[:batches]


def _deal_examples(groups, draws, per_class, generator):
    """Examples class after class, `draws[c]` of class c, shuffled anew when used up.

    A hand of `per_class` may begin with the last examples of one shuffle and end with
    the first of the next. What the unfinished hand holds goes to the back of the next
    shuffle, so that no example is in a hand twice before all others are in it once.
    """
    dealt = np.empty(draws.sum(), np.int64)
    starts = np.cumsum(draws) - draws
    members = groups.members
    own, rank = groups.class_of[members], groups.rank[members]
    done, in_hand = np.zeros_like(own), np.zeros_like(own)
    while len(members):
        order = np.lexsort((generator.random(len(own)), in_hand, own))
        members, in_hand = members[order], in_hand[order]
        place = done + rank
        used = place < draws[own]
        dealt[starts[own[used]] + place[used]] = members[used]
        count = groups.counts[own]
        done = done + count
        unfinished = done % per_class
        begun = rank >= count - unfinished
        in_hand = np.where(unfinished < count, begun, in_hand + 1)
        more = done < draws[own]
        members, own, rank = members[more], own[more], rank[more]
        done, in_hand = done[more], in_hand[more]
    return dealt

"""Hierarchical batches: a few superclasses, P classes of each, K examples of each class."""

from collections.abc import Mapping

import numpy as np

from tfmetric._core._checks import as_labels, check_count
from tfmetric.data._dealing import deal_classes, deal_members
from tfmetric.data._labels import group
from tfmetric.data._loader import as_images
from tfmetric.data._stream import stream
from tfmetric.data._table import as_table


def hierarchical_batches(
    images,
    labels,
    superlabels,
    superclasses,
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
    """Batches of a few superclasses, with several of the classes that each consists of.

    Choose it where classes fall into kinds (models of bicycles and of lamps, species of
    a genus): negatives of the own kind are harder than most that `balanced_batches`
    finds, so that training goes on learning when kinds are long told apart.

    Superclasses are dealt as `balanced_batches` deals classes, the classes within a
    superclass and the examples within a class as it deals examples: each is used up
    before any comes again. In the batch, classes of one superclass stand together.

    Args:
        images: as in `balanced_batches`.
        labels: as in `balanced_batches`.
        superlabels: (items,) the superclass of each image, or a mapping from class to
            superclass.
        superclasses: how many superclasses meet in a batch.
        classes: P, how many classes of each superclass.
        per_class: K, how many examples of each class.
        batches: length of an epoch; by default as many as hold all examples once,
            ceil(examples / (superclasses · P · K)).
        smallest: as in `balanced_batches`, as are `augment`, `seed`, `start` and `shard`.

    Returns:
        `tf.data.Dataset` of (images, labels), of shapes (superclasses · P · K, …) and
        (superclasses · P · K,), with known shapes and length.

    Raises:
        ValueError: what `balanced_batches` refuses, a class in two superclasses or in
            none, a superclass of fewer than P classes, or too few superclasses.

    Cost: as `balanced_batches`.

    Reference: Cakir et al., 2019, Deep Metric Learning to Rank, on batches of two
        superclasses. Departure: superclasses are dealt like cards, where the article
        lets all pairs of them take turns, and every class has K examples.

    >>> import numpy as np
    >>> labels = np.repeat(["bmx", "racer", "reading", "floor", "desk"], 3)
    >>> kinds = {"bmx": 1, "racer": 1, "reading": 2, "floor": 2, "desk": 2}
    >>> data = hierarchical_batches(np.arange(15), labels, kinds, 1, 2, 3)
    >>> for _, labels in data:
    ...     print(len({kinds[label.decode()] for label in labels.numpy()}))
    1
    1
    1
    """
    images = as_images(images)
    table = as_table(labels, len(images), smallest)
    superlabels = _superlabels(superlabels, table, len(images))
    supergroups = group(superlabels)
    shape = (
        check_count(superclasses, "superclasses"),
        check_count(classes, "classes"),
        check_count(per_class, "per_class"),
    )
    _check_enough(supergroups, superclasses, classes)

    def deal(batches, generator):
        kinds = deal_classes(len(supergroups.classes), superclasses, batches, generator)
        chosen = deal_members(supergroups, kinds.ravel(), classes, generator)
        hands = deal_members(table.groups, chosen.ravel(), per_class, generator)
        return hands.reshape(batches, -1)

    return stream(
        images,
        table,
        deal,
        int(np.prod(shape)),
        batches=batches,
        augment=augment,
        seed=seed,
        start=start,
        shard=shard,
    )


def _superlabels(superlabels, table, images):
    """The superclass of each class of the table."""
    groups = table.groups
    if isinstance(superlabels, Mapping):
        names = groups.classes.tolist()
        lost = [name for name in names if name not in superlabels]
        if lost:
            raise ValueError(
                "Expected a superclass for each class. "
                f"Received: none for {len(lost)} classes, such as {lost[0]!r}"
            )
        return as_labels([superlabels[name] for name in names], len(names), "superlabels")
    of_examples = as_labels(superlabels, images, "superlabels")[table.items]
    of_classes = of_examples[groups.members[groups.starts]]
    torn = of_examples != of_classes[groups.class_of]
    if torn.any():
        raise ValueError(
            "Expected each class in one superclass. "
            f"Received: class {table.labels[torn].tolist()[0]!r} in two"
        )
    return of_classes


def _check_enough(supergroups, superclasses, classes):
    small = supergroups.classes[supergroups.counts < classes]
    if len(small):
        raise ValueError(
            f"Expected superclasses of at least {classes} classes; ask for fewer, or "
            f"leave such superclasses out. Received: {len(small)} with less, such as "
            f"{small.tolist()[0]!r}"
        )
    if len(supergroups.classes) < superclasses:
        raise ValueError(
            f"Expected at least {superclasses} superclasses, to fill a batch. "
            f"Received: {len(supergroups.classes)}"
        )

"""Places of relevant items by a float32 product, exact where that leaves them open."""

import numpy as np
import tensorflow as tf

from tfmetric.metrics._points import squared_distances

_FEW = 1 / 32  # share of the items that are worth measuring for one query
_LEAST = 64  # items that always are
_PASSES = 32  # relevant items for which counting takes less time than sorting


class Filter:
    """Float32 distances of a known error, and exact ones of the items it leaves open.

    The points are moved to around zero and shrunk until none is longer than 1. Then no
    squared distance is off by more than half of `margin`.
    """

    def __init__(self, collection):
        queries, gallery = collection.queries, collection.gallery
        centre = gallery.mean(axis=0)
        longest = max(_longest(queries, centre), _longest(gallery, centre))
        scale = 1 / longest if longest else 1.0
        moved = (gallery - centre) * scale
        small = np.float32(moved)
        alone = queries is gallery
        self.collection = collection
        self.queries = small if alone else np.float32((queries - centre) * scale)
        self.norms = np.float32(np.einsum("ij,ij->i", moved, moved))
        self.margin = np.float32(2 * (gallery.shape[1] + 8) * np.finfo(np.float32).eps)
        self.least_norm = self.norms.min()
        self.few = _few(collection)
        with tf.device("CPU"):
            self.gallery = tf.constant(small)

    @classmethod
    def serves(cls, collection):
        """Whether queries have so few relevant items that it can be worthwhile."""
        return collection.relevant.mean() <= _few(collection)

    def places(self, rows, query, item):
        """Places of the relevant items of the queries that leave few items open.

        Args:
            rows: slice of the queries.
            query, item: as `Collection.relevant_items` gives them.

        Returns:
            (queries,) bool, which queries these are; and the places, rising within each
            query, the queries one after the other.
        """
        with tf.device("CPU"):
            queries = tf.constant(-2 * self.queries[rows])
            products = np.asarray(tf.matmul(queries, self.gallery, transpose_b=True))
        relevant = products[query, item] + self.norms[item]
        starts = np.flatnonzero(np.diff(query, prepend=-1))
        limits = np.maximum.reduceat(relevant, starts) + self.margin
        parts = zip(starts, np.append(starts[1:], len(relevant)), strict=True)
        relevant = [relevant[start:end] for start, end in parts]
        own = self.collection.own
        own = [None] * len(products) if own is None else own[rows]
        each = zip(products, relevant, limits, own, strict=True)
        nearer, open_items = zip(*(self._split(*given) for given in each), strict=True)
        done = np.array([items is not None for items in open_items])
        if not done.any():
            return done, []
        nearer = np.concatenate([nearer[number] for number in np.flatnonzero(done)])
        sizes = [len(open_items[number]) for number in np.flatnonzero(done)]
        owner = np.repeat(np.flatnonzero(done), sizes)
        items = np.concatenate([items for items in open_items if items is not None])
        return done, self._ranked(rows, owner, items, nearer)

    def _split(self, products, relevant, limit, own):
        """How many items are surely nearer than each relevant one, and which are open.

        The open items are either all that can be within the limit, the furthest relevant
        one, or those too close to any of them. They are None where there are too many.
        """
        nearer = np.zeros(len(relevant), np.int64)
        # The least norm for that of each item saves a sum, and may be enough.
        within = products <= limit - self.least_norm
        if np.count_nonzero(within) > self.few:
            squared = products + self.norms
            if own is not None:
                squared[own] = np.inf
            within = squared <= limit
        if np.count_nonzero(within) <= self.few:
            items = within.nonzero()[0]
            return nearer, items if own is None else items[items != own]
        if len(relevant) > _PASSES:
            return nearer, None
        close = np.zeros(len(squared), bool)
        for number, distance in enumerate(relevant):
            below = squared < distance - self.margin
            nearer[number] = np.count_nonzero(below)
            close |= below != (squared <= distance + self.margin)
        items = close.nonzero()[0]
        if len(items) > self.few:
            return nearer, None
        below = squared[items, None] < relevant - self.margin
        return nearer - below.sum(axis=0), items

    def _ranked(self, rows, owner, items, nearer):
        """Places of relevant items among all that are nearer or open.

        Args:
            rows: slice of the queries.
            owner, items: the number of a query, rising, and an item open to it.
            nearer: for each relevant item, by query and item, how many others are nearer.
        """
        queries, gallery = self.collection.queries[rows], self.collection.gallery
        distances = squared_distances(queries, owner, gallery, items)
        items = items[np.lexsort((items, distances, owner))]
        hits = self.collection.are_related(rows.start + owner, items)
        places = np.arange(1, len(owner) + 1) - np.searchsorted(owner, owner)
        places, owner, items = places[hits], owner[hits], items[hits]
        places[np.lexsort((items, owner))] += nearer
        return places


def _few(collection):
    return max(_LEAST, int(_FEW * len(collection.gallery)))


def _longest(points, centre):
    centred = points - centre
    return np.sqrt(np.einsum("ij,ij->i", centred, centred).max())

"""Places of relevant items by a float32 product, exact where that leaves them open."""

import numpy as np
import tensorflow as tf

from tfmetric.metrics._near import near_pairs
from tfmetric.metrics._points import squared_distances

_FEW = 1 / 32  # share of the items that are worth measuring for one query
_LEAST = 64  # items that always are
_BLOCK = 128  # queries at a time, to look ahead
_PASSES = 32  # relevant items for which counting takes less time than sorting


class Filter:
    """Float32 distances of a known error, and exact ones of the items it leaves open.

    The points are moved to around zero and shrunk until none is longer than 1. Then no
    squared distance is off by more than half of `margin`.
    """

    def __init__(self, collection):
        queries, gallery = collection.queries, collection.gallery
        centre = gallery.mean(axis=0)
        moved = [gallery - centre]
        if queries is not gallery:
            moved.append(queries - centre)
        squares = [np.einsum("ij,ij->i", points, points) for points in moved]
        longest = np.sqrt(max(square.max() for square in squares))
        self.collection = collection
        self.scale = 1 / longest if longest else 1.0
        self.near = None
        for points in moved:
            points *= self.scale
        small = [np.float32(points) for points in moved]
        self.queries = small[-1]
        self.norms = np.float32(squares[0] * self.scale**2)
        self.margin = np.float32(2 * (gallery.shape[1] + 8) * np.finfo(np.float32).eps)
        self.least_norm = self.norms.min()
        self.few = _few(collection)
        with tf.device("CPU"):
            self.gallery = tf.constant(small[0])

    @classmethod
    def serves(cls, collection):
        """Whether queries have so few relevant items that it can be worthwhile."""
        return collection.relevant.mean() <= _few(collection)

    def look_ahead(self, pool):
        """Lists what is open to each query at once, if they rank each other and it is few.

        Args:
            pool: executor for the parts of it.
        """
        collection = self.collection
        if collection.own is None or collection.relevant.mean() > _PASSES:
            return
        limits = np.full(len(collection.gallery), -np.inf, np.float32)
        limits[collection.own] = np.concatenate(
            list(pool.map(self._reach, collection.blocks(_BLOCK)))
        )
        points, most = self.gallery.numpy(), 2 * _PASSES * len(limits)
        near = near_pairs(points, self.norms, limits, most, pool)
        if near is not None:
            number = np.cumsum(collection.kept) - 1
            itself = near[0] == near[1]
            self.near = number[near[0][~itself]], near[1][~itself]

    def _reach(self, rows):
        """Squared distance of a slice of the queries to their furthest relevant item."""
        query, item = self.collection.relevant_items(rows)
        squared = squared_distances(
            self.collection.queries[rows], query, self.collection.gallery, item
        )
        furthest = np.maximum.reduceat(squared, np.flatnonzero(np.diff(query, prepend=-1)))
        return np.float32(furthest * self.scale**2) + self.margin

    def places(self, rows, query, item):
        """Places of the relevant items of the queries that leave few items open.

        Args:
            rows: slice of the queries.
            query, item: as `Collection.relevant_items` gives them.

        Returns:
            (queries,) bool, which queries these are; and the places, rising within each
            query, the queries one after the other.
        """
        if self.near is not None:
            owner, items = self.near
            start, stop = np.searchsorted(owner, [rows.start, rows.stop])
            owner, items = owner[start:stop] - rows.start, items[start:stop]
            done = np.ones(query[-1] + 1, bool)
            return done, self._ranked(rows, owner, items, 0)
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

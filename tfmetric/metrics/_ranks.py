"""The places of relevant items in the ranking of each query.

A place counts the items that are nearer, so their order need not be known. Two ways lead
there, both as exact as distances from differences in float64:

- A float32 product finds the few items that may be nearer than the furthest relevant one,
  and those are measured. It serves embeddings that keep classes together.
- Where they are not few, a float64 product is sorted, and only items closer to each other
  than its rounding are measured.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tensorflow as tf

from tfmetric.metrics._points import first_copies, squared_distances

_WORKING_MEMORY = 2**28  # bytes, where the number of queries at a time is not given
_PER_ITEM = 16  # bytes for each item and query at work
_FEW = 1 / 32  # share of the items that are measured rather than sorted
_LEAST = 64  # items that always are


def map_places(collection, score, block_size=None):
    """Applies `score` to the places of relevant items, block by block of the queries.

    Args:
        collection: Collection of float64 points, ranked by Euclidean distance; items at
            the same distance rank by lower index first.
        score: function of a slice of the queries and of the places of their relevant
            items: from 1, rising within each query, the queries one after the other.
        block_size: queries at a time on each processor, or None.

    Returns:
        list of what `score` returns.
    """
    workers = os.cpu_count() or 1
    if block_size is None:
        bytes_each = _PER_ITEM * workers * len(collection.gallery)
        block_size = max(1, _WORKING_MEMORY // bytes_each)
    search = _Search(collection)

    def work(rows):
        return score(rows, search.places(rows))

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, collection.blocks(block_size)))


class _Search:
    """A collection prepared for both ways."""

    def __init__(self, collection):
        self.collection = collection
        self.first = first_copies(collection.gallery)
        self.norms = np.einsum("ij,ij->i", collection.gallery, collection.gallery)
        self.most = max(_LEAST, int(_FEW * len(collection.gallery)))
        self.filtering = collection.relevant.mean() <= self.most
        if self.filtering:
            self._prepare_filter()

    def _prepare_filter(self):
        """Float32 points around zero, none longer than 1, so that their error is known."""
        centre = self.collection.gallery.mean(axis=0)
        points = self.collection.queries - centre, self.collection.gallery - centre
        longest = max(np.sqrt(np.einsum("ij,ij->i", each, each).max()) for each in points)
        scale = 1 / longest if longest else 1.0
        self.small_queries, gallery = (np.float32(each * scale) for each in points)
        self.small_norms = np.einsum("ij,ij->i", gallery, gallery)
        self.small_error = np.float32((gallery.shape[1] + 8) * np.finfo(np.float32).eps)
        with tf.device("CPU"):
            self.small_gallery = tf.constant(gallery)

    def places(self, rows):
        """Places of the relevant items of a slice of the queries."""
        query, item = self.collection.relevant_items(rows)
        counts = self.collection.relevant[rows]
        places = np.empty(len(item), np.int64)
        done = np.zeros(len(counts), bool)
        if self.filtering:
            done, found = self._measured(rows, query, item)
            places[done[query]] = found
            self.filtering = bool(done.mean() > 1 / 2)
        ends = np.cumsum(counts)
        for number, row, error in self._distances(rows, np.flatnonzero(~done)):
            of_query = slice(ends[number] - counts[number], ends[number])
            measure = self._measure(self.collection.queries[rows][number])
            places[of_query] = places_in(row, item[of_query], error, measure)
        return places

    def _measured(self, rows, query, item):
        """Which queries have few items to measure, and the places of theirs."""
        queries = self.small_queries[rows]
        with tf.device("CPU"):
            products = tf.matmul(-2 * queries, self.small_gallery, transpose_b=True)
        products = np.asarray(products)
        starts = np.flatnonzero(np.diff(query, prepend=-1))
        relevant = products[query, item] + self.small_norms[item]
        limit = np.maximum.reduceat(relevant, starts) + 2 * self.small_error
        near = []
        squared, within = np.empty_like(self.small_norms), np.empty(len(self.norms), bool)
        for row, furthest in zip(products, limit, strict=True):
            np.add(row, self.small_norms, out=squared)
            np.less_equal(squared, furthest, out=within)
            few = np.count_nonzero(within) <= self.most
            near.append(within.nonzero()[0] if few else None)
        done = np.array([items is not None for items in near])
        if not done.any():
            return done, []
        sizes = [len(items) for items in near if items is not None]
        owner = np.repeat(np.flatnonzero(done), sizes)
        items = np.concatenate([items for items in near if items is not None])
        if self.collection.own is not None:
            other = items != self.collection.own[rows][owner]
            owner, items = owner[other], items[other]
        distances = squared_distances(
            self.collection.queries[rows], owner, self.collection.gallery, items
        )
        order = np.lexsort((items, distances, owner))
        hits = self.collection.are_related(rows.start + owner, items[order])
        return done, (np.arange(1, len(owner) + 1) - np.searchsorted(owner, owner))[hits]

    def _distances(self, rows, numbers):
        """Yields number, squared distances and their error of some of the queries.

        The distances are float64, of one product, less the squared length of the query;
        that of the query to itself is infinite.
        """
        if not len(numbers):
            return
        queries, gallery = self.collection.queries[rows][numbers], self.collection.gallery
        squared = (-2 * queries) @ gallery.T
        squared += self.norms
        if self.collection.own is not None:
            squared[np.arange(len(numbers)), self.collection.own[rows][numbers]] = np.inf
        lengths = np.sqrt(np.einsum("ij,ij->i", queries, queries))
        reach = (lengths + np.sqrt(self.norms.max())) ** 2
        error = (2 * gallery.shape[1] + 8) * np.finfo(np.float64).eps * reach
        yield from zip(numbers, squared, error, strict=True)

    def _measure(self, query):
        """A function from items to exact distances, that measures copies once."""

        def measure(items):
            distinct, copies = items, slice(None)
            if self.first is not None:
                distinct, copies = np.unique(self.first[items], return_inverse=True)
            difference = self.collection.gallery[distinct] - query
            return np.einsum("ij,ij->i", difference, difference)[copies]

        return measure


def places_in(row, items, error, measure):
    """Places of items in the order of distances that are known up to an error.

    Args:
        row: (all items,) float64.
        items: (relevant,) indices that rise.
        error: distances this close to each other may be in either order.
        measure: function from indices to exact distances.

    Returns:
        (relevant,) places from 1, rising.
    """
    ranked = np.empty(len(row) + 2)
    ranked[0], ranked[1:-1], ranked[-1] = -np.inf, row, np.inf
    ranked[1:-1].sort()
    relevant = np.sort(row[items])
    places = np.searchsorted(ranked, relevant)
    close = ranked[places - 1] + error >= relevant
    close |= ranked[places + 1] <= relevant + error
    if not close.any():
        return places
    is_relevant = np.zeros(len(row), bool)
    is_relevant[items] = True
    borders = np.flatnonzero(ranked[:-1] + error < ranked[1:])
    found = [places[~close]]
    for group in np.unique(np.searchsorted(borders, places[close])):
        first, last = borders[group - 1] + 1, borders[group]
        members = np.flatnonzero((row >= ranked[first]) & (row <= ranked[last]))
        order = np.argsort(measure(members), kind="stable")
        found.append(first + np.flatnonzero(is_relevant[members[order]]))
    return np.sort(np.concatenate(found))

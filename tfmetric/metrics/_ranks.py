"""The places of relevant items in the ranking of each query.

A place counts the items that are nearer, so their order need not be known. All of it is
as exact as distances from differences in float64: products only tell which items could
be in either order, and those are measured. `_filter` does so by a float32 product where
relevant items are few, or near; the rest takes a float64 product and sorts it.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np
from threadpoolctl import threadpool_limits

from tfmetric.metrics._filter import Filter
from tfmetric.metrics._points import first_copies

_WORKING_MEMORY = 2**28  # bytes, where the number of queries at a time is not given
_PRODUCT = 2**22  # float64 at a time: the C library keeps 32 MB for the next, and no more
_PER_ITEM, _PER_RELEVANT = 16, 96  # bytes for each query at work and item


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
        of_query = _PER_ITEM * len(collection.gallery)
        of_query += _PER_RELEVANT * int(collection.relevant.mean())
        block_size = max(1, _WORKING_MEMORY // (workers * of_query))
    search = _Search(collection)

    def work(rows):
        return score(rows, search.places(rows))

    # Each worker multiplies on its own processor: threads of NumPy's BLAS would wait there.
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(workers) as pool:
        if search.filter:
            search.filter.look_ahead(pool)
        return list(pool.map(work, collection.blocks(block_size)))


class _Search:
    """A collection and what is known of all of its blocks."""

    def __init__(self, collection):
        self.collection = collection
        self.first = first_copies(collection.gallery)
        self.filter = Filter(collection) if Filter.serves(collection) else None

    def places(self, rows):
        """Places of the relevant items of a slice of the queries."""
        query, item = self.collection.relevant_items(rows)
        counts = self.collection.relevant[rows]
        places = np.empty(len(item), np.int64)
        done = np.zeros(len(counts), bool)
        filtering = self.filter  # another block may find it of no use meanwhile
        if filtering:
            done, found = filtering.places(rows, query, item)
            places[done[query]] = found
            if done.mean() < 1 / 2:
                self.filter = None
        ends = np.cumsum(counts)
        for number, row, error in self._distances(rows, np.flatnonzero(~done)):
            of_query = slice(ends[number] - counts[number], ends[number])
            measure = self._measure(self.collection.queries[rows][number])
            places[of_query] = places_in(row, item[of_query], error, measure)
        return places

    @cached_property
    def _moved(self):
        """Centre of the gallery, the gallery around it, and its squared lengths."""
        centre = self.collection.gallery.mean(axis=0)
        moved = self.collection.gallery - centre
        return centre, moved, np.einsum("ij,ij->i", moved, moved)

    def _distances(self, rows, numbers):
        """Yields number, squared distances and their error of some of the queries.

        The distances are float64, of one product of points that are moved to around zero,
        where it errs least, and less the squared length of the query; that of the query
        to itself is infinite.
        """
        centre, gallery, norms = self._moved
        longest = np.sqrt(norms.max())
        step = max(1, _PRODUCT // len(gallery))
        for start in range(0, len(numbers), step):
            some = numbers[start : start + step]
            queries = self.collection.queries[rows][some] - centre
            squared = (-2 * queries) @ gallery.T
            squared += norms
            if self.collection.own is not None:
                squared[np.arange(len(some)), self.collection.own[rows][some]] = np.inf
            reach = (np.sqrt(np.einsum("ij,ij->i", queries, queries)) + longest) ** 2
            error = (2 * gallery.shape[1] + 8) * np.finfo(np.float64).eps * reach
            yield from zip(some, squared, error, strict=True)

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
    group = np.cumsum(ranked[:-1] + error < ranked[1:])  # of the next place
    open_places = np.flatnonzero(np.isin(group, group[places[close] - 1])) + 1
    members = np.argsort(row)[open_places - 1]
    order = np.lexsort((members, measure(members), group[open_places - 1]))
    is_relevant = np.zeros(len(row), bool)
    is_relevant[items] = True
    settled = open_places[is_relevant[members[order]]]
    return np.sort(np.append(places[~close], settled))

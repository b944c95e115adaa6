"""What the places of the relevant items say about a ranking, on the whole and by class."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from tfmetric._core._checks import check_count


@dataclass(frozen=True)
class RankScores:
    """What `rank_scores` finds; every score is a mean over `queries`, in 0..1.

    R is the number of items relevant to a query. Each `…_at` is a dict from k.

    Attributes:
        precision_at: share of relevant items among the k nearest.
        recall_at: share of queries with a hit among the k nearest.
        recall_fraction_at: share of the R relevant items found among the k nearest.
        ndcg_at: normalised discounted cumulative gain of the k nearest.
        precision_at_1: share of queries whose nearest item is of their class.
        r_precision: share of relevant items among the R nearest.
        map: mean average precision over the whole ranking.
        map_at_r: mean average precision at R.
        mrr: mean reciprocal place of the nearest relevant item.
        queries: queries scored.
        lone_queries: queries left out, for the gallery holds nothing of their class.
    """

    precision_at: dict
    recall_at: dict
    recall_fraction_at: dict
    ndcg_at: dict
    precision_at_1: float
    r_precision: float
    map: float
    map_at_r: float
    mrr: float
    queries: int
    lone_queries: int
    _single: "QueryScores | None" = field(default=None, repr=False, compare=False)

    @cached_property
    def per_class(self):
        """Dict from each label to the RankScores of its queries; empty in those.

        A class whose queries were all left out has no score and is not listed. A query
        of several classes counts in each of them; they are numbered by column.
        """
        return {} if self._single is None else self._single.per_class()

    @cached_property
    def macro(self):
        """RankScores in which each class of `per_class` weighs the same."""
        return self if self._single is None else self._single.macro()

    def cmc(self, k):
        """Cumulative match characteristic: recall at 1, 2, …, k.

        Args:
            k: how many places.

        Returns:
            (k,) float64 that never falls.

        Raises:
            ValueError: `k` is below 1, or these are the scores of one class or `macro`.
        """
        check_count(k, "k")
        if self._single is None:
            raise ValueError(
                "Expected the scores of all queries. Received: those of classes"
            )
        first = np.rint(1 / self._single.columns["mrr", None]).astype(np.int64)
        counts = np.bincount(np.minimum(first, k + 1), minlength=k + 2)
        return np.cumsum(counts)[1 : k + 1] / self.queries


@dataclass(frozen=True)
class QueryScores:
    """Scores of single queries, and which query is of which class.

    Attributes:
        columns: dict from the name of a score and its k, or None, to (queries,) values.
        labels: the label of each class.
        members: the number of a query and of its class, each (memberships,).
        lone: (classes,) queries of each class that were left out.
        lone_queries: queries that were left out in all.
    """

    columns: dict
    labels: list
    members: tuple
    lone: np.ndarray
    lone_queries: int

    def micro(self):
        """RankScores of all queries alike."""
        values = [float(column.mean()) for column in self.columns.values()]
        return self._scores(values, self._count(), self.lone_queries, self)

    def macro(self):
        """RankScores of all classes alike."""
        _, means = self._class_means()
        return self._scores(means.mean(axis=1).tolist(), self._count(), self.lone_queries)

    def per_class(self):
        """Dict from a label to the RankScores of the class."""
        counts, means = self._class_means()
        scored = np.flatnonzero(counts).tolist()
        rows = zip(scored, means.T.tolist(), strict=True)
        return {
            self.labels[number]: self._scores(
                values, int(counts[number]), int(self.lone[number])
            )
            for number, values in rows
        }

    def _count(self):
        return len(self.columns["mrr", None])

    def _class_means(self):
        """(classes,) queries of each class, and (columns, classes with any) means."""
        query, number = self.members
        counts = np.bincount(number, minlength=len(self.labels))
        totals = [
            np.bincount(number, column[query], len(counts))
            for column in self.columns.values()
        ]
        return counts, np.array(totals)[:, counts > 0] / counts[counts > 0]

    def _scores(self, values, queries, lone, single=None):
        named = {}
        for (name, k), value in zip(self.columns, values, strict=True):
            if k is None:
                named[name] = value
            else:
                named.setdefault(name, {})[k] = value
        return RankScores(**named, queries=queries, lone_queries=lone, _single=single)


def score_queries(places, relevant, candidates, depths):
    """Every score of every query, from the places of its relevant items.

    Args:
        places: of the relevant items, from 1, rising within each query; the queries one
            after the other.
        relevant: (queries,) how many places each query has.
        candidates: how many items were ranked.
        depths: the k of the scores at k.

    Returns:
        dict from the name of a score and its k, or None, to (queries,) float64.
    """
    starts = np.cumsum(relevant) - relevant
    found = np.arange(1, len(places) + 1) - np.repeat(starts, relevant)
    precision = found / places
    discount = 1 / np.log2(places + 1)
    among_r = places <= np.repeat(relevant, relevant)

    def total(values):
        return np.add.reduceat(values, starts, dtype=np.float64)

    columns = {
        ("precision_at_1", None): np.float64(places[starts] == 1),
        ("r_precision", None): total(among_r) / relevant,
        ("map", None): total(precision) / relevant,
        ("map_at_r", None): total(precision * among_r) / relevant,
        ("mrr", None): 1 / places[starts],
    }
    for k in depths:
        among_k = places <= k
        hits = total(among_k)
        best = np.cumsum(1 / np.log2(np.arange(2, k + 2)))[np.minimum(relevant, k) - 1]
        columns["precision_at", k] = hits / min(k, candidates)
        columns["recall_at", k] = np.float64(hits > 0)
        columns["recall_fraction_at", k] = hits / relevant
        columns["ndcg_at", k] = total(discount * among_k) / best
    return columns

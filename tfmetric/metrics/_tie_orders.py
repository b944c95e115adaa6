"""Average precision over all orders that ties can take, without listing them."""

import numpy as np
from scipy.special import gammaln

from tfmetric._core._checks import check_choice, check_count


class TieOrders:
    """The orders of a Hamming ranking, of which the first `at` places count.

    Args:
        groups: `TieGroups`. A group of `size` items has `hits` relevant ones, after
            `size_before` items of which `hits_before` are relevant; `counted` of its
            places count.
        at: places that count, None for all.
    """

    def __init__(self, groups, at=None):
        self._places = groups.items if at is None else check_count(at, "at")
        self._size, self._hits = groups.size, groups.hits
        self._size_before = np.cumsum(groups.size, axis=1) - groups.size
        self._hits_before = np.cumsum(groups.hits, axis=1) - groups.hits
        self._counted = np.clip(self._places - self._size_before, 0, groups.size)
        self._relevant = groups.relevant
        self._harmonic = np.append(0, np.cumsum(1 / np.arange(1, groups.items + 1)))

    def mean(self, denominator):
        """Mean average precision over all orders, as `code_map` defines it."""
        if _is_fixed(denominator):
            return self._over_queries(self._mean_shares(), denominator)
        ratios = self._ratios_to_retrieved()
        return float(np.mean([chances @ mean for chances, mean, _, _ in ratios]))

    def bounds(self, denominator):
        """Mean average precision of the best order, and of the worst."""
        if _is_fixed(denominator):
            best = self._over_queries(self._best_shares(), denominator)
            return best, self._over_queries(self._worst_shares(), denominator)
        ratios = self._ratios_to_retrieved()
        extremes = [(best.max(), worst.min()) for _, _, best, worst in ratios]
        best, worst = np.mean(extremes, axis=0).tolist()
        return best, worst

    def _over_queries(self, shares, denominator):
        divisor = self._relevant
        if denominator == "reachable":
            divisor = np.minimum(divisor, self._places)
        return float(np.mean(shares.sum(axis=1) / divisor))

    def _mean_shares(self):
        """What each group adds to the sum of precisions, over all orders."""
        return self._mean_share(
            self._size, self._hits, self._size_before, self._hits_before, self._counted
        )

    def _best_shares(self):
        """The same with relevant items first."""
        hits = np.minimum(self._hits, self._counted)
        return self._run_of_hits(self._size_before, self._hits_before, hits)

    def _worst_shares(self):
        """The same with relevant items last."""
        misses = np.minimum(self._size - self._hits, self._counted)
        before = self._size_before + misses
        return self._run_of_hits(before, self._hits_before, self._counted - misses)

    def _ratios_to_retrieved(self):
        """Yields for each query four arrays, by the hits in the group that `at` cuts:
        the chance of so many, and the mean, best and worst average precision then."""
        cut = (self._counted > 0) & (self._counted < self._size)
        whole = [
            np.sum(shares, axis=1, where=~cut)
            for shares in (self._mean_shares(), self._best_shares(), self._worst_shares())
        ]
        found = np.sum(self._hits, axis=1, where=self._counted == self._size)
        for row, column in enumerate(np.where(cut.any(axis=1), cut.argmax(axis=1), -1)):
            sums = [shares[row] for shares in whole]
            if column < 0:
                ratio = [np.array([each / max(found[row], 1)]) for each in sums]
                yield np.ones(1), *ratio
            else:
                yield self._ratios_of_cut(row, column, *sums)

    def _ratios_of_cut(self, row, column, mean, best, worst):
        # Given how many, hits lie in any order among the places that count, as in a
        # group of that size with that many.
        cell = row, column
        places, before, found = (
            int(each[cell])
            for each in (self._counted, self._size_before, self._hits_before)
        )
        hits, chances = _hypergeometric(self._size[cell], self._hits[cell], places)
        mean = mean + self._mean_share(places, hits, before, found, places)
        best = best + self._run_of_hits(before, found, hits)
        worst = worst + self._run_of_hits(before + places - hits, found, hits)
        retrieved = np.maximum(found + hits, 1)
        return chances, mean / retrieved, best / retrieved, worst / retrieved

    def _mean_share(self, size, hits, size_before, hits_before, counted):
        """The formula of `code_map`, over the first `counted` places of the group."""
        reciprocals = self._reciprocals(size_before, counted)
        weighted = counted - (size_before + 1) * reciprocals
        pairs = (hits - 1) / np.maximum(size - 1, 1)
        chance = hits / np.maximum(size, 1)
        return chance * ((hits_before + 1) * reciprocals + pairs * weighted)

    def _run_of_hits(self, before, hits_before, length):
        """sum over i = 1..length of (hits_before + i) / (before + i)."""
        return length - (before - hits_before) * self._reciprocals(before, length)

    def _reciprocals(self, before, length):
        """sum over i = 1..length of 1 / (before + i)."""
        return self._harmonic[before + length] - self._harmonic[before]


def _is_fixed(denominator):
    """Whether the order of ties leaves the denominator alone."""
    choices = ("reachable", "relevant", "retrieved")
    return check_choice(denominator, choices, "denominator") != "retrieved"


def _hypergeometric(size, hits, places):
    """Possible numbers of hits among `places` of a shuffled group, and their chances."""
    found = np.arange(max(0, places - (size - hits)), min(hits, places) + 1)
    logarithms = _log_choices(hits, found) + _log_choices(size - hits, places - found)
    chances = np.exp(logarithms - logarithms.max())
    return found, chances / chances.sum()


def _log_choices(items, chosen):
    """Logarithm of the ways to choose so many of the items."""
    return gammaln(items + 1) - gammaln(chosen + 1) - gammaln(items - chosen + 1)

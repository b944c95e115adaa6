"""Average precision of a Hamming ranking, over all orders of its ties."""

from tfmetric.metrics._tie_groups import tie_groups
from tfmetric.metrics._tie_orders import TieOrders


def code_map(
    codes,
    labels,
    *,
    gallery_codes=None,
    gallery_labels=None,
    at=None,
    denominator="reachable",
):
    """Mean average precision of a Hamming ranking, averaged over the order of ties.

    The standard score of deep hashing. Hamming distances tie by the thousand, and a
    score that breaks ties by storage order moves by points when the gallery is
    shuffled; this one is the exact mean over all orders of equal distances. In a group
    of n items of which r are relevant, after N items of which M are relevant,

        sum over i = 1..n of (r/n) (M + 1 + (i-1) (r-1)/(n-1)) / (N + i)

    is the group's share of the average precision, before division by `denominator`.
    Papers divide by three different numbers, which agree only where all places count:

        "reachable"  min(at, relevant items): 1 is reached by a perfect ranking
        "relevant"   relevant items in all: the definition, 1 only if `at` leaves room
        "retrieved"  relevant items among the first `at`: the habit of most hashing
                     code, and the highest; one hit in first place is enough for 1

    Where the last group of ties is cut by `at`, the number retrieved is itself a matter
    of order. The mean is then taken over the ratios, each number of hits weighed by its
    hypergeometric chance; it is no ratio of means.

    A query with nothing relevant among its first `at` scores 0 and counts. A query with
    nothing relevant in the whole gallery has no average precision and is left out.
    Without a gallery each query is ranked against all other items, itself taken out by
    index.

    Args:
        codes: (queries, bytes) packed uint8.
        labels: (queries,) integers of any size, or strings; or (queries, classes) of
            0 and 1, where an item is relevant if it shares a class.
        gallery_codes: (items, bytes) packed uint8, or None to rank the queries.
        gallery_labels: labels of the gallery, in the same form.
        at: only the first `at` places count; None counts all.
        denominator: "reachable", "relevant" or "retrieved".

    Returns:
        float in 0..1.

    Raises:
        ValueError: bad input, or no query has a relevant item.

    Cost: O(queries * items * bytes / 8) time: a processor ranks 1,000,000 items for
    1,000 queries of 64 bits in 1.9 s, of 256 bits in 3.3 s. Memory beside the input:
    some 30 bytes an item for the labels, 16 bytes a query and bit.

    Reference: F. McSherry and M. Najork, "Computing Information Retrieval Performance
    Measures Efficiently in the Presence of Tied Scores", ECIR 2008; K. He et al.,
    "Hashing as Tie-Aware Learning to Rank", CVPR 2018,
    https://arxiv.org/abs/1705.08562. Neither treats "retrieved".

    Example: both items are 1 bit away, one of them relevant: first place gives 1,
    second place 1/2. If one place counts, the relevant item holds it half the time.

        >>> import numpy as np
        >>> query, gallery = np.uint8([[0b00]]), np.uint8([[0b01], [0b10]])
        >>> code_map(query, [1], gallery_codes=gallery, gallery_labels=[1, 2])
        0.75
        >>> code_map(query, [1], gallery_codes=gallery, gallery_labels=[1, 2], at=1)
        0.5
    """
    groups = tie_groups(codes, labels, gallery_codes, gallery_labels)
    return TieOrders(groups, at).mean(denominator)


def code_map_bounds(
    codes,
    labels,
    *,
    gallery_codes=None,
    gallery_labels=None,
    at=None,
    denominator="reachable",
):
    """Mean average precision if every tie fell well, and if every tie fell badly.

    The gap is what a score that ignores ties could be off by; it narrows with more
    bits. Arguments, errors and cost are those of `code_map`, which lies between.

    Returns:
        (optimistic, pessimistic) floats in 0..1: the highest and the lowest score of
        any order of equal distances. They have the relevant items of a group first, and
        last; with "retrieved", which a late hit can lower, as many of them inside the
        first `at` as serves best, and worst.

    Example: the relevant one of two tied items comes first or second.

        >>> import numpy as np
        >>> query, gallery = np.uint8([[0b00]]), np.uint8([[0b01], [0b10]])
        >>> code_map_bounds(query, [1], gallery_codes=gallery, gallery_labels=[1, 2])
        (1.0, 0.5)
    """
    groups = tie_groups(codes, labels, gallery_codes, gallery_labels)
    return TieOrders(groups, at).bounds(denominator)

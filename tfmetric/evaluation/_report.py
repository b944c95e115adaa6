"""One account of an embedding and its code, to print, store or paste."""

from dataclasses import dataclass

import numpy as np

from tfmetric._core._checks import check_count
from tfmetric.evaluation._embed import embed_with
from tfmetric.evaluation._scores import Scores
from tfmetric.metrics import rank_scores, roc_auc
from tfmetric.metrics._tie_groups import tie_groups
from tfmetric.metrics._tie_orders import TieOrders


@dataclass(frozen=True, repr=False)
class Report(Scores):
    """What `evaluate_embeddings` finds; all scores lie in 0..1, more is better.

    Attributes:
        precision_at_1: share of queries whose nearest item is of their class.
        recall_at: dict from k to the share of queries with a hit among the k nearest.
        map_at_r: mean average precision at R, R the items of the query's class.
        roc_auc: chance that a pair of one class is nearer than a pair of two.
        queries: queries scored.
        lone_queries: queries left out, for nothing else is of their class.
        code_map: mean average precision of the Hamming ranking, over all orders of
            ties; this and the rest are None without codes.
        code_map_optimistic, code_map_pessimistic: the same if every tie fell well, and
            if every tie fell badly.
        bits: length of the code.
    """

    precision_at_1: float
    recall_at: dict
    map_at_r: float
    roc_auc: float
    queries: int
    lone_queries: int
    code_map: float | None = None
    code_map_optimistic: float | None = None
    code_map_pessimistic: float | None = None
    bits: int | None = None

    _titles = {
        "precision_at_1": "precision@1",
        "recall_at": "recall@",
        "map_at_r": "MAP@R",
        "roc_auc": "ROC AUC",
        "queries": "queries",
        "lone_queries": "queries without a match to find",
        "code_map": "code MAP",
        "code_map_optimistic": "code MAP, ties falling well",
        "code_map_pessimistic": "code MAP, ties falling badly",
        "bits": "bits",
    }


def evaluate_embeddings(
    embeddings,
    labels,
    *,
    model=None,
    codes=None,
    bits=None,
    gallery=None,
    gallery_labels=None,
    gallery_codes=None,
    k=(1, 5, 10),
    distance="euclidean",
    seed=0,
    batch_size=32,
    block_size=256,
):
    """Measures how well embeddings, and binary codes if given, bring classes together.

    The scores are those of `tfmetric.metrics`: `rank_scores`, `roc_auc`, `code_map` and
    `code_map_bounds`. Without a gallery each query is ranked against all others. With
    one, the ROC area takes its pairs from queries and gallery together.

    Args:
        embeddings: (queries, dim) finite numbers; or inputs of `model`, if given.
        labels: (queries,) integers or strings.
        model: None; or what turns the inputs into embeddings, and codes if it has some: a
            network of `tfmetric.models`, another object with `embed`, or a Keras model
            with one output. `gallery` holds inputs as well then.
        codes: (queries, bytes) packed uint8, or None.
        bits: length of the codes; None takes all bits of their bytes.
        gallery: (items, dim) items to rank, or None.
        gallery_labels: (items,) labels of the gallery.
        gallery_codes: (items, bytes) packed codes of the gallery.
        k: how many neighbours recall looks at, one number or several.
        distance: "euclidean" or "cosine".
        seed: of the draw of pairs for the ROC area, where there are more than 100,000.
        batch_size: inputs that pass through the model at a time.
        block_size: queries ranked at a time; bounds memory, changes no score.

    Returns:
        Report.

    Raises:
        ValueError: bad input, no query with a relevant item, only one class, or codes
            of queries without those of the gallery.

    Cost: O(queries * items * dim) time.

    Example: 0 and 1 are nearest to each other, as are 5 and 7; the codes of the last two
    are equal, those of the first two differ in one bit of eight.

        >>> report = evaluate_embeddings([[0.0], [1.0], [5.0], [7.0]], [3, 3, 4, 4], k=1,
        ...     codes=np.uint8([[0b00], [0b01], [0b11], [0b11]]))
        >>> report.precision_at_1, report.roc_auc, report.bits
        (1.0, 1.0, 8)
        >>> print(report.to_markdown().splitlines()[2])
        | precision@1 | 1.0000 |
    """
    if model is not None:
        if codes is not None or gallery_codes is not None or bits is not None:
            raise ValueError("Expected codes and bits from the model, or no model.")
        embeddings, codes, bits = embed_with(model, embeddings, batch_size)
        if gallery is not None:
            gallery, gallery_codes, _ = embed_with(model, gallery, batch_size)
    ranks = rank_scores(
        embeddings,
        labels,
        k=k,
        gallery=gallery,
        gallery_labels=gallery_labels,
        distance=distance,
        block_size=block_size,
    )
    points, classes = _joined(embeddings, labels, gallery, gallery_labels)
    return Report(
        precision_at_1=ranks.precision_at_1,
        recall_at=ranks.recall_at,
        map_at_r=ranks.map_at_r,
        roc_auc=roc_auc(points, classes, distance=distance, seed=seed),
        queries=ranks.queries,
        lone_queries=ranks.lone_queries,
        **_code_scores(codes, labels, bits, gallery_codes, gallery_labels),
    )


def _joined(embeddings, labels, gallery, gallery_labels):
    """Queries and gallery as one set; labels as objects, for no type holds them all."""
    if gallery is None:
        return embeddings, labels
    classes = [np.asarray(part, object).ravel() for part in (labels, gallery_labels)]
    return np.concatenate([embeddings, gallery]), np.concatenate(classes)


def _code_scores(codes, labels, bits, gallery_codes, gallery_labels):
    if codes is None:
        if bits is not None or gallery_codes is not None:
            raise ValueError("Expected codes beside bits or gallery_codes. Received: None")
        return {}
    if (gallery_codes is None) != (gallery_labels is None):
        raise ValueError(
            "Expected codes of queries and gallery alike: gallery_codes goes with gallery."
        )
    orders = TieOrders(tie_groups(codes, labels, gallery_codes, gallery_labels))
    optimistic, pessimistic = orders.bounds("relevant")
    return {
        "code_map": orders.mean("relevant"),
        "code_map_optimistic": optimistic,
        "code_map_pessimistic": pessimistic,
        "bits": _checked_bits(bits, np.shape(codes)[1]),
    }


def _checked_bits(bits, width):
    if bits is None:
        return 8 * width
    if (check_count(bits, "bits") + 7) // 8 != width:
        raise ValueError(
            f"Expected bits that fill codes of {width} bytes. Received: bits={bits}"
        )
    return int(bits)

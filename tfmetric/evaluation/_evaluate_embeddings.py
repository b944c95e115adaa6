"""Measures an embedding and its code by all that a report tells of them."""

import numpy as np

from tfmetric._core._checks import check_count
from tfmetric.evaluation._embed import embed_with
from tfmetric.evaluation._report import Report
from tfmetric.metrics import (
    cluster_scores,
    pair_distances,
    rank_scores,
    verification_scores,
)
from tfmetric.metrics._tie_groups import tie_groups
from tfmetric.metrics._tie_orders import TieOrders

_OF_A_CLASS = ("queries", "precision_at_1", "r_precision", "mrr", "map", "map_at_r")
_AT_THRESHOLD = ("accuracy", "precision", "recall", "f1", "far")


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
    far=(0.01, 0.001),
    clusters=False,
    threshold=None,
    distance="euclidean",
    seed=0,
    batch_size=32,
    block_size=None,
):
    """Measures how well embeddings, and binary codes if given, bring classes together.

    The scores are those of `tfmetric.metrics`: `rank_scores`, `verification_scores` of
    `pair_distances`, `cluster_scores`, `code_map` and `code_map_bounds`. Without a gallery
    each query is ranked against all others. With one, pairs and clusters are of queries
    and gallery together.

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
        k: how many neighbours to look at, one number or several.
        far: shares of pairs of two classes to accept, one number or several.
        clusters: score a clustering by k-means, too; it takes its time.
        threshold: None; or a `MatchThreshold`, chosen on other pairs, to score on these.
            Its accuracy and precision depend on how many pairs of each kind there are:
            of more than 100,000, half and half are drawn.
        distance: "euclidean" or "cosine".
        seed: of the draw of pairs where there are more than 100,000, and of k-means.
        batch_size: inputs that pass through the model at a time.
        block_size: queries ranked at a time, None for as many as work in 256 MB; bounds
            memory, changes no score.

    Returns:
        Report.

    Raises:
        ValueError: bad input, no query with a relevant item, only one class, or codes
            of queries without those of the gallery.

    Cost: O(queries * items * dim) time: that of `rank_scores`, and little more for up to
    100,000 pairs. Clusters take several times that where classes are many.

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
    pairs = pair_distances(points, classes, distance=distance, seed=seed)
    return Report(
        **_rank_scores(ranks),
        **_pair_scores(verification_scores(*pairs, far=far)),
        **({} if threshold is None else _at(threshold, points, classes, seed)),
        **(_cluster_scores(points, classes, distance, seed) if clusters else {}),
        **_code_scores(codes, labels, bits, gallery_codes, gallery_labels),
    )


def _rank_scores(ranks):
    return {
        **{name: getattr(ranks, name) for name in _OF_A_CLASS},
        "recall_at": ranks.recall_at,
        "recall_fraction_at": ranks.recall_fraction_at,
        "precision_at": _beyond_one(ranks.precision_at),
        "ndcg_at": _beyond_one(ranks.ndcg_at),
        "lone_queries": ranks.lone_queries,
        "macro_map_at_r": ranks.macro.map_at_r,
        "per_class": {
            label: {name: getattr(scores, name) for name in _OF_A_CLASS}
            for label, scores in ranks.per_class.items()
        },
    }


def _beyond_one(at):
    """Scores at k, but for k = 1, at which they are all `precision_at_1`; or None."""
    return {k: score for k, score in at.items() if k > 1} or None


def _pair_scores(scores):
    return {
        "roc_auc": scores.auc,
        "pair_average_precision": scores.average_precision,
        "eer": scores.eer,
        "tar_at_far": scores.tar_at_far,
    }


def _at(threshold, points, classes, seed):
    pairs = pair_distances(points, classes, distance=threshold.distance, seed=seed)
    scores = threshold.scores(*pairs)
    return {"at_threshold": {name: getattr(scores, name) for name in _AT_THRESHOLD}}


def _cluster_scores(points, classes, distance, seed):
    scores = cluster_scores(points, classes, distance=distance, seed=seed)
    return {"nmi": scores.nmi, "ami": scores.ami, "cluster_f1": scores.f1}


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

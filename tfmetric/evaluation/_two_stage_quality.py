"""What classes look like before and after the second stage of a search."""

from dataclasses import dataclass

import numpy as np

from tfmetric._core._checks import as_codes, as_vectors, check_count
from tfmetric.evaluation._scores import Scores
from tfmetric.evaluation._two_stage import without_itself
from tfmetric.metrics._inputs import as_collection
from tfmetric.retrieval import FloatIndex, HammingIndex, TwoStageIndex


@dataclass(frozen=True, repr=False)
class TwoStageQuality(Scores):
    """What `two_stage_quality` finds; all scores lie in 0..1, more is better.

    Attributes:
        code_map_at_r: mean average precision at R of the codes alone.
        two_stage_map_at_r: the same after the vectors have ranked the candidates.
        float_map_at_r: the same of looking at every vector: what two stages aim at.
        code_precision_at_1, two_stage_precision_at_1, float_precision_at_1: share of
            queries whose nearest item is of their class.
        candidate_recall: mean share of the R nearest vectors among the candidates.
        candidates: codes whose vectors were ranked, per query.
        queries: queries scored.
    """

    code_map_at_r: float
    two_stage_map_at_r: float
    float_map_at_r: float
    code_precision_at_1: float
    two_stage_precision_at_1: float
    float_precision_at_1: float
    candidate_recall: float
    candidates: int
    queries: int

    _titles = {
        "code_map_at_r": "MAP@R, codes alone",
        "two_stage_map_at_r": "MAP@R, two stages",
        "float_map_at_r": "MAP@R, all vectors",
        "code_precision_at_1": "precision@1, codes alone",
        "two_stage_precision_at_1": "precision@1, two stages",
        "float_precision_at_1": "precision@1, all vectors",
        "candidate_recall": "nearest vectors among the candidates",
        "candidates": "candidates",
        "queries": "queries",
    }

    @property
    def retention(self):
        """MAP@R of two stages as a share of that of all vectors; 1 where that is 0.

        Above 1 the codes have kept out vectors that were near but of another class.
        """
        if self.float_map_at_r == 0:
            return 1.0
        return self.two_stage_map_at_r / self.float_map_at_r


def two_stage_quality(
    embeddings,
    codes,
    labels,
    *,
    gallery=None,
    gallery_codes=None,
    gallery_labels=None,
    candidates=None,
    distance="euclidean",
    seed=0,
):
    """Measures what the code costs in classes found, stage by stage.

    `compare_two_stage` asks whether the same neighbours are found; this asks whether
    they are of the right class, which is often the case of others too. Compare codes of
    several lengths by it, or numbers of candidates. Without a gallery each query is
    searched for among all others.

        MAP@R = mean over queries of (1/R) sum over i = 1..R of P@i * relevant(i),
        R the relevant items; places beyond the candidates hold none

    Args:
        embeddings: (queries, dim) finite numbers.
        codes: (queries, bytes) packed uint8.
        labels: (queries,) integers or strings.
        gallery: (items, dim) items to search, or None.
        gallery_codes: (items, bytes) packed codes of the gallery.
        gallery_labels: (items,) labels of the gallery.
        candidates: nearest codes to rank; None for the R of the query with most, the
            fewest that can be enough.
        distance: "euclidean", "squared_euclidean" or "cosine".
        seed: of the order of the items, by which equal Hamming distances rank.

    Returns:
        TwoStageQuality.

    Raises:
        ValueError: bad input, no query with a relevant item, or a gallery by halves.

    Cost: O(queries * items * dim) time.

    Example: the code of 3 is that of 0, that of 1 is far from both. Among two candidates,
    the 3 and the 9, the vector still puts the 3 before the 9; the 1 is lost.

        >>> quality = two_stage_quality([[0.0]], np.uint8([[0b000]]), [7], candidates=2,
        ...     gallery=[[1.0], [3.0], [9.0]], gallery_labels=[7, 7, 8],
        ...     gallery_codes=np.uint8([[0b111], [0b001], [0b000]]))
        >>> quality.code_map_at_r, quality.two_stage_map_at_r, quality.float_map_at_r
        (0.25, 0.5, 1.0)
        >>> quality.candidate_recall, quality.retention
        (0.5, 0.5)
    """
    vectors, codes = _pair(embeddings, codes, "embeddings")
    alone = gallery is None and gallery_codes is None
    items, item_codes = (
        (vectors, codes) if alone else _pair(gallery, gallery_codes, "gallery")
    )
    collection = as_collection(
        _places(vectors), labels, None if alone else _places(items), gallery_labels
    )
    if candidates is None:
        candidates = int(collection.relevant.max())
    candidates = min(check_count(candidates, "candidates"), collection.candidates)
    asked = collection.queries[:, 0]
    queries = codes[asked], vectors[asked]
    order = np.random.default_rng(seed).permutation(len(items))
    shuffled = item_codes[order], items[order]
    found = _search(queries, shuffled, order, collection, candidates, distance)
    scores = {}
    for name, matches in found.items():
        rows = np.arange(len(matches))[:, None]
        hits = collection.are_related(rows, matches.ids) & (matches.ids >= 0)
        scores[f"{name}_precision_at_1"] = float(hits[:, 0].mean())
        average = _average_precision_at_r(hits, collection.relevant)
        scores[f"{name}_map_at_r"] = float(average.mean())
    return TwoStageQuality(
        **scores,
        candidate_recall=_candidate_recall(found, collection.relevant),
        candidates=candidates,
        queries=len(asked),
    )


def _pair(vectors, codes, name):
    vectors, codes = as_vectors(vectors, name), as_codes(codes, f"codes of {name}")
    if len(codes) != len(vectors):
        raise ValueError(
            f"Expected {name} and a code for each. "
            f"Received: {len(vectors)} and {len(codes)} codes"
        )
    return vectors, codes


def _places(rows):
    return np.arange(len(rows))[:, None]


def _search(queries, items, ids, collection, candidates, distance):
    """Matches of each kind of search, as many places as the largest class needs."""
    (codes, vectors), (item_codes, item_vectors) = queries, items
    itself = int(collection.own is not None)  # found too, and then left out
    depth, reach = int(collection.relevant.max()) + itself, candidates + itself
    by_code = HammingIndex(item_codes, ids=ids)
    by_both = TwoStageIndex(item_codes, item_vectors, ids=ids, distance=distance)
    by_vector = FloatIndex(item_vectors, ids=ids, distance=distance)
    found = {
        "code": by_code.search(codes, depth),
        "two_stage": by_both.search(codes, vectors, min(depth, reach), reach),
        "float": by_vector.search(vectors, depth),
    }
    if not itself:
        return found
    return {name: without_itself(each, collection.own) for name, each in found.items()}


def _candidate_recall(found, relevant):
    """Share of the nearest vectors, as many as are relevant, that two stages found."""
    pairs = zip(found["float"].ids, found["two_stage"].ids, relevant, strict=True)
    return float(np.mean([np.isin(near[:r], kept).mean() for near, kept, r in pairs]))


def _average_precision_at_r(hits, relevant):
    """(1/R) sum over i <= R of P@i * relevant(i), for each row of `hits`."""
    rank = np.arange(1, hits.shape[1] + 1)
    precision = np.cumsum(hits, axis=1) / rank
    counted = hits & (rank <= relevant[:, None])
    return np.sum(precision, axis=1, where=counted) / relevant

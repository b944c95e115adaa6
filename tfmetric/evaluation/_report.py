"""One account of an embedding and its code, to print, store or paste."""

from dataclasses import dataclass

from tfmetric.evaluation._scores import Scores


@dataclass(frozen=True, repr=False)
class Report(Scores):
    """What `evaluate_embeddings` finds; all scores lie in 0..1.

    More is better, but for `eer`. What was not asked for is None.

    Attributes:
        precision_at_1: share of queries whose nearest item is of their class.
        recall_at: dict from k to the share of queries with a hit among the k nearest.
        map_at_r: mean average precision at R, R the items of the query's class.
        roc_auc: chance that a pair of one class is nearer than a pair of two.
        queries: queries scored.
        lone_queries: queries left out, for nothing else is of their class.
        code_map: mean average precision of the Hamming ranking, over all orders of
            ties; with the next three None without codes.
        code_map_optimistic, code_map_pessimistic: the same if every tie fell well, and
            if every tie fell badly.
        bits: length of the code.
        precision_at: dict from k above 1 to the mean share of hits among the k nearest.
        recall_fraction_at: dict from k to the mean share of the items of the query's class
            that are among the k nearest.
        ndcg_at: dict from k above 1 to the normalised discounted cumulative gain.
        r_precision: mean share of hits among the R nearest.
        map: mean average precision of the whole ranking.
        mrr: mean of 1 / rank of the first hit.
        macro_map_at_r: `map_at_r` where each class counts alike, not each query.
        pair_average_precision: of ranking pairs by distance, those of one class to find.
        eer: equal error rate: share of pairs decided wrongly by the threshold that errs
            alike on pairs of one class and of two.
        tar_at_far: dict from a share of pairs of two classes to accept, to the share of
            pairs of one class that a threshold then accepts.
        at_threshold: dict of "accuracy", "precision", "recall", "f1" and "far" of deciding
            pairs by a threshold that was chosen on others.
        nmi, ami: normalised and adjusted mutual information of k-means clusters with the
            classes.
        cluster_f1: of pairs in one cluster, pairs of one class to find.
        per_class: dict from label to a dict of scores of the queries of that class.
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
    precision_at: dict | None = None
    recall_fraction_at: dict | None = None
    ndcg_at: dict | None = None
    r_precision: float | None = None
    map: float | None = None
    mrr: float | None = None
    macro_map_at_r: float | None = None
    pair_average_precision: float | None = None
    eer: float | None = None
    tar_at_far: dict | None = None
    at_threshold: dict | None = None
    nmi: float | None = None
    ami: float | None = None
    cluster_f1: float | None = None
    per_class: dict | None = None

    _titles = {
        "precision_at_1": "precision@1",
        "precision_at": "precision@",
        "recall_at": "recall@",
        "recall_fraction_at": "share found@",
        "r_precision": "R-precision",
        "mrr": "MRR",
        "map": "MAP",
        "map_at_r": "MAP@R",
        "macro_map_at_r": "MAP@R, mean over classes",
        "ndcg_at": "nDCG@",
        "roc_auc": "ROC AUC",
        "pair_average_precision": "average precision of pairs",
        "eer": "equal error rate",
        "tar_at_far": "TAR at FAR ",
        "at_threshold": "match threshold: ",
        "nmi": "NMI of clusters",
        "ami": "AMI of clusters",
        "cluster_f1": "F1 of clusters",
        "code_map": "code MAP",
        "code_map_optimistic": "code MAP, ties falling well",
        "code_map_pessimistic": "code MAP, ties falling badly",
        "bits": "bits",
        "queries": "queries",
        "lone_queries": "queries without a match to find",
    }
    _meanings = {
        "precision_at_1": "queries whose nearest item is of their class",
        "precision_at": "share of the nearest that is of the query's class",
        "recall_at": "queries with one of their class among the nearest",
        "recall_fraction_at": "share of all there is to find that is among the nearest",
        "r_precision": "share of the R nearest, R all there is to find",
        "mrr": "mean of 1 / rank of the first of the class",
        "map": "average precision over the whole ranking",
        "map_at_r": "average precision over the R nearest",
        "ndcg_at": "the nearer the hit, the more it counts",
        "roc_auc": "chance that a pair of one class is nearer than a pair of two",
        "eer": "pairs decided wrongly where both errors are alike; less is better",
        "tar_at_far": "pairs of one class accepted where so many of two classes may be",
        "at_threshold": "of pairs decided by the threshold that the model came with",
        "code_map": "average precision of the ranking by Hamming distance",
        "lone_queries": "not scored",
    }

    def to_dict(self):
        """Returns the known scores as JSON has them: keys of dicts are text."""
        known = super().to_dict()
        if self.per_class is not None:
            known["per_class"] = {
                str(label): each for label, each in self.per_class.items()
            }
        return known

"""Two models at work on one search: one hashes, the other measures."""

from tfmetric.retrieval._inputs import check_distance
from tfmetric.retrieval._two_stage import TwoStageIndex


class DualModelRetriever:
    """Encodes images with a hash model and a metric model, and searches in two stages.

    The images of the database pass through the models once, when they are indexed;
    each search then encodes its queries only.

    Args:
        hash_model: has `packed_codes(images)`, giving (images, bytes) packed uint8.
        metric_model: has `embed(images)` or `predict(images)`, or is a function of
            images, giving (images, dim) numbers. May be the same model.
        distance: "squared_euclidean", "euclidean" or "cosine".

    Raises:
        ValueError: `hash_model` has no `packed_codes`, or the distance is unknown.

    Example: brightness hashes to one bit and measures as itself.

        >>> import numpy as np
        >>> class Brightness:
        ...     def packed_codes(self, images):
        ...         return np.packbits(images > 0.5, axis=1)
        ...     def embed(self, images):
        ...         return images
        >>> retriever = DualModelRetriever(Brightness(), Brightness())
        >>> database = np.array([[0.125], [0.625], [1.0]])
        >>> retriever.index(database).search(np.array([[0.75]]), k=3, threshold=1)
        Matches(queries=1, k=3)
          0: 1 (0.125), 2 (0.25)
    """

    def __init__(self, hash_model, metric_model, *, distance="euclidean"):
        if not hasattr(hash_model, "packed_codes"):
            raise ValueError(
                "Expected hash_model to have packed_codes(images). "
                f"Received: {type(hash_model).__name__}"
            )
        self.hash_model = hash_model
        self.metric_model = metric_model
        self.distance = check_distance(distance)
        self._index = None

    def index(self, images, ids=None):
        """Encodes the database, in place of the one before; returns the retriever."""
        self._index = TwoStageIndex(*self._encode(images), ids=ids, distance=self.distance)
        return self

    def search(self, images, k=1, *, threshold=None, candidates=None):
        """Returns the `Matches` of the k nearest database images of each query image.

        Args:
            images: what the models take.
            k: places; those beyond the images that pass the filter stay unfilled.
            threshold: rank all images fewer than this many bits away.
            candidates: rank instead this many nearest codes; None, without a
                threshold, for `TwoStageIndex.default_candidates(k)`.

        Raises:
            ValueError: nothing is indexed yet, or bad input.
        """
        if self._index is None:
            raise ValueError("Expected a database: call index(images) before search.")
        codes, vectors = self._encode(images)
        return self._index.search(codes, vectors, k, candidates, threshold=threshold)

    def _encode(self, images):
        if self.hash_model is self.metric_model and hasattr(self.hash_model, "encode"):
            vectors, codes = self.hash_model.encode(images)
            return codes, vectors
        return self.hash_model.packed_codes(images), _embed(self.metric_model, images)


def dual_model_retrieval(
    query_images,
    database_images,
    hash_model,
    metric_model,
    *,
    k=1,
    threshold=None,
    candidates=None,
):
    """Finds the nearest database images: Hamming filter first, then metric distance.

    For one search. To search a database again, keep a `DualModelRetriever`, which does
    not encode it anew. Arguments, result and errors are those of its methods; the
    distance is Euclidean.

    Returns:
        Matches, with the positions in `database_images` as ids.

    Example: only the second image is as bright as the query to one bit.

        >>> import numpy as np
        >>> class Bright:
        ...     def packed_codes(self, images):
        ...         return np.packbits(images > 0.5, axis=1)
        >>> database, query = np.array([[0.5], [1.0]]), np.array([[0.75]])
        >>> dual_model_retrieval(query, database, Bright(), np.copy, threshold=1)
        Matches(queries=1, k=1)
          0: 1 (0.25)
    """
    retriever = DualModelRetriever(hash_model, metric_model).index(database_images)
    return retriever.search(query_images, k, threshold=threshold, candidates=candidates)


def _embed(model, images):
    for method in ("embed", "predict"):
        if hasattr(model, method):
            return getattr(model, method)(images)
    return model(images)

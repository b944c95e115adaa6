"""The pictures of a report: drawn, saved, and told how to read."""

_QUERIES = 8
_NEIGHBOURS = 8


class Pictures:
    """Draws pictures into a folder; `drawn` lists them for the page of the report.

    Args:
        folder: `Path` of an existing folder.
        images: `ImageSet`.
        embeddings: (items, dim) of these.
    """

    def __init__(self, folder, images, embeddings):
        self._folder, self._images, self._embeddings = folder, images, embeddings
        self.drawn = []

    def training(self, history):
        """The losses by epoch."""
        from tfmetric.evaluation import training_curves

        text = (
            "Each number that was logged, by epoch; validation is of images held out, "
            "unseen of classes held out."
        )
        self._save(training_curves(history), "training", "Training", text)

    def neighbours(self, candidates, title):
        """What lies nearest to some images, each searched among all others.

        Args:
            candidates: places of the images to choose queries from, one of each class.
            title: text above.
        """
        import numpy as np

        from tfmetric.evaluation import retrieval_grid
        from tfmetric.retrieval import FloatIndex, Matches

        images, embeddings = self._images, self._embeddings
        _, first = np.unique(images.labels[candidates], return_index=True)
        spread = np.linspace(0, len(first) - 1, min(len(first), _QUERIES)).astype(int)
        queries = np.asarray(candidates)[first[spread]]
        k = min(_NEIGHBOURS, len(images) - 1)
        found = FloatIndex(embeddings, distance="cosine").search(embeddings[queries], k + 1)
        others = np.argsort(found.ids == queries[:, None], axis=1, kind="stable")[:, :k]
        figure = retrieval_grid(
            images.images[queries],
            images.labels[queries],
            images.images,
            images.labels,
            Matches(
                np.take_along_axis(found.ids, others, axis=1),
                np.take_along_axis(found.distances, others, axis=1),
            ),
            class_names=images.class_names,
            columns=k,
        )
        text = "A query a row, then the nearest images with their cosine distances."
        self._save(figure, "neighbours", title, text)

    def worst(self):
        """Queries that found least."""
        from tfmetric.evaluation import worst_queries

        figure = worst_queries(
            self._images.images,
            self._images.labels,
            self._embeddings,
            class_names=self._images.class_names,
            distance="cosine",
        )
        text = (
            "The queries of lowest average precision: what is nearest to each, and which "
            "images of its class come later, with cosine distance and rank."
        )
        self._save(figure, "worst", "What goes wrong most", text)

    def map(self, new):
        """The embedding in the plane, some labels highlighted if there are any."""
        from tfmetric.evaluation import embedding_map

        figure = embedding_map(
            self._embeddings,
            self._images.labels,
            class_names=self._images.class_names,
            highlight=new or None,
        )
        text = "Near points are near in the embedding; far groups say little (t-SNE)."
        if new:
            text += " Highlighted: classes that the model was not trained on."
        self._save(figure, "map", "Map of the embedding", text)

    def pairs(self, named, threshold):
        """What a threshold on the cosine distance of two images can do.

        Args:
            named: dict from a name to distances of pairs and which are of one class.
            threshold: `MatchThreshold` of the model, or None.
        """
        from tfmetric.evaluation import (
            distance_histogram,
            precision_recall_curves,
            roc_curves,
        )

        first, (distances, same) = next(iter(named.items()))
        text = f"Cosine distances of pairs of images of one class and of two, {first}."
        at = None
        if threshold is not None:
            text += " The line is the match threshold of the model."
            at = threshold.threshold
        figure = distance_histogram(distances, same, threshold=at)
        self._save(figure, "distances", "Distances of pairs", text)
        text = "Pairs of one class accepted, against pairs of two classes accepted."
        self._save(roc_curves(named), "roc", "Same class or not: ROC", text)
        text = (
            "How many accepted pairs are of one class; it depends on how many there are "
            "to accept (dotted)."
        )
        title = "Same class or not: precision and recall"
        figure = precision_recall_curves(named)
        self._save(figure, "precision_recall", title, text)

    def bits(self, codes, bits):
        """Which bits are set in which class."""
        from tfmetric.evaluation import bit_heatmap

        figure = bit_heatmap(
            codes, self._images.labels, bits, class_names=self._images.class_names
        )
        text = (
            "Rows of saturated colours that differ are good; equal rows are classes that "
            "the code cannot tell apart."
        )
        self._save(figure, "bits", "Bits of the code by class", text)

    def _save(self, figure, name, title, text):
        from tfmetric.evaluation import Picture, save_figure

        path = save_figure(figure, self._folder / f"{name}.png")
        self.drawn.append(Picture(title, text, path))

"""Measures retrieval while a network trains."""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from tfmetric._core._checks import check_choice, check_count
from tfmetric.evaluation._embed import embed_with
from tfmetric.evaluation._evaluate_embeddings import evaluate_embeddings
from tfmetric.evaluation._projector import write_projector
from tfmetric.metrics import pair_distances

_SCALAR = tf.compat.v1.SummaryMetadata(
    plugin_data=tf.compat.v1.SummaryMetadata.PluginData(plugin_name="scalars"),
    data_class=1,  # a number a step; 2 and 3 are tensors and sequences of blobs
)

_RUN = "held_out"  # of `x`, for TensorBoard
_USUAL = ("precision_at_1", "map_at_r", "code_map")


class RetrievalCallback(keras.callbacks.Callback):
    """Scores held-out data by retrieval in `fit`, where a loss says little.

    The loss of another batch, of harder tuples, does not tell whether an embedding has
    become better; these scores do. They go into the logs of the epoch, so that the
    history, the progress bar, and callbacks that come later in the list see them:

        RetrievalCallback(images, labels, other_sets={"unknown": (strange, their_labels)}),
        keras.callbacks.ModelCheckpoint(
            "best.keras", monitor="val_unknown_map_at_r", mode="max", save_best_only=True
        ),
        keras.callbacks.EarlyStopping("val_map_at_r", mode="max", patience=5),

    Put it before those that read its scores, and say `mode="max"`, which Keras cannot
    guess. It measures after the first epoch, every `every` epochs, and after the last;
    between, the scores of the last time stand in the logs again, as no improvement: a
    checkpoint that found no score would save any model as the best. So `patience` counts
    epochs, and should be some multiples of `every`.

    Each set is searched by itself, every item among all others. Classes that are not
    trained on, in a set of their own, are the honest test of an embedding.

    Args:
        x: inputs of the network, held out from training.
        y: (items,) labels.
        other_sets: dict from name, not "held_out", to (inputs, labels); a score of one
            is logged as `<prefix><name>_<score>`.
        every: epochs from one measurement to the next.
        scores: names of scores of a `Report`, "recall_at_5" for `recall_at[5]`; None
            for "precision_at_1", "map_at_r", and "code_map" of a network with codes.
        prefix: of what is logged.
        distance: "euclidean" or "cosine".
        batch_size: inputs that pass through the network at a time.
        block_size: queries ranked at a time, None for as many as work in 256 MB; bounds
            memory, changes no score.
        log_dir: folder for TensorBoard, or None. A run for each set, "held_out" for `x`,
            gets the scores of each measurement and the embedding of the last one for the
            projector, with thumbnails where the inputs are uint8 images. The package
            tensorboard is needed to look, not to write.

    Attributes:
        reports: dict from the name of a set to its last `Report`, "" for `x`.

    Raises:
        ValueError: bad input, or a score that the reports do not have.

    Cost: a measurement costs a prediction of every input and `evaluate_embeddings`.
    """

    def __init__(
        self,
        x,
        y,
        *,
        other_sets=None,
        every=1,
        scores=None,
        prefix="val_",
        distance="euclidean",
        batch_size=32,
        block_size=None,
        log_dir=None,
    ):
        super().__init__()
        if isinstance(scores, str):
            raise ValueError(f"Expected scores as a list of names. Received: {scores!r}")
        if {"", _RUN} & set(other_sets or {}):
            raise ValueError(
                f"Expected other_sets with other names than '' and {_RUN!r}. "
                f"Received: {list(other_sets)}"
            )
        self._sets = {"": (x, y), **(other_sets or {})}
        for _, labels in self._sets.values():  # told now, not after an epoch
            pair_distances(np.zeros((len(labels), 1)), labels, pairs=2)
        check_choice(distance, ("cosine", "euclidean"), "distance")
        self._every = check_count(every, "every")
        self._wanted = scores
        self._prefix = prefix
        self._batch_size = check_count(batch_size, "batch_size")
        self._settings = {"distance": distance, "block_size": block_size}
        self._log_dir = None if log_dir is None else Path(log_dir)
        self.reports = {}

    def on_train_begin(self, logs=None):
        """Forgets an earlier training."""
        self.reports, self._writers = {}, {}

    def on_epoch_end(self, epoch, logs=None):
        """Measures where it is time, and adds the last scores to the logs."""
        done = epoch + 1
        if not self.reports or done % self._every == 0 or done == self.params["epochs"]:
            for name in self._sets:
                self._measure(name, done)
        for name, report in self.reports.items():
            key = f"{self._prefix}{name}_" if name else self._prefix
            logs.update({key + score: value for score, value in self._scores(report)})

    def on_train_end(self, logs=None):
        """Closes the files for TensorBoard."""
        for writer in self._writers.values():
            writer.close()

    def _measure(self, name, epoch):
        x, y = self._sets[name]
        embeddings, codes, bits = embed_with(self.model, x, self._batch_size)
        report = evaluate_embeddings(
            embeddings, y, codes=codes, bits=bits, **self._settings
        )
        self.reports[name] = report
        if self._log_dir is not None:
            run = name or _RUN
            self._write_scores(run, epoch, self._scores(report))
            images = x if _are_images(x) else None
            write_projector(self._log_dir / run, embeddings, y, images=images, name=run)

    def _scores(self, report):
        """Name and value of the wanted scores of a report."""
        known = report.flat()
        names = (
            [name for name in _USUAL if name in known]
            if self._wanted is None
            else self._wanted
        )
        return [(name, known[check_choice(name, known, "scores")]) for name in names]

    def _write_scores(self, run, epoch, scores):
        """Does what `tf.summary.scalar` does, which tensorboard must be there for."""
        if run not in self._writers:
            folder = str(self._log_dir / run)
            self._writers[run] = tf.summary.create_file_writer(folder)
        with self._writers[run].as_default(step=epoch):
            for name, value in scores:
                tf.summary.write(name, tf.constant(value, tf.float32), metadata=_SCALAR)
        self._writers[run].flush()


def _are_images(x):
    """Whether inputs can be shown as they are."""
    if getattr(x, "dtype", None) != np.uint8:
        return False
    return x.ndim == 3 or (x.ndim == 4 and x.shape[3] in (1, 3))

"""What the networks trained on class labels share."""

import numpy as np

from tfmetric._core._bits import pack_bits
from tfmetric.models._base import MetricModel, check_batch


class LabelledNetwork(MetricModel):
    """Trained with `fit(images, labels)`; tuples are found inside the batch."""

    def loss_view(self, y, y_pred):
        """The labels, once for every term of the loss."""
        if y is None:
            raise ValueError("Expected labels: fit(images, labels). Received: y=None")
        if isinstance(y_pred, dict):
            y = dict.fromkeys(y_pred, y)
        return y, y_pred

    def _outputs(self, images, batch_size):
        images = check_batch(images, self.features.encoder)
        return self.predict(images, batch_size=batch_size, verbose=0)


class CodeNetwork(LabelledNetwork):
    """Gives binary codes, for subclasses that have `_code_values(images, batch_size)`.

    The bit is set where a relaxed value is above zero.
    """

    def compile(self, optimizer="adam", loss=None, loss_weights=None, **settings):
        """Configures training as `keras.Model.compile` does.

        `loss` may be a dict that replaces some of the default terms, or one loss for the
        first of them; `loss_weights` likewise replaces weights of terms.
        """
        terms = self.default_loss()
        if loss is not None and not isinstance(loss, dict):
            loss = {next(iter(terms)): loss}
        if not isinstance(loss_weights, dict | None):
            raise ValueError(
                f"Expected loss_weights to be a dict of terms. Received: {loss_weights!r}"
            )
        unknown = set(loss or {}) | set(loss_weights or {})
        if unknown - set(terms):
            raise ValueError(
                f"Expected loss terms among {', '.join(terms)}. "
                f"Received: {', '.join(sorted(unknown - set(terms)))}"
            )
        super().compile(
            optimizer=optimizer,
            loss=terms | (loss or {}),
            loss_weights=self.default_loss_weights() | (loss_weights or {}),
            **settings,
        )

    def codes(self, images, batch_size=32):
        """Binary codes of images: (images, bits) int8 of -1 and +1."""
        values = self._code_values(images, batch_size)
        return np.where(values > 0, 1, -1).astype(np.int8)

    def packed_codes(self, images, batch_size=32):
        """Binary codes of images as bytes, for `tfmetric.retrieval.HammingIndex`.

        Returns:
            (images, ceil(bits / 8)) uint8 as `numpy.packbits` gives. Where `bits` is no
            multiple of 8 the last byte ends in zeros, which no Hamming distance sees.
        """
        return pack_bits(self._code_values(images, batch_size))

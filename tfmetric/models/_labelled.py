"""What the networks trained on class labels share."""

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

"""View network: trains an embedding without labels, from views of each example."""

import keras
import tensorflow as tf

from tfmetric import losses
from tfmetric._core._registry import registered
from tfmetric.models._base import MetricModel


@registered
class ViewNetwork(MetricModel):
    """Brings the views of one example together, those of different ones apart.

    Choose it where nothing is labelled. Views are the same image augmented twice or more,
    as `tfmetric.augmentation.MultiView` makes them; `fit(dataset_of_views)` trains
    `network`, and that is what you keep: `network.embed(images)`. Training on with labels,
    a code head on top or an export all start from it.

    Args:
        network: the model to train, any Keras model with one output (batch, dim), such as
            an `EmbeddingNetwork`.
        projector: Keras model from its output to what the loss compares, dropped after
            training, or None. SimCLR finds that with one the output keeps more of what
            later tasks need.
        predictor: Keras model from one projection to the other's, or None. SimSiam and
            BYOL collapse without one; with one the output has twice the views, first
            the predictions, then the projections, as `SimSiamLoss` takes them.
        name: name of the model.
        dtype: precision, such as "mixed_float16"; None for Keras' global one.

    Shapes: (batch, views, …) to (batch, views, dim) float32, or (batch, 2 · views, dim)
    with a predictor.

    Raises:
        ValueError: a part is no Keras model, or inputs without an axis of views.

    The default loss is `SimCLRLoss`. Statistics of batch normalisation are of all views
    together.

    Cost: that of `network` on batch · views examples.

    Reference: Chen et al., 2020, "A Simple Framework for Contrastive Learning of Visual
    Representations", arXiv:2002.05709; Chen, He, 2021, arXiv:2011.10566 (predictor).
    """

    def __init__(
        self, network, projector=None, predictor=None, name="view_network", dtype=None
    ):
        super().__init__(name=name, dtype=dtype)
        for part in (network, projector, predictor):
            if not isinstance(part, keras.Model | None) or part is network is None:
                raise ValueError(f"Expected a Keras model. Received: {part!r}")
        self.network = network
        self.projector = projector
        self.predictor = predictor

    def build(self, input_shape):
        """Makes the weights of what is not built yet."""
        if len(input_shape) < 3:
            raise ValueError(
                "Expected views of each example, shape (batch, views, …), such as "
                f"MultiView gives. Received: shape={tuple(input_shape)}"
            )
        outputs = keras.KerasTensor((None, *input_shape[2:]))
        for part in (self.network, self.projector, self.predictor):
            outputs = outputs if part is None else part(outputs)

    def call(self, inputs, training=False):
        """What the loss compares, of each view."""
        views = inputs.shape[1]
        outputs = self.network(
            tf.reshape(inputs, tf.concat([[-1], tf.shape(inputs)[2:]], 0)),
            training=training,
        )
        if self.projector is not None:
            outputs = self.projector(outputs, training=training)
        if self.predictor is None:
            return _unfold(outputs, views)
        predictions = self.predictor(outputs, training=training)
        return tf.concat([_unfold(predictions, views), _unfold(outputs, views)], axis=1)

    def loss_view(self, y, y_pred):
        """Zeros for labels, which no loss on views looks at."""
        return tf.zeros(tf.shape(y_pred)[:1]) if y is None else y, y_pred

    def default_loss(self):
        """Each view finds its own example's other view among those of the batch."""
        return losses.SimCLRLoss()

    def get_config(self):
        """Settings to rebuild the model from."""
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "network": serialize(self.network),
            "projector": self.projector and serialize(self.projector),
            "predictor": self.predictor and serialize(self.predictor),
        }


def _unfold(outputs, views):
    outputs = tf.cast(outputs, tf.float32)
    return tf.reshape(outputs, [-1, views, outputs.shape[-1]])

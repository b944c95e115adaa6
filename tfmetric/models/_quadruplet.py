"""Quadruplet network: one encoder, four inputs."""

import keras

from tfmetric import distances, losses
from tfmetric._core._checks import check_choice
from tfmetric._core._registry import registered
from tfmetric.models._tuples import TupleNetwork

_MEMBERS = {
    1: ("anchor", "positive", "negative1", "negative2"),
    2: ("anchor1", "anchor2", "positive", "negative"),
}
_PAIRS = {
    1: ((0, 1), (0, 2), (2, 3)),
    2: ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3)),
}


@registered
class QuadrupletNetwork(TupleNetwork):
    """Measures the members of a quadruplet against each other through one encoder.

    With two anchors, call it on `[anchor1, anchor2, positive, negative]`: the first three
    are of one class. With one anchor, the form of the quadruplet loss paper, call it on
    `[anchor, positive, negative1, negative2]`, of three classes. Train it with `fit` on
    such lists, no targets needed.

    Args:
        encoder: a Keras model, or None for `tfmetric.encoders.small_conv_net()`.
        anchors: 2 or 1.
        distance: name or `Distance`.
        name: name of the model.
        dtype: precision, such as "mixed_float16"; None for Keras' global one.

    Shapes: four (batch, …) inputs to a tuple of (batch,) float32 distances. Two anchors:
    a1-a2, a1-p, a1-n, a2-p, a2-n. One anchor: a-p, a-n1, n1-n2.

    Raises:
        ValueError: unknown distance or form, or inputs that are not four.

    Reference: Chen, Chen, Zhang, Huang, 2017, "Beyond triplet loss", arXiv:1704.01719.
    The default losses are `TwoAnchorTupleLoss` and `QuadrupletTupleLoss`.
    """

    def __init__(
        self,
        encoder=None,
        anchors=2,
        distance="squared_euclidean",
        name="quadruplet_network",
        dtype=None,
    ):
        super().__init__(encoder, name, dtype)
        self.anchors = check_choice(anchors, _MEMBERS, "anchors")
        self.distance = distances.get(distance)

    @property
    def members(self):
        """Names of the four inputs, in order."""
        return _MEMBERS[self.anchors]

    def call(self, inputs, training=False):
        """Distances of the quadruplets of one batch."""
        vectors = self._encode(inputs, training)
        return tuple(
            self.distance.paired(vectors[i], vectors[j]) for i, j in _PAIRS[self.anchors]
        )

    def default_loss(self):
        """The loss that fits the form."""
        if self.anchors == 2:
            return losses.TwoAnchorTupleLoss()
        return losses.QuadrupletTupleLoss()

    def get_config(self):
        """Settings to rebuild the model from."""
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "anchors": self.anchors,
            "distance": keras.saving.serialize_keras_object(self.distance),
        }

"""What the heads with a vector for each class share."""

import keras


def add_class_vectors(layer, input_shape, name, classes, initializer, regularizer):
    """Adds a weight (*classes, dim), float32 under every dtype policy, and returns it.

    The layer then takes inputs (batch, dim) alone.
    """
    dim = input_shape[-1]
    layer.input_spec = keras.InputSpec(ndim=2, axes={-1: dim})
    return layer.add_weight(
        name=name,
        shape=(*classes, dim),
        initializer=initializer,
        regularizer=regularizer,
        dtype="float32",
        autocast=False,
    )

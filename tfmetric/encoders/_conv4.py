"""Conv-4, the usual encoder of small-image metric learning."""

import keras

from tfmetric._core._checks import check_count


def conv4(input_shape, filters=64):
    """Four blocks of convolution, batch normalisation, relu, max pooling, then flatten.

    Takes pixels of 0..255 and scales them itself, so a served model accepts images as
    they are. Four halvings: an image of 28x28 ends as 1x1, one of 64x64 as 4x4.

    Args:
        input_shape: (height, width, channels).
        filters: channels of each convolution.

    Returns:
        A `keras.Sequential`, (batch, *input_shape) to (batch, features).

    Raises:
        ValueError: an image too small for four halvings.

    Reference: Vinyals, Blundell, Lillicrap, Kavukcuoglu, Wierstra, 2016, "Matching
    Networks for One Shot Learning", arXiv:1606.04080.
    """
    height, width, _ = input_shape
    if min(height, width) < 16:
        raise ValueError(
            "Expected images of at least 16x16 for four halvings. "
            f"Received: input_shape={input_shape}"
        )
    check_count(filters, "filters")
    block = [
        layer
        for _ in range(4)
        for layer in (
            keras.layers.Conv2D(filters, 3, padding="same", use_bias=False),
            # Keras' own 0.99 still holds on to its start after some hundred steps.
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.ReLU(),
            keras.layers.MaxPooling2D(2),
        )
    ]
    scale = keras.layers.Rescaling(1 / 255)
    return keras.Sequential(
        [keras.Input(input_shape), scale, *block, keras.layers.Flatten()], name="conv4"
    )

"""The small convolutional network that every model starts from when given none."""

import keras


def small_conv_net():
    """Two convolutions and poolings, flattened: quick, and enough for small images.

    Conv 32 (3x3, relu), max pooling, conv 64 (3x3, relu), max pooling, flatten. Expects
    pixels scaled to about 0..1. The input shape is that of the first batch.

    Returns:
        A `keras.Sequential`, (batch, height, width, channels) to (batch, features).
    """
    return keras.Sequential(
        [
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
        ],
        name="small_conv_net",
    )

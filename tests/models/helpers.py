"""Small inputs and networks that the model tests share."""

import keras
import numpy as np

from tfmetric import models

SHAPE = (12, 12, 1)


def tiny_encoder():
    return keras.Sequential(
        [
            keras.Input(SHAPE),
            keras.layers.Conv2D(4, 3, strides=2, activation="relu"),
            keras.layers.Flatten(),
        ]
    )


def projector():
    return keras.Sequential([keras.Input((8,)), keras.layers.Dense(6)])


def images_and_labels(classes=4, per_class=6, seed=0):
    """A bright bar per class at its own row, plus noise: easy to tell apart."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(classes), per_class)
    images = rng.random((len(labels), *SHAPE)).astype("float32") * 0.3
    for i, label in enumerate(labels):
        images[i, 2 * label : 2 * label + 2] += 0.2
    order = rng.permutation(len(labels))
    return images[order], labels[order]


def every_network():
    """Name, network and the arrays that `fit` takes."""
    images, labels = images_and_labels()
    other = images[::-1]
    same = (labels == labels[::-1]).astype("int32")
    encoder = tiny_encoder
    return {
        "siamese": (models.SiameseNetwork(encoder()), ([images, other], same)),
        "similarity": (
            models.SiameseNetwork(encoder(), head="similarity"),
            ([images, other], same),
        ),
        "difference": (
            models.SiameseNetwork(encoder(), head="difference"),
            ([images, other], same),
        ),
        "custom_head": (
            models.SiameseNetwork(encoder(), head=keras.layers.Dot(1, normalize=True)),
            ([images, other], same),
        ),
        "triplet": (models.TripletNetwork(encoder()), ([images, images, other],)),
        "two_anchors": (
            models.QuadrupletNetwork(encoder()),
            ([images, images, images, other],),
        ),
        "one_anchor": (
            models.QuadrupletNetwork(encoder(), anchors=1),
            ([images, images, other, other[::-1]],),
        ),
        "embedding": (models.EmbeddingNetwork(encoder(), 8), (images, labels)),
        "hashing": (models.HashingNetwork(encoder(), 12), (images, labels)),
        "joint": (models.JointNetwork(encoder(), 8, 12), (images, labels)),
        "views": (
            models.ViewNetwork(models.EmbeddingNetwork(encoder(), 8), projector()),
            (np.stack([images, images + 0.05], axis=1),),
        ),
    }


def loss_for(name):
    """A loss where the network has no default."""
    return "mse" if name == "custom_head" else None

"""Siamese networks: pairs in, same or different out."""

import keras
import numpy as np

from tfmetric.augmentation import random_crop
from tfmetric.data import load_digits, make_pairs
from tfmetric.models import SiameseNetwork

digits = load_digits()
digits = digits.subset(np.random.default_rng(0).permutation(len(digits))[:512])
images = digits.images.astype("float32") / 255
first, second, same = make_pairs(digits.labels, seed=0)
x1, x2, y = images[first], images[second], same

# Squared distance of the two features: small for a pair of one class.
model = SiameseNetwork()
model.compile(optimizer="adam")
history = model.fit([x1, x2], y, epochs=3, verbose=0)
print("distance head, loss by epoch:", np.round(history.history["loss"], 3))

# Sigmoid of a weighted |h1 - h2|: near 1 for a pair of one class.
similarity_model = SiameseNetwork(head="similarity")
similarity_model.compile(optimizer="adam", metrics=["accuracy"])
similarity_history = similarity_model.fit([x1, x2], y, epochs=3, verbose=0)
accuracy = similarity_history.history["accuracy"]
print("similarity head, accuracy by epoch:", np.round(accuracy, 3))

# A distance with learned weights: Dense(1) on |f1 - f2|.
difference_model = SiameseNetwork(head="difference")
difference_model.compile(optimizer="adam")
difference_history = difference_model.fit([x1, x2], y, epochs=3, verbose=0)
print("difference head, loss:", np.round(difference_history.history["loss"], 3))

# Photographs of 224x224x3 through a dense network.
input_shape = (224, 224, 3)
base_network = keras.Sequential(
    [
        keras.Input(input_shape),
        keras.layers.Flatten(),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(64),
    ]
)
noise = np.random.default_rng(0)
scenes = [np.full((256, 256, 3), color) for color in ((200, 60, 40), (40, 90, 200))]
photos = np.stack(
    [
        random_crop(np.uint8(scenes[i % 2] + noise.integers(-30, 30, (256, 256, 3))), 224)
        for i in range(16)
    ]
)
photos = photos.astype("float32") / 255
first, second, same = make_pairs(np.arange(16) % 2, seed=0)
photo_model = SiameseNetwork(encoder=base_network, head="difference")
photo_model.compile(optimizer="adam")
photo_model.fit([photos[first], photos[second]], same, epochs=1, verbose=0)
print(
    "distances of the first photo pairs:",
    photo_model.predict([photos[first][:4], photos[second][:4]], verbose=0).round(2),
)

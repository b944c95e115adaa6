"""Deep hashing: a 32-bit code from `sign(x - 0.5)`, with a gradient."""

import keras
import numpy as np

from tfmetric.data import load_digits
from tfmetric.layers import Sign
from tfmetric.losses import TripletLoss
from tfmetric.models import HashingNetwork

digits = load_digits()
images = digits.images[::5].astype("float32") / 255
labels = digits.labels[::5]

# The network as drawn: a dense encoder, 32 values, a sign. `Sign` passes gradients.
base_hash_network = keras.Sequential(
    [
        keras.Input(images.shape[1:]),
        keras.layers.Flatten(),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(32),
        Sign(threshold=0.5),
    ]
)
base_hash_network.compile("adam", loss=TripletLoss(margin=0.5, distance="cosine"))
history = base_hash_network.fit(images, labels, batch_size=64, epochs=5, verbose=0)
binary_code = base_hash_network.predict(images, verbose=0)
print("loss by epoch:", np.round(history.history["loss"], 3))
print("values of a code:", np.unique(binary_code))

# The same on the small conv net, with a loss that is made for codes.
hash_model = HashingNetwork(bits=32)
hash_model.compile(optimizer="adam")
hash_history = hash_model.fit(images, labels, batch_size=64, epochs=3, verbose=0)
packed = hash_model.packed_codes(images)
print("hash loss by epoch:", np.round(hash_history.history["loss"], 3))
print("packed codes:", packed.shape, packed.dtype)

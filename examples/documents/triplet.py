"""Triplet network: an anchor nearer to its positive than to its negative."""

import numpy as np

from tfmetric.data import load_digits, make_triplets
from tfmetric.models import TripletNetwork

digits = load_digits()
digits = digits.subset(np.random.default_rng(0).permutation(len(digits))[:512])
images = digits.images.astype("float32") / 255
a, p, n = make_triplets(digits.labels, seed=0)
anchor, positive, negative = images[a], images[p], images[n]

model = TripletNetwork()
model.compile(optimizer="adam")
history = model.fit([anchor, positive, negative], epochs=3, verbose=0)
print("loss by epoch:", np.round(history.history["loss"], 3))

distance_ap, distance_an = model.predict([anchor, positive, negative], verbose=0)
accuracy = np.mean(distance_ap < distance_an)
print(f"positives nearer than negatives: {accuracy:.1%}")

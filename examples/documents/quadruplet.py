"""Quadruplet networks: two anchors, a positive and a negative; and the paper's form."""

import numpy as np

from tfmetric.data import load_digits, make_quadruplets, make_triplets
from tfmetric.models import QuadrupletNetwork

digits = load_digits()
digits = digits.subset(np.random.default_rng(0).permutation(len(digits))[:512])
images = digits.images.astype("float32") / 255
labels = digits.labels

# Two anchors and a positive of one class, a negative of another.
a1, a2, n = make_triplets(labels, seed=0)
p = make_triplets(labels, seed=1)[1]
model = QuadrupletNetwork()
model.compile(optimizer="adam")
history = model.fit([images[a1], images[a2], images[p], images[n]], epochs=3, verbose=0)
print("two anchors, loss by epoch:", np.round(history.history["loss"], 3))

# One anchor, a positive, and negatives of two other classes.
a, p, n1, n2 = make_quadruplets(labels, seed=0)
standard_model = QuadrupletNetwork(anchors=1)
standard_model.compile(optimizer="adam")
standard_history = standard_model.fit(
    [images[a], images[p], images[n1], images[n2]], epochs=3, verbose=0
)
print("one anchor, loss by epoch:", np.round(standard_history.history["loss"], 3))

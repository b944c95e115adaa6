"""One network, two goals: a weighted sum of metric loss and hash loss."""

import numpy as np

from tfmetric.data import load_digits
from tfmetric.models import JointNetwork

digits = load_digits()
digits = digits.subset(np.random.default_rng(0).permutation(len(digits))[:512])
images, labels = digits.images.astype("float32") / 255, digits.labels

model = JointNetwork(embedding_dim=32, bits=32)
model.compile(optimizer="adam", loss_weights={"code": 0.5})
history = model.fit(images, labels, batch_size=64, epochs=4, verbose=0)
for term in ("embedding_loss", "code_loss", "loss"):
    print(f"{term:18s}", np.round(history.history[term], 3))

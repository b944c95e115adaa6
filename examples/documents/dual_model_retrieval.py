"""Two models: one filters by Hamming distance, the other ranks what is left."""

import numpy as np

from tfmetric.data import load_digits
from tfmetric.models import EmbeddingNetwork, HashingNetwork
from tfmetric.retrieval import dual_model_retrieval

digits = load_digits()
digits = digits.subset(np.random.default_rng(0).permutation(len(digits))[:640])
images, labels = digits.images.astype("float32") / 255, digits.labels

hash_model = HashingNetwork(bits=32)
metric_model = EmbeddingNetwork(embedding_dim=32)
for model in (hash_model, metric_model):
    model.compile(optimizer="adam")
    model.fit(images[:512], labels[:512], batch_size=64, epochs=3, verbose=0)

query_images, database_images = images[512:], images[:512]
matches = dual_model_retrieval(
    query_images, database_images, hash_model, metric_model, k=1, threshold=8
)
found = matches.ids[:, 0] >= 0
best_match = labels[matches.ids[found, 0]]
accuracy = np.mean(best_match == labels[512:][found])
print(f"queries with a candidate within 8 bits: {found.mean():.1%}")
print(f"best match of the same digit: {accuracy:.1%}")

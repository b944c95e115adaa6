"""How similar are two features? Cosine similarity, and the distances between vectors."""

import numpy as np

from tfmetric import distances


def compute_similarity(image1_feature, image2_feature):
    """Cosine similarity of two vectors, 1 for the same direction."""
    distance = distances.Cosine().paired([image1_feature], [image2_feature])
    return 1 - float(distance[0])


image1_feature = np.array([1.0, 2.0, 2.0])
image2_feature = np.array([2.0, 1.0, 2.0])
similarity = compute_similarity(image1_feature, image2_feature)
print(f"cosine similarity: {similarity:.2f}")

between = {
    name: float(distances.get(name).paired([image1_feature], [image2_feature])[0])
    for name in ("squared_euclidean", "euclidean", "manhattan", "cosine", "pearson")
}
for name, value in between.items():
    print(f"{name:18s} {value:.3f}")

text1, text2 = "a red car", "a blue car"
words = distances.jaccard_distance(text1.split(), text2.split())
print(f"{'jaccard (text)':18s} {words:.3f}")

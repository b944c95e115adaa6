"""What the tests of encoders of texts and of table rows share."""

import keras
import numpy as np


def check_learns_and_reloads(network, training, held_out, epochs, path):
    """Training draws the classes of unseen inputs apart, and the file holds all of it."""
    inputs, labels = held_out
    before = _margin(network.embed(inputs), labels)
    network.fit(*training, epochs=epochs, verbose=0)
    embedded = network.embed(inputs)
    assert before + 0.5 < _margin(embedded, labels)
    network.save(path)
    loaded = keras.saving.load_model(path, safe_mode=True)
    np.testing.assert_allclose(loaded.embed(inputs), embedded, atol=1e-6)


def _margin(embeddings, labels):
    """Mean cosine within a class less that across classes."""
    cosines = embeddings @ embeddings.T
    same = labels[:, None] == labels
    return cosines[same & ~np.eye(len(labels), dtype=bool)].mean() - cosines[~same].mean()

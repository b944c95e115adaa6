"""What `fit` reads, batch for batch."""

import keras
import numpy as np


class Recorder(keras.Model):
    """Remembers the batches it is trained on."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def train_step(self, data):
        self.seen.append([part.numpy() for part in data])
        return {"loss": 0.0}

    def call(self, inputs):
        return inputs


def fitted(dataset, epochs, **settings):
    """What `fit` hands to the model, epoch after epoch: images and labels."""
    model = Recorder()
    model.compile("sgd", run_eagerly=True)
    model.fit(dataset, epochs=epochs, verbose=0, **settings)
    images, labels = zip(*model.seen, strict=True)
    return np.concatenate(images), np.concatenate(labels)

"""Does an encoder of texts learn which sentences mean the same, from 5,700 pairs?

A Siamese network of `text_encoder` is trained on the STS Benchmark, English and Chinese (by
characters and their pairs), so that cosine distances follow the similarity that people
gave. Printed is Spearman's correlation of both on the test part, before and after each
epoch. Not compared: pretrained encoders, which reach about 0.8.

    python benchmarks/sentences.py --data FOLDER
"""

import argparse

import keras
import shared_data
from scipy.stats import spearmanr

from tfmetric import encoders, models

LANGUAGES = {
    "English": (shared_data.english_sentences, {}),
    "Chinese": (shared_data.chinese_sentences, {"split": "character", "ngrams": 2}),
}


def measure(read, settings, folder, epochs):
    """Correlations on the test part, before training and after each epoch."""
    keras.utils.set_random_seed(0)
    training, test = read("train", folder), read("test", folder)
    tokens = keras.layers.TextVectorization(max_tokens=20_000, **settings)
    tokens.adapt(training.items)
    network = models.SiameseNetwork(encoders.text_encoder(tokens), distance="cosine")
    network.compile(keras.optimizers.Adam(2e-3), loss="mse")
    target = 1 - training.score / 5
    yield correlation(network, test)
    for _ in range(epochs):
        network.fit(members(training), target, batch_size=64, verbose=0)
        yield correlation(network, test)


def members(pairs):
    return [pairs.items[pairs.first], pairs.items[pairs.second]]


def correlation(network, pairs):
    distances = network.predict(members(pairs), batch_size=256, verbose=0)
    return spearmanr(-distances, pairs.score).statistic


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="folder of text/; by default that of TFMETRIC_DATA")
    parser.add_argument("--epochs", type=int, default=2)
    settings = parser.parse_args()
    for language, (read, tokens) in LANGUAGES.items():
        found = measure(read, tokens, settings.data, settings.epochs)
        print(language, *(f"{value:.3f}" for value in found), flush=True)

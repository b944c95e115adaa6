"""How good are the codes of each loss, on CIFAR-10?

    python benchmarks/hashing.py table  --data FOLDER --cache FOLDER [--inputs features]
    python benchmarks/hashing.py unseen --data FOLDER --cache FOLDER [--inputs features]
    python benchmarks/hashing.py joint  --data FOLDER

`table`: protocol P1, 1,000 queries, 5,000 images to train on, 54,000 to search; mean
average precision of the Hamming ranking over all places, averaged over the order of ties,
beside that of a float embedding trained by triplets, of its LSH and ITQ codes, and beside
published figures, which have other networks and their own draws of the protocol.

`unseen`: three of the ten classes are kept out of training; scores of queries of seen and
of unseen classes apart.

`joint`: a `JointNetwork` on drawings of Omniglot characters; what two-stage search keeps of
the MAP@R of its own embedding, on alphabets that were never trained on, beside codes and
embeddings that were trained apart.

`--inputs images` trains Conv-4 of 32 filters from scratch on the images, flipped and
shifted at random; `--inputs features` a hidden layer on features of an ImageNet backbone
that stays as it is (`cifar10.py` says which). Every loss has the same encoder, batches and
steps, and its own defaults; none was tuned to this table. One seed. Not compared: other
libraries.
"""

import argparse
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import cifar10
import faiss
import keras
import numpy as np
import omniglot

from tfmetric import encoders, evaluation, layers, losses, metrics, models
from tfmetric._core._bits import pack_bits
from tfmetric.augmentation import Pipeline, RandomCrop, RandomFlip
from tfmetric.data import balanced_batches
from tfmetric.losses import hashing

SEED = 0
EMBEDDING_DIM = 128
# Published mean average precision, CIFAR-10 P1, at (16, 32, 64) bits; 48 where only that
# is known. AlexNet or VGG-F, trained on ImageNet first.
PUBLISHED = {
    "DPSH": ".713/.736/.754",
    "HashNet": ".729/.753/.751 at 48",
    "DTSH": ".773 at 24, .810 at 48",
    "GreedyHash": ".822 at 48",
    "CSQ": ".790 at 64",
    "DPN": ".787 at 48",
    "OrthoHash": ".824 at 64",
    "DSH": ".676 at 48",
}


def methods(bits, classes):
    """From the name of a method to how a `HashingNetwork` is made and compiled."""
    pairwise = hashing.PairwiseLikelihoodLoss
    growing = layers.ContinuationSchedule(every=20)
    return {
        "OrthoHash": {"loss": hashing.OrthoHashLoss(classes)},
        "CSQ": {"loss": hashing.CSQLoss(classes)},
        "DPN": {"loss": hashing.DPNLoss(classes)},
        "GreedyHash": {
            "num_classes": classes,
            "loss": hashing.QuantizationLoss(norm="cubic"),
            "loss_weights": {"code": 0.1},
        },
        "HashNet": {
            "activation": layers.TanhContinuation(),
            "loss": pairwise(continuation=None),
            "callbacks": [growing],
        },
        "DPSH": {
            "loss": pairwise(
                scale=bits / 2, class_balance=False, continuation=None, penalty="l2"
            )
        },
        "DCH": {"loss": pairwise("cauchy", scale=bits / 20, penalty="cauchy")},
        "DTSH": {"loss": hashing.DTSHLoss()},
        "DSH": {"loss": hashing.DSHLoss()},
        "IDHN": {"loss": hashing.IDHNLoss()},
        "TALR": {"loss": hashing.TieAwareAPLoss()},
        "BPR": {"loss": hashing.BinaryPassageRetrieverLoss()},
        "triplets on values": {"loss": losses.TripletLoss(margin=0.5, distance="cosine")},
        "SupCon on BiHalf": {"activation": layers.BiHalf(), "loss": losses.SupConLoss()},
    }


def chosen(every, settings):
    return {name: every[name] for name in settings.methods or every}


class Inputs:
    """What the networks see of CIFAR-10, and how they are trained on it."""

    def __init__(self, settings):
        self.kind, self.epochs = settings.inputs, settings.epochs
        self.x, self.labels = cifar10.load_images(settings.data)
        if self.kind == "features":
            self.x = cifar10.load_features(settings.data, settings.cache)

    def encoder(self):
        if self.kind == "images":
            return encoders.conv4(self.x.shape[1:], filters=32)
        parts = [keras.layers.Dense(512, activation="relu"), keras.layers.Dropout(0.2)]
        return keras.Sequential([keras.Input(self.x.shape[1:]), *parts])

    def batches(self, training):
        labels = self.labels[training]
        x, augment = self.x[training], None
        if self.kind == "images":
            x = np.pad(x, ((0, 0), (4, 4), (4, 4), (0, 0)), mode="reflect")
            augment = Pipeline([RandomFlip(), RandomCrop(32)], SEED)
        classes = len(np.unique(labels))
        return balanced_batches(x, labels, classes, 100 // classes, augment=augment)

    def train(self, network, training, callbacks=(), **compiled):
        batches = self.batches(training)
        pace = keras.optimizers.schedules.CosineDecay(1e-3, self.epochs * len(batches))
        network.compile(keras.optimizers.Adam(pace), **compiled)
        network.fit(batches, epochs=self.epochs, callbacks=[*callbacks], verbose=0)
        return network

    def hashing_network(self, training, bits, method):
        keras.utils.set_random_seed(SEED)
        making = {key: method.get(key) for key in ("activation", "num_classes")}
        network = models.HashingNetwork(self.encoder(), bits, **making)
        loss = {"code": method["loss"]}
        return self.train(
            network,
            training,
            method.get("callbacks", ()),
            loss=loss,
            loss_weights=method.get("loss_weights"),
        )

    def embedding_network(self, training):
        keras.utils.set_random_seed(SEED)
        network = models.EmbeddingNetwork(self.encoder(), EMBEDDING_DIM)
        return self.train(network, training, loss=losses.TripletLoss(margin=0.5))


def table(settings):
    inputs = Inputs(settings)
    split = evaluation.cifar10_p1(inputs.labels, SEED)
    labels = inputs.labels[split.query], inputs.labels[split.database]
    print(f"CIFAR-10 (JPEG re-encoded) P1, {inputs.kind}, {inputs.epochs} epochs: {split}")
    network = inputs.embedding_network(split.training)
    vectors = network.embed(inputs.x, batch_size=500)
    exact = float_map(vectors[split.query], labels[0], vectors[split.database], labels[1])
    print(f"{'float embedding, 128 numbers':24s} {exact:.3f}", flush=True)
    for bits in settings.bits:
        print(f"{bits} bits: mAP [worst, best order of ties], seconds, published")
        for name, codes in codes_of_embedding(vectors, split.training, bits).items():
            report_codes(name, codes, split, inputs.labels, bits)
        for name, method in chosen(methods(bits, 10), settings).items():
            start = time.perf_counter()
            network = inputs.hashing_network(split.training, bits, method)
            seconds = time.perf_counter() - start
            codes = network.packed_codes(inputs.x, batch_size=500)
            tail = f"{seconds:5.0f} s  {PUBLISHED.get(name, '')}"
            report_codes(name, codes, split, inputs.labels, bits, tail)


def report_codes(name, codes, split, labels, bits, tail=""):
    report = evaluation.evaluate_codes(
        codes[split.query],
        labels[split.query],
        codes[split.database],
        labels[split.database],
        bits,
    )
    print(
        f"{name:24s} {report.code_map:.3f} [{report.code_map_pessimistic:.3f}, "
        f"{report.code_map_optimistic:.3f}] P@H<=2 {report.precision_within_radius:.3f} "
        f"empty {report.empty_share:.2f} distinct {report.unique_share:.2f} {tail}",
        flush=True,
    )


def codes_of_embedding(vectors, training, bits):
    """Codes made of a float embedding after training: random hyperplanes, and ITQ."""
    centered = vectors - vectors[training].mean(axis=0)
    planes = np.random.default_rng(SEED).normal(size=(vectors.shape[1], bits))
    itq = faiss.ITQTransform(vectors.shape[1], bits, True)
    itq.train(vectors[training])
    return {
        "LSH of the embedding": pack_bits(centered @ planes),
        "ITQ of the embedding": pack_bits(itq.apply(vectors)),
    }


def float_map(queries, query_labels, gallery, gallery_labels):
    """Mean average precision of exact search by inner product, over all places."""
    scores = []
    for query, label in zip(queries, query_labels, strict=True):
        hits = gallery_labels[np.argsort(gallery @ -query)] == label
        places = np.flatnonzero(hits) + 1
        scores.append(np.mean(np.arange(1, len(places) + 1) / places))
    return np.mean(scores)


def unseen(settings):
    inputs = Inputs(settings)
    split = evaluation.unseen_split(inputs.labels, 3, 100, 500, seed=SEED)
    print(f"CIFAR-10 (JPEG re-encoded), {inputs.kind}, {inputs.epochs} epochs: {split}")
    new = np.full(10, -1)
    new[np.unique(inputs.labels[split.training])] = np.arange(7)
    names = split.cases()
    print(f"{'mAP':24s} bits  " + "  ".join(f"{name:>13s}" for name in names))
    known, inputs.labels = inputs.labels, new[inputs.labels]
    network = inputs.embedding_network(split.training)
    vectors = network.embed(inputs.x, batch_size=500)
    scores = [
        float_map(vectors[query], known[query], vectors[database], known[database])
        for query, database in names.values()
    ]
    print_scores("float embedding", "-", scores)
    for bits in settings.bits:
        every = codes_of_embedding(vectors, split.training, bits)
        for name, codes in every.items():
            print_scores(name, bits, scores_of_cases(codes, known, names))
        for name, method in chosen(methods(bits, 7), settings).items():
            network = inputs.hashing_network(split.training, bits, method)
            codes = network.packed_codes(inputs.x, batch_size=500)
            print_scores(name, bits, scores_of_cases(codes, known, names))


def scores_of_cases(codes, labels, cases):
    return [
        metrics.code_map(
            codes[query],
            labels[query],
            gallery_codes=codes[database],
            gallery_labels=labels[database],
        )
        for query, database in cases.values()
    ]


def print_scores(name, bits, scores):
    cells = "  ".join(f"{score:13.3f}" for score in scores)
    print(f"{name:24s} {bits:>4}  {cells}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["table", "unseen", "joint"])
    parser.add_argument("--data", required=True, help="folder of cifar10_jpegpack.npz")
    parser.add_argument("--cache", default=".", help="folder to keep the features in")
    parser.add_argument("--inputs", choices=["images", "features"], default="images")
    parser.add_argument("--bits", type=int, nargs="+", default=[16, 32, 64])
    parser.add_argument("--methods", nargs="+", help="such as HashNet; all by default")
    parser.add_argument("--epochs", type=int, help="30 on images, 10 on features")
    settings = parser.parse_args()
    if settings.epochs is None:
        settings.epochs = 30 if settings.inputs == "images" else 10
    {"table": table, "unseen": unseen, "joint": omniglot.joint}[settings.what](settings)


if __name__ == "__main__":
    main()

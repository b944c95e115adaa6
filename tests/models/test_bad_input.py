"""What the networks refuse, and how they say so."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from models.helpers import images_and_labels, tiny_encoder

from tfmetric import models
from tfmetric.losses import TripletLoss

IMAGES, LABELS = images_and_labels()


def compiled(network):
    network.compile("adam")
    return network


def embedding():
    return compiled(models.EmbeddingNetwork(tiny_encoder(), 8))


def triplet():
    return compiled(models.TripletNetwork(tiny_encoder()))


CASES = {
    "class_weight": (
        lambda: embedding().fit(IMAGES, LABELS, class_weight={0: 2.0}),
        "Expected no class_weight",
    ),
    "empty": (
        lambda: embedding().fit(IMAGES[:0], LABELS[:0]),
        "Expected at least one example",
    ),
    "labels_of_wrong_length": (
        lambda: embedding().fit(IMAGES, LABELS[:-1]),
        "weights of one length, each an array. Received: lengths 24, 23",
    ),
    "no_labels": (lambda: embedding().fit(IMAGES), "Expected labels"),
    "labels_of_rank_three": (
        lambda: embedding().fit(IMAGES, np.eye(4)[LABELS][:, None]),
        r"Expected labels of shape \(batch,\)",
    ),
    "nan": (
        lambda: embedding().fit(np.where(IMAGES > 0.3, np.nan, IMAGES), LABELS),
        "Expected finite numbers",
    ),
    "nan_to_validate": (
        lambda: embedding().fit(
            IMAGES, LABELS, validation_data=(np.full_like(IMAGES, np.nan), LABELS)
        ),
        "Expected finite numbers",
    ),
    "nan_to_embed": (
        lambda: embedding().embed(np.full_like(IMAGES, np.inf)),
        "Expected finite numbers",
    ),
    "image_rank": (
        lambda: embedding().fit(IMAGES[..., 0, 0], LABELS),
        r"Expected inputs of shape \(None, 12, 12, 1\)",
    ),
    "tuple_lengths": (
        lambda: triplet().fit([IMAGES, IMAGES[:5], IMAGES]),
        "Received: lengths 24, 5, 24",
    ),
    "two_of_three": (
        lambda: triplet().fit([IMAGES, IMAGES]),
        r"Expected \[anchor, positive, negative\].*Received: 2 inputs",
    ),
    "dataset_of_bare_triplets": (
        lambda: triplet().fit(tf.data.Dataset.from_tensors((IMAGES, IMAGES, IMAGES))),
        r"Expected \[anchor, positive, negative\].*one input",
    ),
    "wrong_names": (
        lambda: triplet().predict({"a": IMAGES, "p": IMAGES, "n": IMAGES}),
        "Received: a dict of 'a', 'n', 'p'|Received: a dict of 'a', 'p', 'n'",
    ),
    "labelled_loss_on_tuples": (
        lambda: models.TripletNetwork(tiny_encoder()).compile(loss=TripletLoss()),
        "Expected a loss on the distances of tuples.*Received: TripletLoss",
    ),
    "empty_dataset": (
        lambda: embedding().fit(
            tf.data.Dataset.from_tensor_slices((IMAGES, LABELS)).batch(8).take(0)
        ),
        "Received: an empty dataset",
    ),
    "one_image": (
        lambda: embedding().embed(IMAGES[0]),
        r"Expected a batch of shape \(None, 12, 12, 1\); of one image, image\[None\]",
    ),
    "class_weight_on_batch": (
        lambda: embedding().train_on_batch(IMAGES, LABELS, class_weight={0: 1.0}),
        "Expected no class_weight",
    ),
    "class_labels_as_pair_targets": (
        lambda: compiled(models.SiameseNetwork(tiny_encoder())).fit(
            [IMAGES, IMAGES], LABELS
        ),
        "Expected targets of 0 to 1.*Received: 0 to 3",
    ),
    "one_hot_pair_targets": (
        lambda: compiled(models.SiameseNetwork(tiny_encoder())).fit(
            [IMAGES, IMAGES], np.eye(2)[LABELS % 2]
        ),
        "Expected one target per pair",
    ),
    "loss_weights_as_a_list": (
        lambda: models.JointNetwork(tiny_encoder()).compile(loss_weights=[1, 2]),
        "Expected loss_weights to be a dict",
    ),
    "encoder_of_two_inputs": (
        lambda: models.EmbeddingNetwork(
            keras.Model([a := keras.Input((2,)), b := keras.Input((2,))], a + b)
        ),
        "Expected an encoder of one input. Received: 2 inputs",
    ),
    "threshold": (
        lambda: models.HashingNetwork(tiny_encoder(), threshold=float("nan")),
        "Expected threshold to be a finite number. Received: nan",
    ),
    "pairs_without_targets": (
        lambda: compiled(models.SiameseNetwork(tiny_encoder())).fit([IMAGES, IMAGES]),
        "Expected targets, 1 for a pair of one class",
    ),
    "head": (lambda: models.SiameseNetwork(head="cosine"), "Expected head to be one of"),
    "distance": (
        lambda: models.TripletNetwork(distance="eucledian"),
        "Expected distance to be one of 'angular', 'cosine', 'dot_product'",
    ),
    "anchors": (
        lambda: models.QuadrupletNetwork(anchors=3),
        "Expected anchors to be one of 1, 2. Received: 3",
    ),
    "encoder": (
        lambda: models.TripletNetwork("resnet"),
        "Expected encoder to be a Keras model. Received: 'resnet'",
    ),
    "bits": (
        lambda: models.HashingNetwork(bits=0),
        "Expected bits to be a whole number of at least 1. Received: 0",
    ),
    "fraction_of_a_bit": (lambda: models.JointNetwork(bits=12.5), "Received: 12.5"),
    "weight": (
        lambda: models.JointNetwork(num_classes=1),
        "Expected num_classes to be a whole number of at least 2. Received: 1",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_a_value_error_that_says_why(name):
    act, message = CASES[name]
    with pytest.raises(ValueError, match=f"(?s){message}"):
        act()


def test_a_custom_head_needs_a_loss_and_one_value_per_pair():
    network = models.SiameseNetwork(tiny_encoder(), head=keras.layers.Dot(1))
    with pytest.raises(ValueError, match=r"Expected compile\(loss=...\)"):
        network.compile("adam")
    network = models.SiameseNetwork(tiny_encoder(), head=keras.layers.Subtract())
    with pytest.raises(ValueError, match="Expected head.* one value per pair"):
        network([IMAGES, IMAGES])


def test_nan_in_a_dataset_stops_training():
    rows = (np.full_like(IMAGES, np.nan), LABELS)
    data = tf.data.Dataset.from_tensor_slices(rows).batch(8)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Expected finite numbers"):
        embedding().fit(data, verbose=0)

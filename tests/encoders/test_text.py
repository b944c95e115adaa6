import keras
import numpy as np
import pytest
import tensorflow as tf
from encoders.helpers import check_learns_and_reloads

from tfmetric.encoders import text_encoder
from tfmetric.models import EmbeddingNetwork, SiameseNetwork, TripletNetwork

TOPICS = (  # each text has words of its topic and words of none
    ["river", "boat", "lake", "fish", "swim", "water"],
    ["tax", "bank", "loan", "money", "debt", "coin"],
    ["goal", "match", "team", "ball", "score", "win"],
)
FILLERS = ["the", "a", "of", "and", "to", "in"]


def made_texts(count, seed):
    """Three words of a topic among three that say nothing, and the topic."""
    rng = np.random.default_rng(seed)
    topics = rng.integers(0, 3, count)
    words = [[*rng.choice(TOPICS[t], 3), *rng.choice(FILLERS, 3)] for t in topics]
    return np.array([" ".join(rng.permutation(each)) for each in words], object), topics


@pytest.fixture
def tokens():
    layer = keras.layers.TextVectorization()
    layer.adapt(["the cat sat", "a dog ran"])
    return layer


def vector_of(encoder, token):
    layer = encoder.layers[0]
    return encoder.get_layer("vectors").get_weights()[0][
        layer.get_vocabulary().index(token)
    ]


def test_mean_of_the_vectors_whatever_else_is_in_the_batch(tokens):
    encoder = text_encoder(tokens, dim=5)
    alone = encoder(tf.constant(["The cat!"]))
    beside = encoder(tf.constant(["The cat!", "a dog ran the cat sat", ""]))
    expected = (vector_of(encoder, "the") + vector_of(encoder, "cat")) / 2
    np.testing.assert_allclose(alone[0], expected, rtol=1e-6)
    np.testing.assert_array_equal(beside[0], alone[0])
    np.testing.assert_array_equal(beside[2], np.zeros(5))


def test_numbers_of_tokens_go_into_what_stands_behind(tokens):
    encoder = text_encoder(tokens, dim=4)
    texts = tf.constant(["a dog", "the cat sat", ""])
    behind = keras.Sequential(encoder.layers[1:])
    np.testing.assert_array_equal(behind(tokens(texts).numpy()), encoder(texts))
    behind.get_layer("vectors").set_weights([np.ones((8, 4))])
    np.testing.assert_array_equal(encoder(texts), [[1] * 4, [1] * 4, [0] * 4])


def test_unknown_tokens_share_a_vector(tokens):
    encoder = text_encoder(tokens, dim=3)
    features = encoder(tf.constant(["zebra", "xylophone zebra", "cat"])).numpy()
    np.testing.assert_array_equal(features[0], vector_of(encoder, "[UNK]"))
    np.testing.assert_allclose(features[1], features[0], rtol=1e-6)
    assert (features[2] != features[0]).all()


def test_vocabulary_as_a_list():
    encoder = text_encoder(["tree", "house"], dim=2)
    encoder.get_layer("vectors").set_weights([np.array([[9, 9], [0, 1], [2, 4], [6, 8]])])
    features = encoder(tf.constant(["tree house", "tree tree house hut"]))
    np.testing.assert_allclose(features, [[4, 6], [10 / 4, 17 / 4]])


def test_chinese_by_characters():
    tokens = keras.layers.TextVectorization(split="character", ngrams=2)
    tokens.adapt(["一个男人在跳舞", "孩子在骑马"])
    encoder = text_encoder(tokens, dim=4)
    same, other = "男人在跳舞", "舞跳在人男"  # the same characters the other way round
    features = encoder(tf.constant([same, other])).numpy()
    expected = np.mean([vector_of(encoder, c) for c in same], axis=0)
    pairs = [vector_of(encoder, f"{a} {b}") for a, b in zip(same, same[1:], strict=False)]
    expected = (5 * expected + np.sum(pairs, axis=0)) / 9
    np.testing.assert_allclose(features[0], expected, rtol=1e-5)
    assert not np.allclose(features[0], features[1])


def test_training_separates_topics(tmp_path):
    keras.utils.set_random_seed(0)
    training, held_out = made_texts(96, 0), made_texts(60, 1)
    tokens = keras.layers.TextVectorization()
    tokens.adapt(training[0])
    network = EmbeddingNetwork(text_encoder(tokens, dim=16), embedding_dim=8)
    network.compile(keras.optimizers.Adam(0.02))
    check_learns_and_reloads(network, training, held_out, 6, tmp_path / "network.keras")

    archive = keras.export.ExportArchive()
    archive.track(network)
    signature = [tf.TensorSpec((None,), tf.string)]
    archive.add_endpoint("serve", lambda x: network(x), input_signature=signature)
    archive.write_out(str(tmp_path / "served"), verbose=False)
    served = tf.saved_model.load(str(tmp_path / "served"))
    embeddings = served.serve(tf.constant(held_out[0]))
    np.testing.assert_allclose(embeddings, network.embed(held_out[0]), atol=1e-6)


def test_pairs_and_triplets_train_on_texts():
    texts, topics = made_texts(24, 2)
    tokens = keras.layers.TextVectorization()
    tokens.adapt(texts)
    first, second = texts, np.roll(texts, 1)
    same = (topics == np.roll(topics, 1)).astype(int)
    pairs = SiameseNetwork(text_encoder(tokens, dim=4))
    pairs.compile("sgd")
    assert np.isfinite(pairs.fit([first, second], same, verbose=0).history["loss"]).all()
    assert pairs.predict([first, second], verbose=0).shape == (24,)
    triplets = TripletNetwork(text_encoder(tokens, dim=4))
    triplets.compile("sgd")
    members = [texts, texts[::-1], np.roll(texts, 1)]
    assert np.isfinite(triplets.fit(members, verbose=0).history["loss"]).all()
    assert triplets.embed(texts).shape == (24, 4)


def test_text_as_it_comes(tokens):
    """Whatever holds text goes into `embed`; `fit` says what Keras wants."""
    network = EmbeddingNetwork(text_encoder(tokens, dim=4), embedding_dim=3)
    texts = ["the cat", "a dog", "你好"]
    expected = network.embed(np.array(texts, object))
    for given in (
        texts,
        np.array(texts),
        np.char.encode(texts, "utf-8"),
        tf.constant(texts),
    ):
        np.testing.assert_array_equal(network.embed(given), expected)
    network.compile("sgd")
    for given in (tf.constant(texts), np.array(texts, object)):
        assert np.isfinite(network.fit(given, np.arange(3), verbose=0).history["loss"])
    with pytest.raises(ValueError, match=r"numpy.array\(texts, dtype=object\).*<U7"):
        network.fit(np.array(texts), np.arange(3))


def test_mixed_precision(tokens):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        encoder = text_encoder(tokens, dim=4)
    finally:
        keras.config.set_dtype_policy("float32")
    features = encoder(tf.constant(["the cat " * 3000, ""]))  # beyond 2048 in float16
    assert features.dtype == tf.float16
    expected = (vector_of(encoder, "the") + vector_of(encoder, "cat")) / 2
    np.testing.assert_allclose(features[0], expected, atol=1e-3)


@pytest.mark.parametrize(
    "tokens, reason",
    [
        (keras.layers.TextVectorization(), "adapt"),
        (keras.layers.TextVectorization(output_mode="tf_idf"), "output_mode='tf_idf'"),
        (keras.layers.TextVectorization(ragged=True, vocabulary=["a"]), "ragged=True"),
        ("cat", "TextVectorization or a list of them. Received: 'cat'"),
    ],
)
def test_tokens_that_do_not_serve(tokens, reason):
    with pytest.raises(ValueError, match=reason):
        text_encoder(tokens)


def test_bad_dim(tokens):
    with pytest.raises(ValueError, match="dim to be a whole number"):
        text_encoder(tokens, dim=0)

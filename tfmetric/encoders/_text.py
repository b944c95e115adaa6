"""Encoder of texts: tokens, their vectors, the mean."""

import keras
import tensorflow as tf

from tfmetric._core._checks import check_count
from tfmetric._core._registry import registered


@registered
class TokenMean(keras.layers.Layer):
    """Averages the vectors of the tokens of a text; of an empty text it gives zeros.

    Keras' `GlobalAveragePooling1D` divides by zero there.

    Shapes: (batch, tokens, dim) and a mask (batch, tokens) to (batch, dim).

    >>> vectors, mask = tf.constant([[[2.0], [4.0], [9.0]]]), tf.constant([[1, 1, 0]])
    >>> TokenMean()(vectors, mask=mask).numpy()
    array([[3.]], dtype=float32)
    """

    def __init__(self, name=None, dtype=None, trainable=True):
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.supports_masking = True

    def call(self, inputs, mask=None):
        """The mean over what the mask leaves, summed in float32."""
        if mask is None:
            mask = tf.ones(tf.shape(inputs)[:2])
        weights = tf.cast(mask, tf.float32)[..., tf.newaxis]
        total = tf.reduce_sum(tf.cast(inputs, tf.float32) * weights, axis=1)
        count = tf.maximum(tf.reduce_sum(weights, axis=1), 1.0)
        return tf.cast(total / count, self.compute_dtype)

    def compute_mask(self, inputs, previous_mask=None):
        """None: no step is left."""

    def compute_output_shape(self, input_shape):
        """(batch, dim)."""
        return (input_shape[0], input_shape[-1])


def text_encoder(tokens, dim=128):
    """Texts as they are to features: the mean of a learned vector for each token.

    Choose it to train an encoder of texts from nothing in minutes, or to start one from
    word vectors. It does not see the order of tokens; with `ngrams=2`, pairs of neighbours
    are tokens too. Where a pretrained sentence encoder is at hand, its vectors into a
    `keras.Sequential` of dense layers are better.

    Args:
        tokens: `keras.layers.TextVectorization` that has seen the training texts:

                tokens = keras.layers.TextVectorization(max_tokens=20_000)
                tokens.adapt(texts)

            `split="character"` for languages without spaces, such as Chinese, best with
            `ngrams=2`. Or the vocabulary as a list of tokens, which are split at spaces.
        dim: length of the vectors, and of the features.

    Returns:
        A `keras.Sequential` of strings (batch,) to (batch, dim). An unknown token has a
        vector of its own, an empty text is zeros. `get_layer("vectors").set_weights([…])`
        puts in pretrained ones, in the order of `tokens.get_vocabulary()`.

    Raises:
        ValueError: `tokens` has not been adapted, gives no padded numbers of tokens, or
            is neither a layer nor a list.

    Text goes into `fit` and `embed` as NumPy objects or as a tensor, for Keras refuses
    lists and NumPy's own text: `numpy.array(texts, dtype=object)`. Under a strategy it
    refuses all text: train `keras.Sequential(encoder.layers[1:])`, which shares the
    weights, on `tokens(texts).numpy()`.

    Cost: a step takes time and memory in batch · longest text · dim;
        `output_sequence_length` of `tokens` cuts texts. Tokens are looked up on the CPU.

    Reference: Iyyer, Manjunatha, Boyd-Graber and Daumé III, 2015, Deep Unordered
        Composition Rivals Syntactic Methods for Text Classification, without its dense
        layers and word dropout, which go on top.

    >>> encoder = text_encoder(["tree", "house"], dim=4)
    >>> features = encoder(tf.constant(["a tree", "tree A", ""])).numpy()
    >>> features[0].tolist() == features[1].tolist(), features[2].tolist()
    (True, [0.0, 0.0, 0.0, 0.0])
    """
    tokens = _as_vectorization(tokens)
    vectors = keras.layers.Embedding(
        len(tokens.get_vocabulary()),
        check_count(dim, "dim"),
        mask_zero=True,
        name="vectors",
    )
    return keras.Sequential(
        [keras.Input((), dtype="string"), tokens, vectors, TokenMean(name="mean")],
        name="text_encoder",
    )


def _as_vectorization(tokens):
    if isinstance(tokens, list | tuple):
        tokens = keras.layers.TextVectorization(vocabulary=list(tokens))
    if not isinstance(tokens, keras.layers.TextVectorization):
        raise ValueError(
            "Expected tokens as a keras.layers.TextVectorization or a list of them. "
            f"Received: {tokens!r}"
        )
    config = tokens.get_config()
    if config["output_mode"] != "int" or config["ragged"]:
        raise ValueError(
            'Expected TextVectorization of output_mode="int" and ragged=False. '
            f"Received: output_mode={config['output_mode']!r}, ragged={config['ragged']}"
        )
    if len(tokens.get_vocabulary()) <= 2:  # padding and the unknown token
        raise ValueError(
            "Expected TextVectorization that knows tokens: adapt(texts) first. "
            "Received: an empty vocabulary"
        )
    return tokens

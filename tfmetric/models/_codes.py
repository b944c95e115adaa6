"""What the networks that give binary codes share."""

import keras
import tensorflow as tf

from tfmetric._core._bits import pack_bits, unpack_bits
from tfmetric._core._checks import check_count
from tfmetric.layers import Sign
from tfmetric.models._labelled import LabelledNetwork


class CodeNetwork(LabelledNetwork):
    """Gives binary codes, for subclasses with a `hash_head` and a `classifier`, or None.

    Each output of the network takes a loss, or a dict of several by name; each is a term
    of the total, logged as `<name>_loss` and weighed by `loss_weights[name]`:

        model.compile(
            "adam",
            loss={"code": {"hash": OrthoHashLoss(10), "balance": BitBalanceLoss()}},
            loss_weights={"balance": 0.1},
        )

    Subclasses give `default_loss`, a dict from output to loss or dict, and
    `_code_values(images, batch_size)`.
    """

    def compile(self, optimizer="adam", loss=None, loss_weights=None, **settings):
        """Configures training as `keras.Model.compile` does.

        `loss` is a dict from an output to its loss or to a dict of losses by name; an
        output that it leaves out keeps the default. One loss by itself goes to the first
        output. `loss_weights` are by the name of the term.
        """
        default = self.default_loss()
        if not isinstance(loss, dict | None):
            loss = {next(iter(default)): loss}
        _check_names(loss or {}, default, "loss by the output it reads, of")
        of_outputs = default | (loss or {})
        terms, self._output_of_term = _by_term(of_outputs)
        if not isinstance(loss_weights, dict | None):
            raise ValueError(
                f"Expected loss_weights to be a dict of terms. Received: {loss_weights!r}"
            )
        _check_names(loss_weights or {}, terms, "loss_weights by the name of a term, of")
        weights = dict.fromkeys(terms, 1.0) | (loss_weights or {})
        super().compile(optimizer=optimizer, loss=terms, loss_weights=weights, **settings)
        self.loss = of_outputs  # so that it can be given to `compile` again

    def get_compile_config(self):
        """Settings to compile the model again, the losses under their outputs."""
        loss = keras.saving.serialize_keras_object(self.loss)
        return super().get_compile_config() | {"loss": loss}

    def loss_view(self, y, y_pred):
        """The output that each term reads."""
        outputs = y_pred if isinstance(y_pred, dict) else {"code": y_pred}
        if self.classifier is not None:
            outputs = {**outputs, "class": self.classifier(outputs["code"])}
            _check_labels(y, self.loss["class"])
        terms = {term: outputs[name] for term, name in self._output_of_term.items()}
        return super().loss_view(y, terms)

    def build_code(self, input_shape):
        """Makes the weights of the code and of what classifies by it."""
        self.hash_head.build(input_shape)
        if self.classifier is not None:
            self.classifier.build((None, self.bits))

    @property
    def bits(self):
        """Length of the code."""
        return self.hash_head.bits

    def codes(self, images, batch_size=32):
        """Binary codes of images: (images, bits) int8 of -1 and +1."""
        return unpack_bits(self.packed_codes(images, batch_size), self.bits)

    def packed_codes(self, images, batch_size=32):
        """Binary codes of images as bytes, for `tfmetric.retrieval.HammingIndex`.

        Returns:
            (images, ceil(bits / 8)) uint8 as `numpy.packbits` gives. Where `bits` is no
            multiple of 8 the last byte ends in zeros, which no Hamming distance sees.
        """
        return pack_bits(self._code_values(images, batch_size))


def code_classifier(num_classes, dtype):
    """The head of output "class": logits of the classes, from the code itself; or None."""
    if num_classes is None:
        return None
    layers = [
        Sign(name="sign", dtype="float32"),
        keras.layers.Dense(
            check_count(num_classes, "num_classes", least=2),
            use_bias=False,
            name="logits",
            dtype=dtype,
        ),
    ]
    return keras.Sequential(layers, name="classifier")


def class_loss(num_classes):
    """The default of output "class", where there is one."""
    if num_classes is None:
        return {}
    return {"class": keras.losses.SparseCategoricalCrossentropy(from_logits=True)}


def _check_labels(labels, loss):
    """Refuses labels that are no class indices, where that is what the loss reads."""
    if labels is None or not isinstance(loss, keras.losses.SparseCategoricalCrossentropy):
        return
    labels = tf.convert_to_tensor(labels)
    several = labels.shape.rank == 2 and labels.shape[1] != 1
    if several or labels.dtype == tf.string:
        raise ValueError(
            "Expected labels of output 'class' as class indices (batch,). For multi-hot "
            "labels compile with another loss of 'class', such as keras.losses."
            "BinaryCrossentropy(from_logits=True). "
            f"Received: shape={labels.shape}, dtype={labels.dtype.name}"
        )


def _by_term(loss_of_output):
    """The losses, and the outputs that they read, by the name of the term."""
    losses, outputs = {}, {}
    for output, given in loss_of_output.items():
        for term, loss in (given if isinstance(given, dict) else {output: given}).items():
            if term in losses:
                raise ValueError(
                    "Expected terms of the loss by names of their own. "
                    f"Received: {term!r} for {outputs[term]} and for {output}"
                )
            losses[term], outputs[term] = loss, output
    return losses, outputs


def _check_names(given, known, what):
    unknown = set(given) - set(known)
    if unknown:
        raise ValueError(
            f"Expected {what} {', '.join(known)}. Received: {', '.join(sorted(unknown))}"
        )

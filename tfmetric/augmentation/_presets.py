"""Pipelines for common kinds of images, to begin with."""

from tfmetric._core._checks import as_size, check_positive
from tfmetric.augmentation._color import ColorJitter
from tfmetric.augmentation._crop import RandomResizedCrop
from tfmetric.augmentation._cutout import Cutout
from tfmetric.augmentation._flip import RandomFlip
from tfmetric.augmentation._pipeline import Pipeline
from tfmetric.augmentation._quality import GaussianBlur, GaussianNoise, JPEGCompression
from tfmetric.augmentation._random_apply import RandomApply
from tfmetric.augmentation._resize import Letterbox, Resize
from tfmetric.augmentation._tone import Grayscale
from tfmetric.augmentation._warp import RandomAffine, RandomPerspective

_SMALLEST_TO_BLUR = 64


def standard(size, seed=0):
    """Returns a pipeline for photographs of labelled things: birds, cars, products.

    Choose it first; it is what most work on deep metric learning trains with. Windows of
    16 to 100 % of the area let the object come in all sizes and still show most of it.
    Left and right are swapped half of the time. Light varies, and the hue hardly: the
    colour of a bird or a car is part of what it is.

    Args:
        size: height and width of the results in pixels; one whole number for a square.
        seed: whole number >= 0.

    Returns:
        `Pipeline`; take it apart, change and extend it: `standard(96).operations`.

    Raises:
        ValueError: a size that is not positive, or a bad `seed`.

    Reference: Musgrave, Belongie, Lim, 2020, A Metric Learning Reality Check: crops and
    flips. The jitter is ours.

    >>> import numpy as np
    >>> standard(96)(np.zeros((120, 160, 3), np.uint8)).shape
    (96, 96, 3)
    """
    operations = [
        RandomResizedCrop(size, scale=(0.16, 1.0)),
        RandomFlip(),
        ColorJitter(brightness=0.2, contrast=0.2, saturation=0.2, hue=0.02),
    ]
    return Pipeline(operations, seed)


def simclr(size, strength=1.0, seed=0):
    """Returns the pipeline of SimCLR, for training without labels.

    Choose it in `TwoViews(simclr(96))`. Two windows of 8 to 100 % of the area show parts
    of the image or its whole. Strong changes of colour, and none in a fifth of the
    images, keep the network from telling images by their colours. Half of them are
    blurred, against textures. Images whose shorter side is below 64 pixels are not
    blurred, as the authors leave those of CIFAR-10 sharp.

    Args:
        size: height and width of the results in pixels; one whole number for a square.
        strength: s, multiplies the amounts of the jitter: 0.8, 0.8, 0.8 and 0.2. The
            authors take 1 for ImageNet and 0.5 for CIFAR-10. Up to 2.5.
        seed: whole number >= 0.

    Returns:
        `Pipeline`.

    Raises:
        ValueError: a size or a strength that is not positive, a strength above 2.5, or a
            bad `seed`.

    Reference: Chen, Kornblith, Norouzi, Hinton, 2020, A Simple Framework for Contrastive
    Learning of Visual Representations, appendix A. Its blur has a kernel of a tenth of
    the side; here the kernel follows sigma.

    >>> import numpy as np
    >>> from tfmetric.augmentation import TwoViews
    >>> TwoViews(simclr(32, strength=0.5))(np.zeros((40, 50, 3), np.uint8)).shape
    (2, 32, 32, 3)
    """
    amount = 0.8 * check_positive(strength, "strength")
    jitter = ColorJitter(amount, amount, amount, hue=0.2 * strength)
    operations = [
        RandomResizedCrop(size, scale=(0.08, 1.0), ratio=(3 / 4, 4 / 3)),
        RandomFlip(),
        RandomApply(jitter, probability=0.8),
        RandomApply(Grayscale(), probability=0.2),
    ]
    if min(as_size(size, "size")) >= _SMALLEST_TO_BLUR:
        operations.append(RandomApply(GaussianBlur((0.1, 2.0)), probability=0.5))
    return Pipeline(operations, seed)


def faces(size, seed=0):
    """Returns a pipeline for cut-out faces, eyes level.

    Choose it for identities. Nothing is cropped: where the eyes stand is what alignment
    has given. Faces are mirrored, and moved, turned and scaled as little as detectors
    differ. Then what differs between two photographs of a person: light; black and
    white in a tenth; glasses, masks and hands over a part in a fifth; poor focus and
    compression in a fifth each.

    Args:
        size: height and width of the results in pixels; one whole number for a square.
        seed: whole number >= 0.

    Returns:
        `Pipeline`.

    Raises:
        ValueError: a size that is not positive, or a bad `seed`.

    Reference: Kim, Jain, Liu, 2022, AdaFace: a fifth of the images each with changes of
    light, of resolution and of what is visible. The amounts are ours.

    >>> import numpy as np
    >>> faces((112, 96))(np.zeros((125, 94, 3), np.uint8)).shape
    (112, 96, 3)
    """
    operations = [
        Resize(size),
        RandomFlip(),
        RandomAffine(angle=5, translate=0.03, scale=(0.95, 1.05), border="replicate"),
        ColorJitter(brightness=0.3, contrast=0.3, saturation=0.3, hue=0.02),
        RandomApply(Grayscale(), probability=0.1),
        RandomApply(Cutout(area=(0.02, 0.2)), probability=0.2),
        RandomApply(GaussianBlur((0.5, 1.5)), probability=0.2),
        RandomApply(JPEGCompression((30, 90)), probability=0.2),
    ]
    return Pipeline(operations, seed)


def documents(size, seed=0):
    """Returns a pipeline for pages, forms, cards, receipts and handwriting.

    Choose it where what is written counts. Nothing is mirrored, cropped or much turned:
    text stays readable, and the layout whole. The page keeps its proportions on a white
    frame, shrinks so far that its corners stay inside, and is held a little askew to the
    camera. Light and contrast vary, colour does not. Blur, noise and compression are
    those of scanners, cameras and messengers.

    Args:
        size: height and width of the results in pixels; one whole number for a square.
        seed: whole number >= 0.

    Returns:
        `Pipeline`.

    Raises:
        ValueError: a size that is not positive, or a bad `seed`.

    >>> import numpy as np
    >>> documents(256)(np.full((400, 300), 255, np.uint8)).shape
    (256, 256)
    """
    operations = [
        Letterbox(size, value=1.0),
        RandomAffine(angle=3, translate=0.01, scale=(0.85, 0.95), border="replicate"),
        RandomPerspective(0.05, border="replicate"),
        ColorJitter(brightness=0.3, contrast=0.3, saturation=0, hue=0),
        RandomApply(GaussianBlur((0.3, 1.0)), probability=0.3),
        RandomApply(GaussianNoise((0.0, 0.04)), probability=0.3),
        RandomApply(JPEGCompression((30, 90)), probability=0.5),
    ]
    return Pipeline(operations, seed)

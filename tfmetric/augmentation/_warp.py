"""Operations that move pixels to places between pixels: rotate, affine, perspective."""

import math
from numbers import Real

import cv2
import numpy as np

from tfmetric._core._checks import check_choice, check_flag
from tfmetric._core._registry import registered
from tfmetric.augmentation._operation import Operation, check_between, check_range, clipped

_BORDERS = {
    "reflect": cv2.BORDER_REFLECT_101,
    "replicate": cv2.BORDER_REPLICATE,
    "constant": cv2.BORDER_CONSTANT,
}


@registered
class RandomRotate(Operation):
    """Turns the image about its centre by a random angle.

    Choose a range that leaves the class alone: ten degrees for digits and faces, 180
    for images without an upright.

    Args:
        angle: degrees, counter-clockwise, up to 360. A number a draws uniformly from
            [-a, a]; a pair (low, high) from that range.
        border: what fills the corners that turn into view: "reflect" mirrors the image
            about its edge pixels, "replicate" repeats the edge pixels, "constant" is
            black.
        grow: False keeps the size and loses the corners of the image; True grows the
            canvas until the whole turned image is on it, h·cos + w·sin by h·sin + w·cos
            pixels, rounded.

    Raises:
        ValueError: a negative number, a range turned round or an unknown border.

    Cost: one bilinear interpolation a pixel.
    """

    def __init__(self, angle, border="reflect", grow=False):
        self.angle = _as_angles(angle, "angle")
        self.border = check_choice(border, _BORDERS, "border")
        self.grow = check_flag(grow, "grow")

    def apply(self, image, generator):
        turn = cv2.getRotationMatrix2D(_centre(image), generator.uniform(*self.angle), 1)
        height, width = image.shape[:2]
        size = (width, height)
        if self.grow:
            straight, across = np.abs(turn[0, :2])
            size = (
                max(1, round(width * straight + height * across)),
                max(1, round(height * straight + width * across)),
            )
            turn[:, 2] += np.subtract(size, (width, height)) / 2
        return _warped(cv2.warpAffine, image, turn, size, self.border)

    def output_size(self, size):
        return (None, None) if self.grow else size


@registered
class RandomAffine(Operation):
    """Scales, slants, turns and shifts the image at random, keeping its size.

    Choose it where camera and object move against each other, and small ranges for
    handwriting. A point at p from the centre, y upwards, goes to

        R(angle) · [[1, tan(shear)], [0, 1]] · scale · p + translation

    in one interpolation, which blurs less than one for each change.

    Args:
        angle: degrees, counter-clockwise; a number a draws from [-a, a], a pair from
            (low, high).
        translate: largest shift, 0..1, as a share of the width and of the height; the
            two are drawn apart.
        scale: (lower, upper) of the factor, 0.01..100; the logarithm is uniform.
        shear: degrees of the slant to the right, up to 89; number or pair as for
            `angle`.
        border: what fills the parts that come into view: "reflect", "replicate" or
            "constant", as for `RandomRotate`.

    Raises:
        ValueError: a setting out of its range or an unknown border.

    Cost: one bilinear interpolation a pixel.

    >>> import numpy as np
    >>> image = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], np.uint8)
    >>> RandomAffine(shear=(45, 45))(image)
    array([[2, 1, 2],
           [4, 5, 6],
           [8, 9, 8]], dtype=uint8)
    """

    def __init__(
        self, angle=0.0, translate=0.0, scale=(1.0, 1.0), shear=0.0, border="reflect"
    ):
        self.angle = _as_angles(angle, "angle")
        self.translate = check_between(translate, 0, 1, "translate")
        self.scale = check_range(scale, 0.01, 100, "scale")
        self.shear = _as_angles(shear, "shear", limit=89)
        self.border = check_choice(border, _BORDERS, "border")

    def apply(self, image, generator):
        height, width = image.shape[:2]
        angle, slant = generator.uniform(*self.angle), generator.uniform(*self.shear)
        scale = math.exp(generator.uniform(*np.log(self.scale)))
        shift = generator.uniform(-self.translate, self.translate, 2) * (width, height)
        centre = _centre(image)
        # rows of images count downwards, which turns the signs of sine and tangent
        matrix = cv2.getRotationMatrix2D((0, 0), angle, scale)
        matrix[:, 1] -= math.tan(math.radians(slant)) * matrix[:, 0]
        matrix[:, 2] = centre + shift - matrix[:, :2] @ centre
        return _warped(cv2.warpAffine, image, matrix, (width, height), self.border)


@registered
class RandomPerspective(Operation):
    """Shows the image as if its plane were tilted at random, keeping its size.

    Choose it for flat things seen from any side: signs, pages, covers, façades.
    Each corner of the image moves inwards, by a share of the width and one of the
    height, each drawn uniformly from [0, distortion / 2]; the projection that takes the
    corners there is applied to the whole.

    Args:
        distortion: 0..0.5. Beyond it the four corners need not be convex, and the
            projection would fold.
        border: what fills the parts that come into view: "reflect", "replicate" or
            "constant", as for `RandomRotate`.

    Raises:
        ValueError: a distortion out of its range or an unknown border.

    Cost: one bilinear interpolation and one division a pixel.

    >>> import numpy as np
    >>> RandomPerspective(0.5)(np.full((8, 6, 3), 7, np.uint8)).max()
    np.uint8(7)
    """

    def __init__(self, distortion=0.2, border="reflect"):
        self.distortion = check_between(distortion, 0, 0.5, "distortion")
        self.border = check_choice(border, _BORDERS, "border")

    def apply(self, image, generator):
        size = np.array(image.shape[1::-1], np.float32)
        corners = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32)
        inwards = generator.random((4, 2), np.float32) * (self.distortion / 2)
        moved = corners + (1 - 2 * corners) * inwards
        # pixel centres stand half a pixel inside the corners
        matrix = cv2.getPerspectiveTransform(
            corners * size - np.float32(0.5), moved * size - np.float32(0.5)
        )
        size = image.shape[1::-1]
        return _warped(cv2.warpPerspective, image, matrix, size, self.border)


def _as_angles(value, name, limit=360):
    """Returns a number a as (-a, a), a pair as it is, in degrees."""
    pair = tuple(value) if np.ndim(value) else (0, value)
    are_numbers = all(isinstance(each, Real) for each in pair)
    if len(pair) != 2 or not are_numbers or not -limit <= pair[0] <= pair[1] <= limit:
        raise ValueError(
            f"Expected {name} as a number of degrees from 0 to {limit} or (low, high). "
            f"Received: {value!r}"
        )
    return float(pair[0] if np.ndim(value) else -pair[1]), float(pair[1])


def _centre(image):
    height, width = image.shape[:2]
    return (width - 1) / 2, (height - 1) / 2


def _warped(warp, image, matrix, size, border):
    return clipped(warp(image, matrix, size, borderMode=_BORDERS[border]))


def random_rotate(image, angle, *, border="reflect", grow=False, seed=None):
    """Turns `image` about its centre by a random angle; see `RandomRotate`.

    >>> import numpy as np
    >>> image = np.array([[1, 2], [3, 4]], np.uint8)
    >>> random_rotate(image, (90, 90))
    array([[2, 4],
           [1, 3]], dtype=uint8)
    """
    return RandomRotate(angle, border, grow)(image, seed)

import numpy as np
import pytest
from oracles.augmentation import check_uniform, mirrored, projection, repeated, warped

from tfmetric.augmentation import (
    RandomAffine,
    RandomPerspective,
    RandomRotate,
    random_rotate,
)


def angle_of(image):
    """Direction in degrees, counter-clockwise from the right, of the bright spot."""
    rows, columns = np.indices(image.shape)
    weight = image / image.sum()
    up = 50 - (rows * weight).sum()
    right = (columns * weight).sum() - 50
    return np.degrees(np.arctan2(up, right))


def spot():
    image = np.zeros((101, 101), np.float32)
    image[49:52, 89:92] = 1  # 40 pixels to the right of the centre
    return image


def test_angles_fill_the_range_and_stay_in_it():
    rotate, generator = RandomRotate(30, border="constant"), np.random.default_rng(0)
    angles = [angle_of(rotate(spot(), generator)) for _ in range(600)]
    check_uniform(angles, -30, 30, slack=0.1)


def test_range_of_angles_is_counter_clockwise():
    rotate, generator = RandomRotate((10, 20), "constant"), np.random.default_rng(0)
    angles = [angle_of(rotate(spot(), generator)) for _ in range(100)]
    assert 9.9 <= min(angles) < max(angles) <= 20.1


def test_quarter_turn_by_hand():
    image = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], np.uint8)
    turned = random_rotate(image, (90, 90))
    assert turned.tolist() == [[3, 6, 9], [2, 5, 8], [1, 4, 7]]


@pytest.mark.parametrize(
    "border, corner", [("constant", 0), ("replicate", 100), ("reflect", 255)]
)
def test_borders(border, corner):
    # Turned by 45°, a corner looks 4.1 pixels beyond the middle of an edge of this
    # frame: at nothing, at the frame itself, or, mirrored, at the inside.
    image = np.full((21, 21), 100, np.uint8)
    image[1:-1, 1:-1] = 255
    turned = random_rotate(image, (45, 45), border=border)
    assert turned[[0, 0, -1, -1], [0, -1, 0, -1]].tolist() == [corner] * 4


@pytest.mark.parametrize("angle", [-1, (20, 10), (1, 2, 3), np.nan, (0, np.inf)])
def test_bad_angles(angle):
    with pytest.raises(ValueError, match="Expected angle as a number of degrees"):
        RandomRotate(angle)


def test_unknown_border():
    with pytest.raises(ValueError, match="'constant', 'reflect', 'replicate'"):
        RandomRotate(10, border="wrap")


def smooth(shape):
    """A gray image whose neighbours differ by up to 0.06, so that places tell."""
    rows, columns = np.indices(shape)
    return np.float32(0.5 + 0.25 * np.sin(rows / 5) + 0.25 * np.cos(columns / 4 + rows / 9))


# OpenCV looks pixels up at places rounded to 1/32.
PLACES = 0.06 / 32
BORDERS = {"reflect": mirrored, "replicate": repeated, "constant": None}


def about_centre(linear, shape, shift=(0, 0)):
    """The 3x3 matrix of a linear map, y upwards, about the centre of an image."""
    down = np.diag([1, -1])
    linear = down @ np.array(linear) @ down
    centre = np.array([(shape[1] - 1) / 2, (shape[0] - 1) / 2])
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = centre - linear @ centre + np.array(shift)
    return matrix


def turn(degrees):
    angle = np.radians(degrees)
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("shape", [(19, 26), (24, 11)])
def test_rotation_equals_the_oracle(border, shape):
    image = smooth(shape)
    result = random_rotate(image, (35, 35), border=border)
    expected = warped(image, about_centre(turn(35), shape), shape, BORDERS[border])
    # a constant border is a cliff, where a rounded place counts more
    close = np.abs(result - expected) < 2 * PLACES
    assert close.mean() > (0.85 if border == "constant" else 0.999)
    np.testing.assert_allclose(result, expected, atol=2 / 32)


@pytest.mark.parametrize("shape", [(19, 26), (24, 11), (1, 9), (1, 1)])
@pytest.mark.parametrize("angle", [0, 30, 45, 90, -120, 180])
def test_grown_canvas_holds_the_whole_turned_image(shape, angle):
    result = random_rotate(
        np.ones(shape, np.float32), (angle, angle), border="constant", grow=True
    )
    height, width = shape
    cosine, sine = abs(np.cos(np.radians(angle))), abs(np.sin(np.radians(angle)))
    expected = (height * cosine + width * sine, height * sine + width * cosine)
    np.testing.assert_allclose(result.shape, expected, atol=0.51)
    # no light is lost but along the edges, which are cut at half a pixel
    assert result.sum() == pytest.approx(height * width, abs=0.6 * (height + width))
    rows, columns = np.indices(result.shape)
    centre = [(rows * result).sum() / result.sum(), (columns * result).sum() / result.sum()]
    np.testing.assert_allclose(centre, (np.array(result.shape) - 1) / 2, atol=0.1)


def test_grown_quarter_turn_by_hand():
    image = np.array([[1, 2, 3], [4, 5, 6]], np.uint8)
    assert random_rotate(image, (90, 90), grow=True).tolist() == [[3, 6], [2, 5], [1, 4]]
    operation = RandomRotate(10, grow=True)
    assert operation.output_size((2, 3)) == (None, None)
    assert RandomRotate(10).output_size((2, 3)) == (2, 3)


def test_grow_is_a_flag():
    with pytest.raises(ValueError, match="Expected grow to be True or False"):
        RandomRotate(10, grow=2)


@pytest.mark.parametrize(
    "settings, linear",
    [
        ({"angle": (25, 25)}, turn(25)),
        ({"scale": (1.3, 1.3)}, np.diag([1.3, 1.3])),
        ({"shear": (20, 20)}, [[1, np.tan(np.radians(20))], [0, 1]]),
        (
            {"angle": (-40, -40), "scale": (0.8, 0.8), "shear": (-15, -15)},
            turn(-40) @ [[1, -np.tan(np.radians(15))], [0, 1]] @ np.diag([0.8, 0.8]),
        ),
    ],
    ids=["angle", "scale", "shear", "all"],
)
def test_affine_equals_the_oracle(settings, linear):
    image = smooth((19, 26))
    result = RandomAffine(**settings)(image)
    expected = warped(image, about_centre(linear, image.shape), image.shape, mirrored)
    np.testing.assert_allclose(result, expected, atol=3 * PLACES)


def test_affine_of_nothing_is_the_image():
    image = np.random.default_rng(0).integers(0, 256, (9, 14, 3), np.uint8)
    assert np.array_equal(RandomAffine()(image), image)


def centroid(image):
    rows, columns = np.indices(image.shape)
    return (columns * image).sum() / image.sum(), (rows * image).sum() / image.sum()


def test_affine_shifts_each_axis_by_its_share_of_the_side():
    image = np.zeros((61, 121), np.float32)
    image[28:33, 58:63] = 1
    move, generator = (
        RandomAffine(translate=0.2, border="constant"),
        np.random.default_rng(0),
    )
    places = np.array([centroid(move(image, generator)) for _ in range(500)])
    x, y = (places - (60, 30)).T
    for shift, limit in ((x, 0.2 * 121), (y, 0.2 * 61)):
        check_uniform(shift, -limit, limit, slack=0.05)
    assert abs(np.corrcoef(x, y)[0, 1]) < 0.2


def test_affine_fills_the_ranges_of_angle_and_slant():
    turn, generator = RandomAffine(angle=30, border="constant"), np.random.default_rng(0)
    angles = [angle_of(turn(spot(), generator)) for _ in range(300)]
    check_uniform(angles, -30, 30, slack=0.1)
    # a spot 40 pixels above the centre moves by 40 times the tangent
    above = np.rot90(spot()).copy()
    slant = RandomAffine(shear=(10, 20), border="constant")
    places = [centroid(slant(above, generator))[0] - 50 for _ in range(300)]
    check_uniform(np.degrees(np.arctan2(places, 40)), 10, 20, slack=0.2)


def test_affine_scales_by_factors_uniform_in_their_logarithm():
    image = np.zeros((101, 101), np.float32)
    image[40:61, 40:61] = 1
    zoom, generator = (
        RandomAffine(scale=(0.5, 2.0), border="constant"),
        np.random.default_rng(0),
    )
    factors = [np.sqrt(zoom(image, generator).sum() / 441) for _ in range(1200)]
    check_uniform(np.log2(factors), -1, 1, slack=0.04)


@pytest.mark.parametrize(
    "settings",
    [
        {"angle": -1},
        {"angle": "10"},
        {"translate": 1.1},
        {"translate": (0.1, 0.2)},
        {"scale": (0, 1)},
        {"scale": (2, 1)},
        {"shear": 90},
        {"shear": (-90, 0)},
        {"border": "wrap"},
    ],
    ids=str,
)
def test_bad_affine(settings):
    with pytest.raises(ValueError, match=f"Expected {next(iter(settings))} "):
        RandomAffine(**settings)


CORNERS = np.array([[0, 0], [1, 0], [0, 1], [1, 1]])  # (x, y)


def moved_corners(seed, distortion):
    inwards = np.random.default_rng(seed).random((4, 2), np.float32) * distortion / 2
    return CORNERS + (1 - 2 * CORNERS) * inwards.astype(np.float64)


@pytest.mark.parametrize("seed", range(3))
def test_perspective_takes_the_corners_inwards(seed):
    image = smooth((25, 18))
    result = RandomPerspective(0.3)(image, seed)
    to_pixels = lambda points: points * (18, 25) - 0.5  # noqa: E731
    matrix = projection(to_pixels(CORNERS), to_pixels(moved_corners(seed, 0.3)))
    expected = warped(image, matrix, image.shape, mirrored)
    # the mirrored surroundings are seen from far, where places are rounded more
    assert np.quantile(np.abs(result - expected), 0.9) < 3 * PLACES
    np.testing.assert_allclose(result, expected, atol=6 * PLACES)


def test_perspective_never_folds_and_always_moves():
    for seed in range(300):
        after = moved_corners(seed, 0.5)[[0, 1, 3, 2]]
        sides = np.roll(after, -1, axis=0) - after
        (x, y), (u, v) = sides.T, np.roll(sides, -1, axis=0).T
        assert (x * v - y * u > 0).all()  # each corner turns the same way: convex
    image = np.ones((40, 40), np.float32)
    tilt = RandomPerspective(0.5, border="constant")
    light = [tilt(image, seed).mean() for seed in range(60)]
    assert 0.25 < min(light) < max(light) < 1
    assert len(set(light)) == 60


def test_no_perspective_is_the_image():
    image = np.random.default_rng(0).integers(0, 256, (9, 14, 3), np.uint8)
    assert np.array_equal(RandomPerspective(0)(image), image)


@pytest.mark.parametrize(
    "settings", [{"distortion": 0.6}, {"distortion": -1}, {"border": 0}], ids=str
)
def test_bad_perspective(settings):
    with pytest.raises(ValueError, match=f"Expected {next(iter(settings))} "):
        RandomPerspective(**settings)


def test_seed_decides():
    image = smooth((9, 12))
    results = [random_rotate(image, 90, seed=seed) for seed in range(8)]
    assert np.array_equal(results, [random_rotate(image, 90, seed=s) for s in range(8)])
    assert len({result.tobytes() for result in results}) == 8

"""A folder of drawn shapes, a model trained on it, and its index."""

import cv2
import numpy as np
import pytest
from cli.helpers import tfmetric

IMAGES_PER_CLASS = 12


def _circle(image, x, y, r, colour):
    cv2.circle(image, (x, y), r, colour, -1)


def _ring(image, x, y, r, colour):
    cv2.circle(image, (x, y), r, colour, 2)


def _square(image, x, y, r, colour):
    cv2.rectangle(image, (x - r, y - r), (x + r, y + r), colour, -1)


def _cross(image, x, y, r, colour):
    cv2.line(image, (x - r, y - r), (x + r, y + r), colour, 2)
    cv2.line(image, (x - r, y + r), (x + r, y - r), colour, 2)


def _bar(image, x, y, r, colour):
    cv2.rectangle(image, (x - r, y - 2), (x + r, y + 2), colour, -1)


def _triangle(image, x, y, r, colour):
    corners = np.array([[x, y - r], [x - r, y + r], [x + r, y + r]])
    cv2.fillPoly(image, [corners], colour)


SHAPES = {
    "bar": (_bar, (250, 120, 20)),
    "circle": (_circle, (30, 60, 240)),
    "cross": (_cross, (20, 220, 60)),
    "ring": (_ring, (230, 30, 200)),
    "square": (_square, (20, 210, 220)),
    "triangle": (_triangle, (240, 240, 240)),
}


@pytest.fixture(scope="session")
def shapes(tmp_path_factory):
    """Six classes of twelve images, one damaged image, one file that is no image."""
    rng = np.random.default_rng(0)
    root = tmp_path_factory.mktemp("images") / "shapes"
    for name, (draw, colour) in SHAPES.items():
        (root / name).mkdir(parents=True)
        for number in range(IMAGES_PER_CLASS):
            image = rng.integers(0, 60, (32, 32, 3), np.uint8)
            x, y, r = *rng.integers(12, 20, 2).tolist(), int(rng.integers(6, 10))
            draw(image, x, y, r, colour)
            cv2.imwrite(str(root / name / f"{number:02d}.png"), image)
    (root / "circle" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more than this")
    (root / "ring" / "notes.txt").write_text("not an image")
    return root


@pytest.fixture(scope="session")
def trained(shapes, tmp_path_factory):
    """What `tfmetric train` printed, and the folder it made."""
    folder = tmp_path_factory.mktemp("trained") / "model"
    outcome = tfmetric(
        "train", shapes, "--output", folder, "--epochs", 2, "--image-size", 16,
        "--embedding-dim", 12, "--bits", 20, "--classes-per-batch", 4, "--per-class", 3,
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    return outcome, folder


@pytest.fixture(scope="session")
def model(trained):
    """A trained model's folder."""
    return trained[1]


@pytest.fixture(scope="session")
def index(shapes, model, tmp_path_factory):
    """The folder of an index of all shapes."""
    folder = tmp_path_factory.mktemp("indexed") / "index"
    outcome = tfmetric("index", shapes, "--model", model, "--output", folder)
    assert outcome.code == 0, outcome.err
    assert outcome.out == f"72 images: {folder}\n"
    return folder

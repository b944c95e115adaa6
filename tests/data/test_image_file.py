import os

import cv2
import numpy as np
import pytest
from data.helpers import png_header
from PIL import Image

from tfmetric.data import UnreadableImageError, read_image

# red, green / blue, white
CORNERS = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]], np.uint8)


def encode(image, extension=".png"):
    bgr = image[..., ::-1] if image.ndim == 3 else image
    return cv2.imencode(extension, bgr)[1].tobytes()


@pytest.mark.parametrize("extension", [".bmp", ".png", ".ppm", ".tiff"])
def test_colors_are_red_green_blue(extension, tmp_path):
    data = encode(CORNERS, extension)
    assert np.array_equal(read_image(data), CORNERS)
    assert np.array_equal(read_image(bytearray(data)), CORNERS)
    path = tmp_path / f"corners{extension}"
    path.write_bytes(data)
    assert np.array_equal(read_image(path), CORNERS)
    assert np.array_equal(read_image(str(path)), CORNERS)


@pytest.mark.parametrize("extension", ["gif", "jpg", "webp"])
def test_other_formats(extension, tmp_path):
    path = tmp_path / f"image.{extension}"
    Image.new("RGB", (9, 6), (200, 100, 40)).save(path)
    result = read_image(path)
    assert result.shape == (6, 9, 3)
    assert np.abs(result.astype(int) - (200, 100, 40)).max() < 6


def test_gray():
    gray = np.array([[10, 20, 30], [40, 50, 60]], np.uint8)
    assert np.array_equal(read_image(encode(gray), channels=1), gray[..., None])
    assert np.array_equal(read_image(encode(gray)), np.stack([gray] * 3, axis=-1))
    assert read_image(encode(CORNERS), channels=1).shape == (2, 2, 1)


def test_resizing_averages_areas():
    image = np.zeros((4, 6, 3), np.uint8)
    image[:2, :3] = 100
    image[0, 0] = 220  # (220 + 5 · 100) / 6 = 120
    result = read_image(encode(image), image_size=(2, 2))
    assert result[..., 0].tolist() == [[120, 0], [0, 0]]
    assert read_image(encode(image), image_size=(3, 5), channels=1).shape == (3, 5, 1)
    assert read_image(encode(image), image_size=8).shape == (8, 8, 3)


def test_orientation_of_the_camera_is_applied(tmp_path):
    path = tmp_path / "turned.jpg"
    image = Image.new("L", (40, 20), 0)
    image.paste(255, (0, 0, 40, 10))  # bright above
    exif = image.getexif()
    exif[274] = 6  # to be turned a quarter clockwise: bright on the right
    image.save(path, exif=exif)
    result = read_image(path, channels=1)
    assert result.shape == (40, 20, 1)
    assert result[:, 12:].mean() > 240 > 15 > result[:, :8].mean()


def test_transparency_and_16_bits():
    transparent = np.dstack([CORNERS[..., ::-1], np.full((2, 2), 7, np.uint8)])
    assert np.array_equal(read_image(encode_raw(transparent)), CORNERS)
    deep = np.array([[0, 128 * 257, 65535]], np.uint16)
    assert read_image(encode_raw(deep), channels=1)[..., 0].tolist() == [[0, 128, 255]]


def encode_raw(image):
    return cv2.imencode(".png", image)[1].tobytes()


@pytest.mark.parametrize(
    "width, height", [(10_000, 5_001), (10_000, 10_000), (60_000, 60_000)]
)
def test_too_many_pixels_are_refused_by_the_header(width, height, tmp_path):
    path = tmp_path / "bomb.png"
    path.write_bytes(png_header(width, height))
    with pytest.raises(ValueError, match=r"at most 50,000,000 pixels.*bomb\.png"):
        read_image(path)


def test_a_file_that_is_too_long_is_refused_unread(tmp_path):
    path = tmp_path / "long.png"
    path.write_bytes(encode(CORNERS))
    os.truncate(path, 1_000_000)
    assert np.array_equal(read_image(path), CORNERS)
    os.truncate(path, 400_000_001)  # takes no room on the disk
    with pytest.raises(UnreadableImageError, match=r"at most 400,000,000 bytes.*long\.png"):
        read_image(path)


@pytest.mark.parametrize(
    "head", ["P5 2 1 15 ", "P6 1 1 100 ", "P2 2 1 15 ", "P5 2 1 4095 "]
)
def test_ppm_of_other_levels_is_refused(head):
    with pytest.raises(UnreadableImageError, match=rf"255 or 65535.*\({head.split()[3]}\)"):
        read_image(head.encode() + b"\n0 0 0 0 0 0 0")


def test_ppm_of_all_kinds():
    kinds = {
        b"P1 2 1 0 1\n": [255, 0],  # 1 is black
        b"P2 2 1 255 0 200\n": [0, 200],
        b"P4 2 1 \x40": [255, 0],
        b"P5 2 1 255 \0\xc8": [0, 200],
        b"P5 2 1 65535 \0\0\xc8\0": [0, 200],
    }
    for data, levels in kinds.items():
        assert read_image(data, channels=1).ravel().tolist() == levels


def test_damaged_images_are_refused(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    for extension in (".jpg", ".png", ".bmp"):
        data = encode(noise, extension)
        path = tmp_path / f"half{extension}"
        path.write_bytes(data[: len(data) // 2])
        with pytest.raises(ValueError, match=rf"whole image file.*half\{extension}"):
            read_image(path)


@pytest.mark.parametrize("data", [b"", b"hello", b"\xff\xd8\xff", b"GIF89a"])
def test_what_is_no_image_is_refused(data, tmp_path):
    path = tmp_path / "fake.jpg"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"Expected an image file.*fake\.jpg"):
        read_image(path)
    with pytest.raises(ValueError, match="the given bytes"):
        read_image(data)


def test_formats_beyond_the_list_are_refused():
    image = np.zeros((64, 64, 3), np.uint8)
    with pytest.raises(ValueError, match="BMP, GIF, JPEG, PNG, PPM, TIFF, WEBP"):
        read_image(encode(image, ".jp2"))


def test_paths_that_are_no_files(tmp_path):
    for path in (tmp_path, tmp_path / "missing.jpg"):
        with pytest.raises(ValueError, match="Expected the path of an image file"):
            read_image(path)


@pytest.mark.parametrize("size", [0, (5, 0), (1, 2, 3), 2.5, "64"])
def test_bad_sizes(size):
    with pytest.raises(ValueError, match="Expected image_size"):
        read_image(encode(CORNERS), image_size=size)


def test_settings_are_not_the_fault_of_the_file():
    with pytest.raises(ValueError, match="Expected image_size") as caught:
        read_image(encode(CORNERS), image_size=0)
    assert not isinstance(caught.value, UnreadableImageError)
    with pytest.raises(UnreadableImageError):
        read_image(b"hello")


def test_a_file_that_may_not_be_opened(tmp_path, monkeypatch):
    path = tmp_path / "secret.png"
    path.write_bytes(encode(CORNERS))

    def refuse(*args, **settings):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(UnreadableImageError, match=r"can be read.*secret\.png.*denied"):
        read_image(path)


def test_bad_channels():
    with pytest.raises(ValueError, match="Expected channels to be one of 1, 3"):
        read_image(encode(CORNERS), channels=4)

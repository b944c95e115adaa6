"""Files of the projector: what stands in them, to the letter."""

import cv2
import numpy as np
import pytest
from google.protobuf import struct_pb2, text_format

from tfmetric.evaluation import write_projector

POINTS = np.array([[0.25, -1.0], [2.0, 3.5], [1e-9, 7.0]])


def read(folder, name):
    return (folder / name).read_text(encoding="utf-8")


def test_files(tmp_path):
    images = np.stack([np.full((2, 4), shade, np.uint8) for shade in (0, 100, 200)])
    folder = tmp_path / "logs" / "run"
    path = write_projector(
        folder, POINTS, [5, 5, 6], images=images, class_names={5: "ant", 6: "bee"}
    )
    assert path == folder / "projector_config.pbtxt"
    assert path.read_text() == (
        "embeddings {\n"
        '  tensor_name: "embedding"\n'
        '  tensor_path: "vectors.tsv"\n'
        '  metadata_path: "metadata.tsv"\n'
        '  sprite { image_path: "sprite.png" single_image_dim: 4 single_image_dim: 2 }\n'
        "}\n"
    )
    assert read(folder, "vectors.tsv") == "0.25\t-1\n2\t3.5\n1e-09\t7\n"
    assert read(folder, "metadata.tsv") == "ant\nant\nbee\n"
    sheet = cv2.imread(str(folder / "sprite.png"), cv2.IMREAD_GRAYSCALE)
    # Two columns of images 4 wide and 2 high, row by row; one place is left white.
    rows = [[0] * 4 + [100] * 4] * 2 + [[200] * 4 + [255] * 4] * 2
    np.testing.assert_array_equal(sheet, rows)
    assert len(list(folder.iterdir())) == 4


def test_colours_and_large_images(tmp_path):
    images = np.zeros((1, 200, 100, 3), np.float32)
    images[..., 0] = 1  # red
    path = write_projector(tmp_path, POINTS[:1], images=images)
    assert "single_image_dim: 32 single_image_dim: 64 }" in path.read_text()
    sheet = cv2.imread(str(tmp_path / "sprite.png"))
    assert sheet.shape == (64, 32, 3)
    assert (sheet == [0, 0, 255]).all()  # OpenCV reads blue, green, red


def test_vectors_alone(tmp_path):
    path = write_projector(tmp_path, POINTS, name='my "best"')
    assert path.read_text() == (
        'embeddings {\n  tensor_name: "my \\"best\\""\n  tensor_path: "vectors.tsv"\n}\n'
    )
    assert len(list(tmp_path.iterdir())) == 2


def test_a_name_stays_in_its_cell(tmp_path):
    names = ["a\tb", "line\nbreak\r", "back\\slash"]
    write_projector(tmp_path, POINTS, names)
    assert read(tmp_path, "metadata.tsv").splitlines() == [
        r"a\tb", r"line\nbreak\r", r"back\\slash",
    ]  # fmt: skip
    (tmp_path / "other").mkdir()
    write_projector(tmp_path / "other", POINTS, ["Zwölf", "猫", "x" * 40])
    assert read(tmp_path / "other", "metadata.tsv") == "Zwölf\n猫\n" + "x" * 40 + "\n"


def test_limit_keeps_items_together(tmp_path):
    points = np.repeat(np.arange(50.0), 2).reshape(50, 2)
    write_projector(tmp_path, points, np.arange(50), limit=7, seed=3)
    vectors = read(tmp_path, "vectors.tsv").split()[::2]
    assert len(set(vectors)) == 7
    assert vectors == read(tmp_path, "metadata.tsv").split()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"embeddings": np.empty((0, 2))}, "at least one"),
        ({"embeddings": [[1.0], [2.0], [3.0]]}, "of two dimensions"),
        ({"embeddings": [[np.nan]]}, "finite"),
        ({"labels": [1]}, "one label for each of 3"),
        ({"images": np.zeros((2, 4, 4), np.uint8)}, "image for each of 3"),
        ({"images": np.zeros((3, 4), np.uint8)}, "shape"),
        ({"limit": 0}, "limit"),
        ({"labels": [0, 1, 2], "class_names": ["ant"]}, "no name for 1"),
    ],
)
def test_bad_input(tmp_path, settings, message):
    with pytest.raises(ValueError, match=message):
        write_projector(tmp_path / "run", **({"embeddings": POINTS} | settings))
    assert not (tmp_path / "run").exists()


def test_blank_names_keep_their_row(tmp_path):
    write_projector(tmp_path, np.repeat(POINTS, 2, axis=0), ["a", "", " ", "\t", "\n", "b"])
    assert read(tmp_path, "metadata.tsv") == "a\n''\n' '\n'\\t'\n'\\n'\nb\n"


@pytest.mark.parametrize("name", ["😀 猫", 'my "best"\n\\é\t\x01'])
def test_protocol_buffers_read_the_name_that_was_given(tmp_path, name):
    config = write_projector(tmp_path, POINTS, name=name).read_text(encoding="utf-8")
    quoted = config.split("tensor_name: ")[1].split("\n")[0]
    value = text_format.Parse(f"string_value: {quoted}", struct_pb2.Value())
    assert value.string_value == name

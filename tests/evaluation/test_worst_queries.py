import numpy as np
import pytest

from tfmetric.evaluation import worst_queries

# On a line: 0 and 1 are "a", 2 and 9 are "b", 3 and 10 "c", and 30 is alone.
POINTS = np.array([[0.0], [1], [2], [9], [3], [10], [30]])
LABELS = list("aabbccd")
IMAGES = np.stack([np.full((4, 4), 10 * place, np.uint8) for place in range(7)])


def draw(**settings):
    given = {"images": IMAGES, "labels": LABELS, "embeddings": POINTS}
    return worst_queries(**(given | settings))


def rows(figure, columns):
    """Pictures by their number, names and captions, row by row."""
    drawn = [
        (
            round(float(axes.images[0].get_array()[0, 0]) * 255 / 10),
            axes.get_title(),
            axes.get_xlabel(),
        )
        for axes in figure.axes
    ]
    return [drawn[start : start + columns] for start in range(0, len(drawn), columns)]


def test_the_worst_come_first_with_what_they_found_and_missed():
    # R is 1, so average precision is one over the rank of the mate. Of the query at 2
    # that is 9, behind 1, 3 and 0: rank 4. At 3: 10 behind 2, 1, 0 and 9: rank 5. At 9:
    # 2 behind 10 and 3: rank 3. At 10: 3 behind 9: rank 2.
    figure = draw(queries=3, found=2, missed=3)
    assert rows(figure, 4) == [
        [
            (4, "c", "average precision 0.20"),
            (2, "b", "✗ 1.00"),
            (1, "a", "✗ 2.00"),
            (5, "c", "✓ 7.00, no. 5"),
        ],
        [
            (2, "b", "average precision 0.25"),
            (1, "a", "✗ 1.00"),
            (4, "c", "✗ 1.00"),
            (3, "b", "✓ 7.00, no. 4"),
        ],
        [
            (3, "b", "average precision 0.33"),
            (5, "c", "✗ 1.00"),
            (4, "c", "✗ 6.00"),
            (2, "b", "✓ 7.00, no. 3"),
        ],
    ]
    assert [text.get_text() for text in figure.texts] == [
        "nearest",
        "of its class, further away",
    ]


def test_average_precision_is_over_the_whole_ranking():
    gallery = {
        "gallery_images": IMAGES[:4],
        "gallery_labels": ["b", "a", "b", "a"],
        "gallery": [[1.0], [2.0], [3.0], [4.0]],
    }
    figure = draw(images=IMAGES[5:6], labels=["a"], embeddings=[[0.0]], found=4, **gallery)
    # Hits at ranks 2 and 4: (1/2 + 2/4) / 2.
    (row,) = rows(figure, 5)
    assert row[0][2] == "average precision 0.50"
    assert [number for number, _, _ in row[1:]] == [0, 1, 2, 3]


def test_blocks_change_nothing():
    small, large = draw(block_size=2), draw(block_size=100)
    assert rows(small, 1) == rows(large, 1)


def test_without_missed_there_is_one_block():
    figure = draw(missed=0, found=3)
    assert [text.get_text() for text in figure.texts] == ["nearest"]
    assert len(figure.axes) == 6 * 4  # the item alone in its class asks nothing


def test_cosine_and_names():
    # By direction 60 degrees, of cosine 1/2, part the first two; the third is further.
    figure = worst_queries(
        IMAGES[:3],
        [0, 0, 1],
        [[2.0, 0.0], [4.5, 4.5 * 3**0.5], [-1.0, 0.0]],
        distance="cosine",
        class_names=["ant", "bee"],
        queries=1,
        found=1,
    )
    assert rows(figure, 2) == [
        [(0, "ant", "average precision 1.00"), (1, "ant", "✓ 0.500")]
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"embeddings": POINTS[:6]}, "7 images, 6 embeddings"),
        ({"labels": LABELS[:3]}, "one label for each of 7"),
        ({"labels": range(7)}, "another item of its class"),
        ({"gallery": POINTS}, "gallery_images and gallery_labels"),
        ({"found": 0}, "found"),
        ({"queries": 0}, "queries"),
        ({"distance": "manhattan"}, "distance"),
    ],
)
def test_bad_input(settings, message):
    with pytest.raises(ValueError, match=message):
        draw(**settings)

"""The page: well formed, self-contained, and never what a file name makes of it."""

import base64
import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from tfmetric.evaluation import Picture, evaluate_embeddings, html_report

_EMPTY_TAGS = {"meta", "img"}
HOSTILE = "<script>alert(1)</script>"


class Page(HTMLParser):
    """What a browser sees; fails on a tag that is not closed where it should be."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.text = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in _EMPTY_TAGS:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module")
def report():
    generator = np.random.default_rng(0)
    labels = np.array([HOSTILE, 'a "quoted" & odd one', "cat"])[np.arange(30) % 3]
    return evaluate_embeddings(generator.normal(size=(30, 4)), labels)


def picture(path, pixels, title="Map"):
    Image.fromarray(pixels).save(path)
    return Picture(title, "Each point is an image.", path)


def test_scores_are_there_and_hostile_names_are_text(report, tmp_path):
    shown = picture(tmp_path / "map.png", np.zeros((4, 4, 3), np.uint8), f'"{HOSTILE}')
    text = html_report(
        f"Report of {HOSTILE}",
        {HOSTILE: report, "twice": report},
        notes=[f"images of {HOSTILE}"],
        pictures=[shown],
    )
    assert text.startswith("<!doctype html>\n")
    page = Page(text)
    assert page.all("script") == []
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    cells = " ".join(page.text)
    assert cells.count(f"{report.map_at_r:.4f}") >= 2
    assert f"Report of {HOSTILE}" in cells
    assert f"images of {HOSTILE}" in cells
    assert page.all("img")[0]["alt"] == f'"{HOSTILE}'


def test_a_score_that_one_report_lacks_is_a_dash(report):
    codes = evaluate_embeddings(
        [[0.0], [1.0], [5.0], [7.0]], [3, 3, 4, 4], codes=np.uint8([[0], [1], [3], [3]])
    )
    page = Page(html_report("Two", {"one": report, "other": codes}))
    cells = [text for text in page.text if text.strip()]
    place = cells.index("code MAP")
    values = [cell for cell in cells[place + 1 :] if re.fullmatch(r"–|[0-9.]+", cell)]
    assert values[:2] == ["–", f"{codes.code_map:.4f}"]


def test_nothing_is_fetched(report, tmp_path):
    shown = picture(tmp_path / "map.png", np.zeros((4, 4, 3), np.uint8))
    page = Page(html_report("Report", {"all": report}, pictures=[shown]))
    for _, attrs in page.tags:
        for name in ("src", "href", "action", "srcset"):
            assert attrs.get(name, "data:").startswith("data:")
    policies = [each for each in page.all("meta") if "http-equiv" in each]
    assert "default-src 'none'" in policies[0]["content"]
    assert "url(" not in "".join(page.text) and "@import" not in "".join(page.text)
    assert {"name": "viewport"}.items() <= page.all("meta")[1].items()


def decoded(page):
    """Kind and image of the one picture."""
    (attrs,) = page.all("img")
    kind, _, content = attrs["src"].removeprefix("data:").partition(";base64,")
    return kind, Image.open(io.BytesIO(base64.b64decode(content)))


def test_pictures_are_inside(report, tmp_path):
    pixels = np.zeros((5, 7, 3), np.uint8)
    pixels[2, 3] = 200, 100, 50
    shown = picture(tmp_path / "map.png", pixels)
    page = Page(html_report("Report", {"all": report}, pictures=[shown]))
    kind, image = decoded(page)
    assert kind == "image/png"
    assert (page.all("img")[0]["width"], page.all("img")[0]["height"]) == ("7", "5")
    np.testing.assert_array_equal(np.asarray(image), pixels)


def test_a_large_picture_becomes_smaller_and_stays_what_it_is(report, tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (40, 40, 3), np.uint8)
    pixels = np.asarray(Image.fromarray(noise).resize((400, 400)))
    shown = picture(tmp_path / "map.png", pixels)
    before = shown.path.stat().st_size
    text = html_report("Report", {"all": report}, pictures=[shown])
    kind, image = decoded(Page(text))
    assert kind == "image/webp"
    assert before > 250_000
    assert len(text) < before / 2
    difference = np.abs(np.asarray(image).astype(float) - pixels)
    assert difference.mean() < 10


def test_no_reports():
    with pytest.raises(ValueError, match="at least one report"):
        html_report("Report", {})

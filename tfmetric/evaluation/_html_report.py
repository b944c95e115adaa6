"""A report as one web page that needs nothing beside itself."""

import base64
import io
from dataclasses import dataclass
from html import escape
from pathlib import Path

from PIL import Image

from tfmetric import __version__
from tfmetric.evaluation._scores import as_text, score_table

_LARGEST_PNG = 250_000  # bytes; photographs in a larger one become WebP, a tenth of it
_MOST_CLASSES = 2000  # of which a table is written

# Nothing is loaded and nothing runs, whatever the names of classes and files say.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"

_STYLE = """
:root { color-scheme: light dark; --line: #d0d0d0; --soft: #5f5f5f; --back: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --line: #444; --soft: #a8a8a8; --back: #16181b; }
}
body { margin: 0; background: var(--back); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid var(--line); }
th { text-align: left; font-weight: 600; }
td, thead th + th { text-align: right; white-space: nowrap; }
tbody th { font-weight: normal; min-width: 11rem; }
small, figcaption, footer { color: var(--soft); font-size: .85rem; }
th small { display: block; }
summary { cursor: pointer; padding: .5rem 0; }
figure { margin: 0; }
img { display: block; max-width: 100%; height: auto; border-radius: .25rem; }
@media (max-width: 40rem) { img { max-width: 45rem; } }
"""


@dataclass(frozen=True)
class Picture:
    """A picture of a report.

    Args:
        title: what it shows; also read aloud to who cannot see it.
        text: how to read it.
        path: its file, as `save_figure` returns it.
    """

    title: str
    text: str
    path: Path


def html_report(title, reports, *, notes=(), pictures=()):
    """A web page with scores and pictures that can be sent and kept as one file.

    It loads nothing and runs no script; names of classes and files are escaped. Pictures
    are inside, those with photographs as WebP. It follows the dark mode of the reader and
    fits a phone.

    Args:
        title: heading of the page.
        reports: dict from a name to a `Report`, `CodeReport` or `TwoStageQuality`; each
            is a column of the table.
        notes: sentences under the heading, such as what was searched among what.
        pictures: `Picture`s, in order.

    Returns:
        The page as text.

    Raises:
        ValueError: no reports.

    >>> from tfmetric.evaluation import evaluate_embeddings
    >>> report = evaluate_embeddings([[0.0], [1.0], [5.0], [7.0]], [3, 3, 4, 4])
    >>> page = html_report("Cats & dogs", {"all": report})
    >>> "<h1>Cats &amp; dogs</h1>" in page, "<td>1.0000</td>" in page
    (True, True)
    """
    if not reports:
        raise ValueError("Expected at least one report. Received: none")
    parts = [
        *[f"<p>{escape(str(note))}</p>" for note in notes],
        "<h2>Scores</h2>",
        _scores(reports),
        *[_classes(name, report) for name, report in reports.items()],
        *[_picture(picture) for picture in pictures],
        f"<footer><p>Made by tfmetric {escape(__version__)}.</p></footer>",
    ]
    heading = escape(str(title))
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            f"<title>{heading}</title>",
            f"<style>{_STYLE}</style>",
            "</head>",
            "<body>",
            "<main>",
            f"<h1>{heading}</h1>",
            *[part for part in parts if part],
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _scores(reports):
    heading, *rows = score_table(reports)
    meanings = {
        title: meaning for report in reports.values() for title, _, meaning in report.rows()
    }
    body = [
        [f"{escape(name)}<small>{escape(meanings[name])}</small>", *values]
        for name, *values in rows
    ]
    return _table([escape(name) for name in heading], body)


def _classes(name, report):
    """The scores of each class, folded up; nothing for reports without."""
    scores = getattr(report, "per_class", None)
    if not scores:
        return ""
    worst = sorted(scores, key=lambda label: scores[label]["map_at_r"])
    columns = list(scores[worst[0]])
    rows = [
        [escape(str(label)), *[as_text(scores[label][column]) for column in columns]]
        for label in worst[:_MOST_CLASSES]
    ]
    heading = ["class", *[escape(report._titles[column]) for column in columns]]
    left = len(worst) - len(rows)
    more = f", the best {left} left out" if left else ""
    return (
        f"<details><summary>{escape(str(name))}: scores of {len(worst)} classes, the worst "
        f"first{more}</summary>\n{_table(heading, rows)}\n</details>"
    )


def _table(heading, rows):
    """A table of cells that are HTML already; the first of each row heads it."""
    head = "".join(f'<th scope="col">{cell}</th>' for cell in heading)
    lines = ["<thead>", f"<tr>{head}</tr>", "</thead>", "<tbody>"]
    for name, *cells in rows:
        values = "".join(f"<td>{cell}</td>" for cell in cells)
        lines.append(f'<tr><th scope="row">{name}</th>{values}</tr>')
    lines.append("</tbody>")
    return "\n".join(['<div class="scroll" tabindex="0"><table>', *lines, "</table></div>"])


def _picture(picture):
    title, path = escape(picture.title), Path(picture.path)
    with Image.open(path) as image:
        width, height = image.size
    size = f'width="{width}" height="{height}"'
    source = f"data:{';base64,'.join(_encoded(path))}"
    image = f'<img alt="{title}" {size} src="{source}">'
    return "\n".join(
        [
            f"<h2>{title}</h2>",
            "<figure>",
            f"<figcaption>{escape(picture.text)}</figcaption>",
            f'<div class="scroll" tabindex="0">{image}</div>',
            "</figure>",
        ]
    )


def _encoded(path):
    """Media type and base64 text of a picture."""
    content, kind = path.read_bytes(), "image/png"
    if len(content) > _LARGEST_PNG:
        buffer, kind = io.BytesIO(), "image/webp"
        with Image.open(path) as image:
            image.convert("RGB").save(buffer, "WEBP", quality=85)
        content = buffer.getvalue()
    return kind, base64.b64encode(content).decode("ascii")

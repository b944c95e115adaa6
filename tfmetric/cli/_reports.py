"""Scores as a table, as Markdown and as JSON; pictures of what lies near what."""

import json
from dataclasses import dataclass

from tfmetric.cli._console import note, table

_PICTURED_QUERIES = 8
_PICTURED_NEIGHBOURS = 8


@dataclass(frozen=True)
class Section:
    """One set of queries that was scored.

    Args:
        name: short name of the section.
        text: a sentence on which images were searched among which.
        report: `tfmetric.evaluation.Report`.
    """

    name: str
    text: str
    report: object


def print_scores(sections):
    """Prints what was searched for, and the scores: a row each, a section a column."""
    for section in sections:
        note(f"{section.name}: {section.text}")
    table(["score", *[section.name for section in sections]], _rows(sections))


def write_scores(folder, title, sections):
    """Writes report.md and report.json to `folder`."""
    heading = ["score", *[section.name for section in sections]]
    texts = [f"- {section.name}: {section.text}" for section in sections]
    grid = markdown_table(heading, _rows(sections))
    text = "\n".join([f"# {title}", "", *texts, "", *grid, ""])
    (folder / "report.md").write_text(text, encoding="utf-8")
    scores = {section.name: section.report.to_dict() for section in sections}
    (folder / "report.json").write_text(json.dumps(scores, indent=2) + "\n")


def markdown_table(columns, rows):
    """Lines of a table in Markdown, all columns but the first flush right."""
    rule = ["---", *["---:"] * (len(columns) - 1)]
    return [f"| {' | '.join(cells)} |" for cells in (columns, rule, *rows)]


def neighbours_picture(embeddings, images, candidates, title):
    """Draws what lies nearest to some images, each searched among all others.

    Args:
        embeddings: (items, dim) of `images`.
        images: `ImageSet`.
        candidates: places of the images to choose queries from, one of each class.
        title: text above.
    """
    import numpy as np

    from tfmetric.evaluation import retrieval_grid
    from tfmetric.retrieval import FloatIndex, Matches

    _, first = np.unique(images.labels[candidates], return_index=True)
    spread = np.linspace(0, len(first) - 1, min(len(first), _PICTURED_QUERIES)).astype(int)
    queries = np.asarray(candidates)[first[spread]]
    k = min(_PICTURED_NEIGHBOURS, len(images) - 1)
    found = FloatIndex(embeddings, distance="cosine").search(embeddings[queries], k + 1)
    others = np.argsort(found.ids == queries[:, None], axis=1, kind="stable")[:, :k]
    return retrieval_grid(
        images.images[queries],
        images.labels[queries],
        images.images,
        images.labels,
        Matches(
            np.take_along_axis(found.ids, others, axis=1),
            np.take_along_axis(found.distances, others, axis=1),
        ),
        class_names=images.class_names,
        columns=k,
        title=title,
    )


def _rows(sections):
    """Title of each score and its value in every section, as text."""
    columns = [
        [line.strip("| ").split(" | ") for line in report.to_markdown().splitlines()[2:]]
        for report in (section.report for section in sections)
    ]
    return [
        [cells[0][0], *[value for _, value in cells]]
        for cells in zip(*columns, strict=True)
    ]

"""Scores as a table, as Markdown, as JSON and as a page with pictures."""

import json
from collections import Counter
from dataclasses import dataclass

from tfmetric._core._files import write_text
from tfmetric.cli._console import note, table


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


def scorable(labels):
    """Whether there are pairs of one class and of two, without which nothing is scored."""
    counts = Counter(labels)
    return len(counts) > 1 and max(counts.values()) > 1


def print_scores(sections):
    """Prints what was searched for, and the scores: a row each, a section a column."""
    for section in sections:
        note(f"{section.name}: {section.text}")
    columns, *rows = _score_table(sections)
    table(columns, rows)


def write_report(folder, title, sections, notes, pictures):
    """Writes report.md, report.json and report.html to `folder`.

    Args:
        folder: `Path` of an existing folder.
        title: heading.
        sections: `Section`s.
        notes: sentences on all of them.
        pictures: `tfmetric.evaluation.Picture`s for the page.
    """
    from tfmetric.evaluation import html_report

    notes = [*[f"{section.name}: {section.text}" for section in sections], *notes]
    columns, *rows = _score_table(sections)
    points, grid = [f"- {text}" for text in notes], markdown_table(columns, rows)
    text = "\n".join([f"# {title}", "", *points, "", *grid, ""])
    write_text(folder / "report.md", text)
    reports = {section.name: section.report for section in sections}
    scores = {name: report.to_dict() for name, report in reports.items()}
    write_text(folder / "report.json", json.dumps(scores, indent=2) + "\n")
    page = html_report(title, reports, notes=notes, pictures=pictures)
    write_text(folder / "report.html", page)


def markdown_table(columns, rows):
    """Lines of a table in Markdown, all columns but the first flush right."""
    rule = ["---", *["---:"] * (len(columns) - 1)]
    return [f"| {' | '.join(cells)} |" for cells in (columns, rule, *rows)]


def _score_table(sections):
    from tfmetric.evaluation._scores import score_table

    return score_table({section.name: section.report for section in sections})

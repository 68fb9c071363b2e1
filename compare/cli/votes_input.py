"""Where votes come from on the command line: a file with --votes, else the database, one kind at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import click

from compare.cli.output import say
from compare.cli.stored import the_store
from compare.errors import CompareError, ImportFormatError
from compare.ratings.votes import VoteRow, Votes
from compare.ratings.votes_file import columns_mapping, read_votes, winners_mapping
from compare.records import History

HISTORIES = click.Choice(get_args(History))
_SHOWN_REJECTS = 10


def votes_options(command: Callable[..., None]) -> Callable[..., None]:
    """--votes, --columns, --winners, --blind/--open, --history."""
    for option in (
        click.option("--history", type=HISTORIES, default=None,
                     help="Of the database's votes: only those under this history."),
        click.option("--blind/--open", "blind", default=None, help="Of the database's votes: only blind or only open."),
        click.option("--winners", default="", help="Other words for winners: model_a=left,model_b=right,tie=tie."),
        click.option("--columns", default="", help="Other names of columns: model_a=model_left,model_b=model_right."),
        click.option("--votes", "file", type=click.Path(path_type=Path), help="CSV or JSONL; default: the database."),
    ):  # fmt: skip
        command = option(command)
    return command


def load_votes(file: Path | None, columns: str, winners: str, blind: bool | None, history: str | None) -> Votes:
    """The votes that the options name; refused rows are reported with line and reason.

    Raises:
        ImportFormatError: the file cannot be read, or no row of it is a vote.
        CompareError: the database holds votes of several kinds and none was chosen.
    """
    if file is not None:
        return _from_file(file, columns, winners)
    return _from_store(blind, history)


def _from_file(file: Path, columns: str, winners: str) -> Votes:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            read = read_votes(lines, columns=columns_mapping(columns), winners=winners_mapping(winners))
    except OSError as exc:
        raise ImportFormatError(f"{file} cannot be read: {exc.strerror or exc}. Check the path.") from exc
    except UnicodeDecodeError as exc:
        raise ImportFormatError(f"{file} is not UTF-8 (byte {exc.start}). Save it as UTF-8 and try again.") from exc
    for reject in read.rejects[:_SHOWN_REJECTS]:
        say(f"{file.name}, line {reject.line}: {reject.reason}")
    if len(read.rejects) > _SHOWN_REJECTS:
        say(f"... and {len(read.rejects) - _SHOWN_REJECTS} more.")
    if read.rejects:
        n_kept = len(read.votes)
        say(f"{n_kept + len(read.rejects)} rows read = {n_kept} votes kept + {len(read.rejects)} refused.")
    if not len(read.votes):
        raise ImportFormatError(f"{file} holds no vote that can be used.")
    return read.votes


def _from_store(blind: bool | None, history: str | None) -> Votes:
    rows = [row for row in the_store().iter_votes() if _wanted(row, blind, history)]
    if not rows:
        raise CompareError(
            "There are no votes of this kind in the database. Vote in the app first (weighbridge serve), "
            "or rate a file: weighbridge rate --votes FILE"
        )
    kinds = sorted({(bool(row["blind"]), str(row["history"])) for row in rows})
    if len(kinds) > 1:
        listed = ", ".join(f"{'--blind' if b else '--open'} --history {h}" for b, h in kinds)
        raise CompareError(f"The database holds votes given under different conditions. Choose one of: {listed}.")
    return Votes.from_rows(_row(row) for row in rows)


def _wanted(row: dict[str, Any], blind: bool | None, history: str | None) -> bool:
    return (blind is None or bool(row["blind"]) == blind) and (history is None or row["history"] == history)


def _row(row: dict[str, Any]) -> VoteRow:
    rest = {name: value for name, value in row.items() if name not in ("model_a", "model_b", "winner")}
    return VoteRow(row["model_a"], row["model_b"], row["winner"], rest)

"""Where votes come from on the command line: a file with --votes, else the database, one kind at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, get_args

import click

from compare.cli.output import say
from compare.cli.stored import the_store
from compare.errors import CompareError, ImportFormatError
from compare.ratings.votes import VoteRow, Votes, is_missing
from compare.ratings.votes_file import VotesFile, columns_mapping, read_votes, winners_mapping
from compare.records import History
from compare.review.votes_upload import lines_of

HISTORIES = click.Choice(get_args(History))
SHOWN_REJECTS = 10
_DATABASE = "The database"
NAME_A_FILE = "or name a file of votes with --votes FILE"
BRING_THEM_IN = "or bring votes in: weighbridge votes import FILE"


def votes_options(command: Callable[..., None]) -> Callable[..., None]:
    """--votes, --columns, --winners, --blind/--open, --history, --where."""
    for option in (
        click.option("--where", multiple=True, help="Only votes with COLUMN=VALUE; * is anything: judge=expert_*."),
        click.option("--history", type=HISTORIES, default=None, help="Only votes under this history."),
        click.option("--blind/--open", "blind", default=None, help="Only blind votes, or only open ones."),
        click.option("--winners", default="", help="Other words for winners: model_a=left,model_b=right,tie=tie."),
        click.option("--columns", default="", help="Other names of columns: model_a=model_left,model_b=model_right."),
        click.option("--votes", "file", type=click.Path(path_type=Path), help="A votes file; default: the database."),
    ):  # fmt: skip
        command = option(command)
    return command


def load_votes(
    file: Path | None,
    columns: str,
    winners: str,
    blind: bool | None,
    history: str | None,
    where: Sequence[str] = (),
    *,
    without: str = NAME_A_FILE,
) -> Votes:
    """The votes that the options name; refused rows are reported with line and reason.

    Args:
        file: a votes file; None for the database.
        columns: as --columns takes them.
        winners: as --winners takes them.
        blind: only blind or only open votes; None where all are of one kind.
        history: only votes under this history.
        where: conditions on columns, COLUMN=PATTERN.
        without: what helps this command where the database has no such votes, besides voting; ends the sentence.

    Raises:
        ImportFormatError: the file cannot be read, or no row of it is a vote.
        ConfigError: --where names a column that is not there.
        CompareError: there are votes of several kinds and none was chosen, or none of the chosen kind.
    """
    if file is not None:
        return _of_one_kind(_only(_from_file(file, columns, winners), where), blind, history, str(file), without)
    votes = Votes.from_rows(_row(row) for row in the_store().iter_votes())
    return _of_one_kind(_only(votes, where) if len(votes) else votes, blind, history, _DATABASE, without)


def _only(votes: Votes, where: Sequence[str]) -> Votes:
    """The votes whose columns match every COLUMN=PATTERN; model_a, model_b and winner are columns too."""
    for condition in where:
        name, equals, pattern = (part.strip() for part in condition.partition("="))
        if not (name and equals):
            raise click.UsageError(f"--where has {condition!r}; write it as COLUMN=VALUE.")
        own = {"model_a": votes.model_a, "model_b": votes.model_b, "winner": votes.winner}
        values = own[name] if name in own else votes.column(name)
        texts = ("" if is_missing(value) else str(value) for value in values)
        n_before = len(votes)
        votes = votes.take([i for i, text in enumerate(texts) if fnmatchcase(text, pattern)])
        if not len(votes):
            raise CompareError(f"None of {n_before} votes has {condition}. Check the value, or leave out --where.")
    return votes


def read_votes_file(file: Path, columns: str, winners: str) -> VotesFile:
    """The votes of a file, and the rows that were refused.

    Raises:
        ImportFormatError: the file cannot be read, or lacks a column.
        ConfigError: a mapping cannot be read.
    """
    ours, words = columns_mapping(columns), winners_mapping(winners)
    try:
        if file.suffix.lower() == ".parquet":
            return read_votes(lines_of(file.read_bytes(), file.name), columns=ours, winners=words)
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return read_votes(lines, columns=ours, winners=words)
    except OSError as exc:
        raise ImportFormatError(f"{file} cannot be read: {exc.strerror or exc}. Check the path.") from exc
    except UnicodeDecodeError as exc:
        raise ImportFormatError(f"{file} is not UTF-8 (byte {exc.start}). Save it as UTF-8 and try again.") from exc


def _from_file(file: Path, columns: str, winners: str) -> Votes:
    read = read_votes_file(file, columns, winners)
    for reject in read.rejects[:SHOWN_REJECTS]:
        say(f"{file.name}, line {reject.line}: {reject.reason}")
    if len(read.rejects) > SHOWN_REJECTS:
        say(f"... and {len(read.rejects) - SHOWN_REJECTS} more.")
    if read.rejects:
        n_kept = len(read.votes)
        say(f"{n_kept + len(read.rejects)} rows read = {n_kept} votes kept + {len(read.rejects)} refused.")
    if not len(read.votes):
        raise ImportFormatError(f"{file} holds no vote that can be used.")
    return read.votes


def _of_one_kind(votes: Votes, blind: bool | None, history: str | None, where: str, without: str) -> Votes:
    """The votes that were asked for; a file without the columns `blind` and `history` is of one kind by itself."""
    kinds = [
        (_is_blind(b), None if is_missing(h) else str(h))
        for b, h in zip(_column(votes, "blind"), _column(votes, "history"), strict=True)
    ]
    wanted = [i for i, (b, h) in enumerate(kinds) if blind in (None, b) and history in (None, h)]
    if not wanted:
        if where is _DATABASE:
            raise CompareError(
                f"There are no votes of this kind in the database. Vote in the app first (weighbridge serve), {without}"
            )
        raise CompareError(
            f"{where} holds {len(votes)} votes, none of this kind. Leave out --blind, --open, --history."
        )
    found = sorted({kinds[i] for i in wanted}, key=str)
    if len(found) > 1:
        listed = ", ".join(_options(b, h) for b, h in found)
        raise CompareError(f"{where} holds votes given under different conditions. Choose one of: {listed}.")
    return votes if len(wanted) == len(votes) else votes.take(wanted)


def _column(votes: Votes, name: str) -> Sequence[object]:
    return votes.column(name) if votes.has_column(name) else [None] * len(votes)


def _is_blind(value: object) -> bool | None:
    """What a file's word means; None for one that says nothing."""
    return _BLIND_WORDS.get(str(value).strip().lower())


_BLIND_WORDS = {
    "1": True,
    "true": True,
    "yes": True,
    "1.0": True,
    "0": False,
    "false": False,
    "no": False,
    "0.0": False,
}


def _options(blind: bool | None, history: str | None) -> str:
    told = ["" if blind is None else "--blind" if blind else "--open", f"--history {history}" if history else ""]
    return " ".join(filter(None, told)) or "(votes without these columns filled)"


def _row(row: dict[str, Any]) -> VoteRow:
    rest = {name: value for name, value in row.items() if name not in ("model_a", "model_b", "winner")}
    return VoteRow(row["model_a"], row["model_b"], row["winner"], rest)

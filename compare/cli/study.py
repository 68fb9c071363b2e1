"""`study`: make a study, see how it goes and how far its ballots can be trusted, take it along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import click

from compare.cli.jobs_named import job_named
from compare.cli.output import emit_json, say, table, write_bytes
from compare.cli.stored import the_store
from compare.cli.votes_input import SHOWN_REJECTS
from compare.errors import ImportFormatError, NotFoundError
from compare.ratings.votes_file import parse_pairs
from compare.report.words import counted
from compare.review import running, studies
from compare.review.assignment import progress
from compare.review.informative import choose_by_information
from compare.review.quality import Agreed, Quality, Share, quality
from compare.review.sampling import sample
from compare.review.studies import Form, Items
from compare.review.study_export import FOR_READERS, FileFormat, What, encode, rows
from compare.review.study_file import read_items
from compare.review.study_plan import plan
from compare.review.study_words import filed_sentence
from compare.store.store import Store
from compare.store.study_values import QUESTION, Scope, Study


@click.group(epilog="Example: weighbridge study list")
def study() -> None:
    """Have answers rated by many, and see how far the ballots can be trusted."""


def _settings(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output."),
        click.option("--open", "is_open", is_flag=True, help="Show names and speed; such ballots are kept apart."),
        click.option("--raters", default="", help="Names that may rate, with commas; default: whoever has the link."),
        click.option("--deadline", help="Such as 2026-12-31 or 2026-12-31T18:00, in UTC."),
        click.option("--gold-every", type=int, default=10, show_default=True, help="Rated items between gold items."),
        click.option("--repeat-share", type=float, default=0.1, show_default=True, help="Seen again, sides swapped."),
        click.option("--seed", type=int, default=0, show_default=True, help="Decides what --at-most leaves out."),
        click.option("--at-most", type=click.IntRange(1), help="An even draw of so many items to rate; default: all."),
        click.option("--overlap", type=int, default=3, show_default=True, help="Raters per item."),
        click.option("--criteria", default="fidelity", show_default=True, help="With commas; the first is voted on."),
        click.option("--instructions", default="", help="What raters read before they begin."),
        click.option("--question", default=QUESTION, help="What raters answer about each item."),
    ):  # fmt: skip
        command = option(command)
    return command


@study.command("create", epilog="Example: weighbridge study create Refunds --file to-rate.jsonl --overlap 3")
@click.argument("name")
@click.option("--file", type=click.Path(path_type=Path), help="Answers made elsewhere, JSONL or CSV.")
@click.option("--columns", default="", help="Other names of CSV columns: prompt=question,response_a=left.")
@click.option("--whole-threads", is_flag=True, help="Whole threads side by side, not single turns.")
@click.option("--job", help="Answers of a job, by its id, or last.")
@click.option("--comparison", "comparisons", multiple=True, help="Answers of a comparison; may be repeated.")
@click.option("--recorded", "threads", multiple=True, help="Recorded answers of a thread; may be repeated.")
@click.option("--n-way", is_flag=True, help="All answers of a place at once, not every two of them.")
@click.option("--informative", is_flag=True, help="Give out first what tells most about who is best.")
@_settings
def create(
    name: str, file: Path | None, columns: str, whole_threads: bool, job: str | None, comparisons: tuple[str, ...],
    threads: tuple[str, ...], n_way: bool, informative: bool, question: str, instructions: str, criteria: str,
    overlap: int, at_most: int | None, seed: int, repeat_share: float, gold_every: int, deadline: str | None,
    raters: str, is_open: bool, as_json: bool,
) -> None:  # fmt: skip
    """Make a study; its id is what raters need.

    Name one source of answers: --file, --job, --comparison or --recorded.
    """
    store = the_store()
    if sum(map(bool, (file, job, comparisons, threads))) != 1:
        raise click.UsageError("Name one source of answers: --file, --job, --comparison or --recorded.")
    if whole_threads and threads:
        raise click.UsageError("--whole-threads needs --file, --job or --comparison.")
    form: Form = "all" if n_way else "pairs"
    scope: Scope = "thread" if whole_threads else "turn"
    if file is not None:
        items = _from_file(store, file, columns, scope)
    elif job is not None:
        items = studies.from_job(store, job_named(store, job) or job, form=form, scope=scope)
    elif comparisons:
        items = studies.from_comparisons(store, comparisons, form=form, scope=scope)
    else:
        items = studies.from_recorded(store, threads, form=form)
    for left_out in items.left_out[:SHOWN_REJECTS]:
        say(f"{left_out.what}: {left_out.reason}")
    if len(items.left_out) > SHOWN_REJECTS:
        say(f"... and {len(items.left_out) - SHOWN_REJECTS} more left out.")
    drawn = sample(store, items.items, at_most, seed=seed)
    if drawn.sentence:
        say(drawn.sentence)
    made = studies.create(
        store,
        Study(
            name, question, instructions, _words(criteria), scope, not is_open,
            is_open, overlap, repeat_share, gold_every, deadline=deadline, raters=_words(raters),
        ),
        drawn.items,
    )  # fmt: skip
    say(plan(store, made, drawn.items).sentence)
    if informative:
        choose_by_information(store, made.id)
    if as_json:
        missing = [one._asdict() for one in items.left_out]
        emit_json({"id": made.id, "items": len(drawn.items), "left_out": missing, "not_drawn": len(drawn.left_out)})
    else:
        click.echo(made.id)
    say(f"The study {made.name!r} has {counted(len(drawn.items), 'item')}; each needs {counted(overlap, 'ballot')}.")


@study.command("list", epilog="Example: weighbridge study list --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def list_(as_json: bool) -> None:
    """List the studies, newest first."""
    store = the_store()
    found = [(one, progress(store, one.id, "")) for one in store.studies()]
    if as_json:
        emit_json({"studies": [{**asdict(one), "ballots": p.study_done, "needed": p.study_needed} for one, p in found]})
    elif not found:
        say("No studies yet. Make one: weighbridge study create NAME --file to-rate.jsonl")
    else:
        table(
            ["id", "state", "ballots", "name"],
            [[one.id, one.state, f"{p.study_done} of {p.study_needed}", one.name] for one, p in found],
        )


@study.command("show", epilog="Example: weighbridge study show STUDY_ID")
@click.argument("study_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def show(study_id: str, as_json: bool) -> None:
    """Tell how far a study is and how far its ballots can be trusted."""
    store = the_store()
    one, done, found = store.study(study_id), progress(store, study_id, ""), quality(store.study_ballots(study_id))
    if as_json:
        emit_json({"study": asdict(one), "ballots": done.study_done, "needed": done.study_needed, **_document(found)})
        return
    click.echo(f"{one.name} ({one.state}): {done.study_done} of {done.study_needed} ballots.")
    if one.blind and (told := filed_sentence(store.names_filed(study_id))):
        click.echo(told)
    agreed = [*found.marks.values(), *found.rubric.values()]
    for sentence in (*found.sentences, *(a.sentence for a in agreed), *(r.sentence for r in found.raters)):
        click.echo(sentence)


@study.command("close", epilog="Example: weighbridge study close STUDY_ID")
@click.argument("study_id", metavar="ID")
@click.option("--reopen", is_flag=True, help="Take ballots again.")
def close(study_id: str, reopen: bool) -> None:
    """Take no more ballots; what raters had begun is kept."""
    store = the_store()
    (store.reopen_study if reopen else store.close_study)(study_id)
    say(f"The study {store.study(study_id).name!r} is {store.study(study_id).state}.")


@study.command("pause", epilog="Example: weighbridge study pause STUDY_ID")
@click.argument("study_id", metavar="ID")
def pause(study_id: str) -> None:
    """Take no ballots for now; `close --reopen` goes on."""
    store = the_store()
    store.pause_study(study_id)
    say(f"The study {store.study(study_id).name!r} is paused.")


@study.command("set-aside", epilog="Example: weighbridge study set-aside STUDY_ID Ann --by Bob --reason hasty")
@click.argument("study_id", metavar="ID")
@click.argument("rater")
@click.option("--by", required=True, help="Who decides it.")
@click.option("--reason", required=True, help="Kept with every ballot.")
@click.option("--back", is_flag=True, help="Count them again, as far as others have not filled their items.")
def set_aside(study_id: str, rater: str, by: str, reason: str, back: bool) -> None:
    """Stop counting a rater's ballots.

    Nothing is deleted; others get the items.
    """
    store = the_store()
    known = {one.rater: one.ballot.rater_id for one in store.study_ballots(study_id)}
    if rater not in known:
        raise NotFoundError(
            f"No ballot of {rater!r} is in this study. Its raters: {', '.join(sorted(known)) or 'none'}."
        )
    if back:
        done = running.count_again(store, study_id, known[rater], store.rater(by), reason)
        say(f"{counted(done.n_counted, 'ballot')} of {rater} counted again.")
        if done.n_place_taken:
            say(f"{done.n_place_taken} stay set aside: others have filled their items meanwhile.")
        return
    n = running.set_aside(store, study_id, known[rater], store.rater(by), reason)
    say(f"{counted(n, 'ballot')} of {rater} set aside.")


@study.command("export", epilog="Example: weighbridge study export STUDY_ID --what marks --out marks.csv")
@click.argument("study_id", metavar="ID")
@click.option("--what", type=click.Choice(get_args(What)), default="ballots", show_default=True)
@click.option("--format", "file_format", type=click.Choice(get_args(FileFormat)), default="csv", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="File to write; without it, standard output.")
def export(study_id: str, what: What, file_format: FileFormat, out: Path | None) -> None:
    """Write ballots, marks, battles or DPO pairs.

    Battles have the shape of LMSYS; DPO pairs are for preference training. Each names the candidates.
    """
    store = the_store()
    found = rows(store, study_id, what)
    write_bytes(encode(found, file_format, to_be_read_back=what not in FOR_READERS), out)
    items = store.study_items(study_id)
    store.mark_answers_filed({answer_id for item in items for answer_id in item.answer_ids}, "study export")
    say(f"{counted(len(found), 'row')} written.")
    one = store.study(study_id)
    if one.blind and one.state == "open":
        say("The study is still open and blind: whoever reads this file cannot rate blind any more.")


def _from_file(store: Store, file: Path, columns: str, scope: Scope) -> Items:
    mapping = dict(parse_pairs(columns, "--columns")) if columns.strip() else {}
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return read_items(store, lines, source=file.name, scope=scope, columns=mapping)
    except OSError as exc:
        raise ImportFormatError(f"{file} cannot be read: {exc.strerror or exc}. Check the path.") from exc
    except UnicodeDecodeError as exc:
        raise ImportFormatError(f"{file} is not UTF-8 (byte {exc.start}). Save it as UTF-8 and try again.") from exc


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _document(found: Quality) -> dict[str, Any]:
    return {
        "verdict": _agreed(found.verdict),
        "marks": {kind: _agreed(one) for kind, one in found.marks.items()},
        "rubric": {criterion: _agreed(one) for criterion, one in found.rubric.items()},
        "swaps": _share(found.swaps),
        "gold": _share(found.gold),
        "left": _share(found.left),
        "leaked": _share(found.leaked),
        "raters": [
            {
                "rater": one.rater,
                "ballots": one.n_ballots,
                "set_aside": one.n_set_aside,
                "with_others": _share(one.with_others),
                "swaps": _share(one.swaps),
                "gold": _share(one.gold),
                "left": _share(one.left),
                "median_active_ms": one.median_active_ms,
                "speeder": one.is_speeder,
                "outlier": one.is_outlier,
                "sentence": one.sentence,
            }
            for one in found.raters
        ],
        "disagreements": found.disagreements,
        "sentences": found.sentences,
    }


def _agreed(one: Agreed) -> dict[str, Any]:
    return {
        "alpha_nominal": one.alpha_nominal,
        "alpha_ordinal": one.alpha_ordinal,
        "pairs": _share(one.pairs),
        "pairs_without_ties": _share(one.pairs_decisive),
        "n_items": one.n_items,
        "sentence": one.sentence,
    }


def _share(one: Share) -> dict[str, Any]:
    return {"k": one.k, "n": one.n, "share": one.value, "interval": one.interval if one.n else None}

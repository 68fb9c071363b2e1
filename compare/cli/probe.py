"""`probe`: plant facts in threads, ask for them later, and draw how a candidate forgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from compare.cli.job_work import work_on
from compare.cli.output import emit_json, json_line, say, table, write_bytes
from compare.cli.probe_candidates import Asking, candidates_asked, history_of
from compare.cli.stored import the_catalog, the_store
from compare.errors import ConfigError
from compare.jobs.estimate import estimate, refuse_unknown_prices
from compare.jobs.plan import read_asked
from compare.jobs.terms import Terms, read_limits, read_usd
from compare.probes.carrier import FILLERS, Carrier, Real
from compare.probes.crossover import crossovers
from compare.probes.curve import Curve
from compare.probes.curves import curves_of
from compare.probes.handover import too_short
from compare.probes.job import KIND, results, start_probes
from compare.probes.own import ProbeHistory
from compare.probes.plant import DEPTHS, LENGTHS, OWN_DEPTHS, Planting, PlantPlan, plant
from compare.probes.probe import TYPES, ProbeType
from compare.probes.results import Result
from compare.probes.switch import switch_losses
from compare.ratings.shares import Share
from compare.report.memory.export import document
from compare.report.words import labels
from compare.store.store import Store
from compare.store.votes import vote_name
from compare.threads.importers import read_file
from compare.threads.importers.read import titled

_GO_ON = "the same command with --resume goes on"


@click.command(epilog="\b\nExample: weighbridge probe --models sim-lite,sim-large --lengths 4,8,16,30,50 --repeat 5")
@click.option("--models", default="", help="Model ids, separated by commas.")
@click.option("--candidate", "stored", multiple=True, metavar="ID", help="A stored candidate (a variant) to ask too.")
@click.option(
    "--policy", "policies", multiple=True, metavar="POLICY",
    help="Ask each model under this context policy: full, last:12, summary:MODEL:8 ... Default: full.",
)  # fmt: skip
@click.option(
    "--history", type=click.Choice(["fixed", "own"]),
    help="Replies in the threads as made up (fixed), or the candidate's own, for which every turn is asked (own). "
    "Default: fixed; own with --handover.",
)  # fmt: skip
@click.option(
    "--handover", "handovers", multiple=True, metavar="A:B@MESSAGE",
    help="A answers until that message, then B takes over and is asked; B is asked all the way too.",
)  # fmt: skip
@click.option("--lengths", default=",".join(map(str, LENGTHS)), show_default=True, help="Thread lengths in messages.")
@click.option("--types", default=",".join(TYPES), show_default=True, help="What is probed.")
@click.option(
    "--depths",
    help="Where the fact of a recall probe lies: 0 first, 1 last. Default: "
    f"{','.join(map(str, DEPTHS))}; {','.join(map(str, OWN_DEPTHS))} with own replies.",
)  # fmt: skip
@click.option("--sets", type=click.IntRange(1, 100), default=1, show_default=True, help="All of it so many times over.")
@click.option("--repeat", type=click.IntRange(1, 100), default=1, show_default=True, help="Ask each so many times.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed plants other values.")
@click.option("--threads", "threads_file", type=click.Path(path_type=Path), help="Plant in these threads instead.")
@click.option("--controls/--no-controls", default=True, help="Ask each also with the fact said again at the end.")
@click.option("--reference", metavar="MODEL", help="From which thread length on the others are worse than this one.")
@click.option(
    "--concurrency", type=click.IntRange(1, 512), default=32, show_default=True, help="Calls at once, in all."
)
@click.option("--limit", "limits", multiple=True, metavar="NAME=N", help="As for run.")
@click.option("--cost-cap", metavar="USD", help="Ask nothing more once this amount would be passed.")
@click.option("--resume", is_flag=True, help="Go on with the same job: what is finished is not asked again.")
@click.option("--job", "job_id", help="Show a job of earlier instead of asking anything; 'last' for the newest.")
@click.option("--out", type=click.Path(path_type=Path), help="Also write every probe as a line of JSON.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def probe(
    models: str, stored: tuple[str, ...], policies: tuple[str, ...], history: ProbeHistory | None,
    handovers: tuple[str, ...], lengths: str, types: str, depths: str | None, sets: int, repeat: int, seed: int,
    threads_file: Path | None, controls: bool, reference: str | None, concurrency: int, limits: tuple[str, ...],
    cost_cap: str | None, resume: bool, job_id: str | None, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Plant facts in threads, ask for them later, and show how far back each candidate remembers.

    Answers are scored by exact rules, never by a model. See docs/probes.md.
    """
    store = the_store()
    if job_id is None:
        asked = candidates_asked(store, the_catalog(), models, stored, policies, handovers)
        _refuse_unasked(reference, [vote_name(candidate) for candidate, _ in asked.candidates])
        plan = PlantPlan(_whole(lengths), _types(types), _shares(depths), sets, seed, controls,
                         history_of(history, asked))  # fmt: skip
        cap = None if cost_cap is None else read_usd(cost_cap)
        if cap is not None:
            refuse_unknown_prices({one.id: one for one, _ in asked.everybody}, the_catalog().get)
        terms = Terms(concurrency, read_limits(limits, [spec for _, spec in asked.everybody]), cap)
        planting = plant(plan, _carriers(threads_file))
        job_id = _ask(store, planting, plan, asked, repeat, terms, resume)
    else:
        job_id = _stored(store, job_id)
    found = results(store, job_id)
    if out is not None:
        write_bytes(b"".join(json_line(one.to_json()) for one in found), out)
        say(f"{len(found):,} probes written to {out}.")
    curves = curves_of(found)
    if as_json:
        emit_json(document(job_id, found, curves, reference))
        return
    called = labels(store, the_catalog())
    _show(curves, found, called)
    for loss in switch_losses(found):
        click.echo(loss.sentence(lambda name: called.get(name, name)))
    for name, one in (crossovers(found, reference) if reference else {}).items():
        click.echo(f"{name}: {one.sentence}")


def _refuse_unasked(reference: str | None, names: Sequence[str]) -> None:
    """Before anything is asked and paid for.

    Raises:
        ConfigError: the reference is none of those that are asked.
    """
    if reference is not None and reference not in names:
        raise ConfigError(f"--reference {reference!r} is none of the candidates that are asked: {', '.join(names)}.")


def _ask(
    store: Store, planting: Planting, plan: PlantPlan, asked: Asking, repeat: int, terms: Terms, resume: bool
) -> str:
    chosen_ones = [candidate for candidate, _ in asked.candidates]
    for why in (*planting.left_out, *asked.notes, *too_short(planting.planted, chosen_ones)):
        say(why)
    for candidate, spec in asked.everybody:
        store.save_candidate(candidate, spec)
    job_id, resumed = start_probes(
        store, planting.planted, chosen_ones, plan, repeat=repeat, terms=terms, resume=resume
    )
    total = sum(one.n for one in store.cell_counts(job_id))
    n = len(planting.planted)
    told = (
        " Every user turn is asked: the candidate's own replies stand in the threads." if plan.history == "own" else ""
    )
    say(f"{'Resuming' if resumed else 'Starting'} job {job_id}: {total:,} answers to {n:,} probes.{told}")
    catalog = the_catalog()
    say(estimate(store, job_id, read_asked(store.job(job_id).spec_json), catalog.get).sentence)
    work_on(store, job_id, lambda cell, answer, there: None, how_to_go_on=_GO_ON,
            reasons=f"weighbridge jobs show {job_id} has the reasons")  # fmt: skip
    return job_id


def _carriers(path: Path | None) -> Sequence[Carrier]:
    if path is None:
        return FILLERS
    reading = read_file(path)
    for refusal in reading.refused:
        say(f"{path.name}, line {refusal.line}: {refusal.reason}")
    return [Real(titled(thread)) for thread in reading.threads]


def _stored(store: Store, name: str) -> str:
    if name != "last":
        return store.job(name).id
    rows = store.jobs(KIND, 1)
    if not rows:
        raise click.UsageError("There is no job of probes yet. Run one: weighbridge probe --models a,b")
    return rows[0].id


def _whole(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError as exc:
        raise ConfigError(f"--lengths takes whole numbers such as 4,8,16,30,50, not {text!r}.") from exc


def _shares(text: str | None) -> tuple[float, ...] | None:
    if text is None:
        return None
    try:
        found = tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        found = ()
    if not found or not all(0.0 <= one <= 1.0 for one in found):
        raise ConfigError(f"--depths takes numbers from 0 to 1 such as 0,0.5,0.95, not {text!r}.")
    return found


def _types(text: str) -> tuple[ProbeType, ...]:
    names = [part.strip() for part in text.split(",") if part.strip()]
    unknown = [name for name in names if name not in TYPES]
    if unknown:
        raise ConfigError(f"{unknown[0]!r} is no type of probe. Types are {', '.join(TYPES)}.")
    return tuple(one for one in TYPES if one in names)


def _show(curves: dict[str, Curve], found: Sequence[Result], called: Mapping[str, str]) -> None:
    ranges = list(dict.fromkeys(b.label for c in curves.values() for b in sorted(c.messages.bins, key=lambda b: b.low)))
    ranges.sort(key=lambda label: int(label.rstrip("+").partition("-")[0]))
    rows = []
    for name, curve in curves.items():
        by_label = {one.label: one.recall for one in curve.messages.bins}
        # A plain model goes by its id, as on the command line; a variant by what it is called.
        row = [called[name] if "@" in name else name]
        row += [_percent(by_label.get(label)) for label in ranges]
        row += [_percent(curve.control), curve.d50_words, _slope(curve), f"{curve.n_cut:,}"]
        rows.append(row + [_percent(curve.types.get(each)) for each in (*TYPES[1:], "stale")])
    table(["recall at messages back:", *ranges, "control", "half at", "slope", "cut by us", *TYPES[1:], "stale"], rows)
    failed = sum(one.passed is None for one in found)
    say(f"{len(found):,} answers, {failed:,} of them failed and in no figure. Every probe: --json or --out FILE.")


def _slope(curve: Curve) -> str:
    if curve.messages.step is not None:
        return f"step {curve.messages.step.last_passed} to {curve.messages.step.first_failed}"
    line = curve.messages.line
    return "none" if line is None else f"{line.slope:.2f} (se {line.slope_error:.2f})"


def _percent(one: Share | None) -> str:
    return "-" if one is None or one.value is None else f"{100 * one.value:.0f} %"

"""`route export` and `route drain`: routing files in the languages of gateways, one set of files a canary stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from compare.cli.output import emit_json, say
from compare.cli.route_recommend import aim_options, refuse_beside, weighed_votes
from compare.cli.stored import the_catalog
from compare.cli.votes_input import BRING_THEM_IN, HISTORIES, load_votes
from compare.errors import CompareError, ConfigError, NotEnoughVotesError
from compare.routing.exports.written import WRITABLE, YAML, FileSet, file_sets

_Command = Callable[..., Any]
HARM_RATE = 0.02
"""Of what runs now, where nobody said: canaries are told by a doubling of it."""


def _options(command: _Command) -> _Command:
    """What both commands take; limits are for weights from stored votes."""
    command = aim_options(command)
    for option in reversed(
        (
            click.option("--to", "target", type=click.Choice(WRITABLE), default=YAML, show_default=True),
            click.option("--in", "source", type=click.Path(path_type=Path), help="A routing.yaml; else stored votes."),
            click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the files."),
            click.option("--force", is_flag=True, help="Also where the evidence is called insufficient."),
            click.option("--blind/--open", "blind", default=None, help="Without a file: only blind or open votes."),
            click.option("--history", type=HISTORIES, help="Without a file: only votes under this history."),
            click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output."),
        )
    ):
        command = option(command)
    return command


@click.command("export", epilog="Example: weighbridge route export routing.yaml --to litellm --out gateway/")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@_options
def export(
    file: Path | None, target: str, source: Path | None, out: Path, force: bool, as_json: bool, **options: Any
) -> None:
    """Write a gateway's configuration.

    From a routing.yaml, else from the stored votes, within the limits that `route recommend` takes. Where a route has a
    canary, each stage gets a folder (stage-1-5pct ... full). losses.json says what the gateway cannot do.
    """
    path = _one_of(file, source)
    if path is None and target == YAML:
        # As it was made, with the figures behind each weight as comments.
        sets = [FileSet("", {"routing.yaml": _from_votes(options)}, (), "")]
    else:
        sets = file_sets(_config(path, options), target, force=force)
    _write(sets, target, out, as_json)
    if path is not None:
        _tell_canaries(path)


@click.command("drain", epilog="Example: weighbridge route drain opus --to litellm --out gateway/")
@click.argument("model")
@_options
def drain(model: str, target: str, source: Path | None, out: Path, force: bool, as_json: bool, **options: Any) -> None:
    """Write the files without one model.

    Its weight goes to the others of each route in proportion; a route with nothing left is refused by name.
    """
    from compare.routing.exports.stamp import routing_sha256
    from compare.routing.stages import drained

    config = _config(source, options)
    without = drained(config, model)
    parent = {"parent_sha256": routing_sha256(config)}
    without = replace(without, provenance={**without.provenance, **parent})
    _write(file_sets(without, target, force=force), target, out, as_json)


def _tell_canaries(path: Path) -> None:
    """How many requests each stage needs, where somebody is about to start one."""
    from compare.cli.routing_file import routing_file
    from compare.routing.canary_size import canary_size

    routes = routing_file(path).routes
    shares = sorted(
        {stage.share for route in routes if route.canary for stage in route.canary.stages if stage.share < 1}
    )
    for share in shares:
        say(f"Canary: {canary_size(share, HARM_RATE).sentence}")
    if shares:
        say("Your own harm rate: weighbridge canary --share SHARE --harm-rate RATE.")


def _one_of(file: Path | None, source: Path | None) -> Path | None:
    if file and source:
        raise ConfigError(f"Two routing files are named, {file} and {source}. Name one.")
    return file or source


def _config(path: Path | None, options: dict[str, Any]) -> Any:
    """The configuration of a file, or of the stored votes; names that only the catalogue knows are looked up there."""
    from compare.cli.routing_file import routing_file
    from compare.routing.config import load
    from compare.routing.known_models import simulated_note, with_catalog

    if path:
        refuse_beside(path)
    catalog = the_catalog()
    config = with_catalog(routing_file(path) if path else load(_from_votes(options)), catalog.models)
    if note := simulated_note(config, catalog.models):
        say(note)
    return config


def _from_votes(options: dict[str, Any]) -> str:
    without = f"{BRING_THEM_IN}, or name a routing.yaml with --in FILE"
    votes = load_votes(None, "", "", options["blind"], options["history"], without=without)
    weighed, aim, _ = weighed_votes(votes, options)
    found = weighed.proposals(aim)
    for proposal in (*found.buckets, found.default):
        say(f"{proposal.bucket.name} ({proposal.match or 'all other threads'}): {proposal.why}")
    for problem in found.problems:
        say(problem)
    text = weighed.file(aim, found)
    if text is None:
        raise NotEnoughVotesError(
            "No weights were written: no range of thread lengths has weights. The sentences above say what is missing."
        )
    return text


def _write(sets: list[FileSet], target: str, out: Path, as_json: bool) -> None:
    written: list[dict[str, Any]] = []
    for each in sets:
        folder = out / each.folder if each.folder else out
        paths = [folder / name for name in each.files]
        for path, text in zip(paths, each.files.values(), strict=True):
            _write_file(path, text)
        losses = [{"field": loss.field, "reason": loss.reason} for loss in each.losses]
        written.append({"stage": each.folder or "full", "files": [str(path) for path in paths], "losses": losses})
    for loss in dict.fromkeys(loss for each in sets for loss in each.losses):
        say(f"Not as the file says, {loss.field}: {loss.reason}")
    for made in written:
        say(f"Written to {', '.join(made['files'])}.")
    if as_json:
        emit_json({"target": target, "sets": written, "snippet": sets[-1].snippet})


def _write_file(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise CompareError(f"{path} cannot be written: {exc.strerror}. Name another folder with --out.") from exc

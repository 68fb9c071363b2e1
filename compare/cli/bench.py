"""`bench`: parallel multi-turn sessions against an endpoint or gateway of the user's own."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compare.cli.numbers import Number
from compare.cli.open_files import allow_connections
from compare.cli.output import emit_json, say, table
from compare.cli.progress import progress
from compare.cli.stopping import terminable
from compare.errors import CompareError, ConfigError

if TYPE_CHECKING:
    from compare.bench.plan import Plan, Script
    from compare.bench.results import BenchResult, GroupResult
    from compare.ratings.percentiles import Percentile


@click.command(epilog="\b\nExample: weighbridge bench --url http://127.0.0.1:4000/v1 --sessions 100 --turns 20")
@click.option("--url", required=True, help="Base address of Chat Completions, such as http://127.0.0.1:4000/v1.")
@click.option("--sessions", type=click.IntRange(1, 2000), default=10, show_default=True, help="Sessions at once.")
@click.option("--turns", type=click.IntRange(1, 1000), default=10, show_default=True, help="User turns of each.")
@click.option("--model", default=None, help="Name to ask for; default: the one that the endpoint lists.")
@click.option("--header", "headers", multiple=True, metavar="K=V", help="Sent with every request; may be repeated.")
@click.option(
    "--header-env", "env_headers", multiple=True, metavar="K=NAME", help="A header whose value a variable holds."
)
@click.option("--session-header", default="x-session-id", show_default=True, help="Carries the session; '' for none.")
@click.option(
    "--length-header", default="x-thread-length", show_default=True, help="Carries the messages sent; '' for none."
)
@click.option("--route-header", default="", help="Response header that names the route, before the known ones.")
@click.option("--api-key-env", metavar="NAME", default=None, help="Name of the variable with the key.")
@click.option("--threads", "threads_file", type=click.Path(path_type=Path), help="Threads whose user turns are asked.")
@click.option("--max-tokens", type=click.IntRange(1), default=None, help="Longest answer, in tokens.")
@click.option("--timeout", "timeout_s", type=Number(0.1), default=600.0, show_default=True, help="Seconds.")
@click.option(
    "--time", "time_name", type=click.Choice(["first-token", "complete"]), default="complete", show_default=True,
    help="The time in the table; --json holds both.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def bench(
    url: str, sessions: int, turns: int, model: str | None, headers: Sequence[str], env_headers: Sequence[str],
    session_header: str, length_header: str, route_header: str, api_key_env: str | None, threads_file: Path | None,
    max_tokens: int | None, timeout_s: float, time_name: str, as_json: bool,
) -> None:  # fmt: skip
    """Ask in parallel sessions, each with its own answers as history, and time who answers by which route.

    Nothing is retried, nothing is stored; a failed turn is counted with its reason.
    """
    from compare.bench.plan import Plan, base_url_of, check_header, headers_of
    from compare.bench.results import Results
    from compare.bench.results import as_json as result_json

    try:
        for name, option in ((session_header, "--session-header"), (length_header, "--length-header")):
            if name:
                check_header(name, option)
        base_url = base_url_of(url)
        allow_connections(sessions)
        sent, secret = headers_of(headers), _from_variables(env_headers)
        key = _variable(api_key_env, "--api-key-env") if api_key_env else None
    except ConfigError as exc:
        raise click.UsageError(str(exc)) from exc
    plan = Plan(
        base_url, model or asyncio.run(_listed_model(base_url, key, api_key_env)), sessions, turns,
        _scripts(threads_file), sent, secret, session_header.lower(), length_header.lower(), route_header, api_key_env,
        timeout_s, max_tokens,
    )  # fmt: skip
    _announce(plan)
    results, began = Results(plan), time.monotonic()
    try:
        _run(plan, key, results)
    except (KeyboardInterrupt, SystemExit):
        say("Stopped. What was answered until then:")
        _show(results.result(time.monotonic() - began), plan, time_name)
        raise
    found = results.result(time.monotonic() - began)
    if as_json:
        emit_json(result_json(found, plan, time_name))
    else:
        _show(found, plan, time_name)
    if not found.n_answers:
        raise CompareError(f"No request was answered. {_most_frequent(found)}")


def _run(plan: Plan, key: str | None, results: object) -> None:
    from compare.bench.results import Results
    from compare.bench.session import run

    assert isinstance(results, Results)
    with terminable(), progress(plan.n_requests, "answers") as advance:
        asyncio.run(run(plan, key, results, advance))


def _from_variables(pairs: Sequence[str]) -> dict[str, str]:
    from compare.bench.plan import check_header

    found = {}
    for pair in pairs:
        name, _, variable = pair.partition("=")
        check_header(name.strip(), "--header-env")
        found[name.strip().lower()] = _variable(variable.strip(), "--header-env")
    return found


def _variable(name: str, option: str) -> str:
    """The value of an environment variable; never shown.

    Raises:
        ConfigError: it is not set, or holds what no header can carry.
    """
    value = os.environ.get(name, "").strip()
    if not value:
        raise ConfigError(f"{option} names the variable {name!r}, which is not set. Set it: export {name}=...")
    if not (value.isascii() and value.isprintable()):
        raise ConfigError(f"The variable {name} holds characters that no header can carry; set it again.")
    return value


async def _listed_model(base_url: str, key: str | None, key_env: str | None) -> str:
    """The one model that the endpoint lists.

    Raises:
        ConfigError: it lists none or several.
        ProviderError: it cannot be asked.
    """
    from compare.engine.backend import Backend
    from compare.providers import OpenAIChat

    async with Backend() as backend:
        listed = await OpenAIChat(backend.client).list_models(base_url, key, api_key_env=key_env)
    names = [model.name for model in listed]
    if len(names) == 1:
        return names[0]
    shown = ", ".join(names[:10]) + (" ..." if len(names) > 10 else "")
    said = f"lists {len(names)} models ({shown})" if names else "lists no model"
    raise ConfigError(f"The endpoint {said}. Say which one to ask for: --model NAME.")


def _scripts(path: Path | None) -> tuple[Script, ...]:
    from compare.bench.plan import script_of
    from compare.threads.importers import read_file

    if path is None:
        return ()
    reading = read_file(path)
    for refusal in reading.refused:
        say(f"{path.name}, line {refusal.line}: {refusal.reason}")
    found = tuple(script for thread in reading.threads if (script := script_of(thread.messages)).says)
    if not found:
        raise CompareError(f"{path} holds no thread with a user's message.")
    return found


def _announce(plan: Plan) -> None:
    say(f"{plan.sessions} sessions at once, {plan.n_requests:,} requests to {plan.base_url} for {plan.model}.")
    if plan.n_short:
        say(f"{plan.n_short} sessions have fewer than {plan.turns} user turns in their thread and end earlier.")


# --- what is printed -------------------------------------------------------------------------------------------------


def _show(found: BenchResult, plan: Plan, time_name: str) -> None:
    from compare.bench.results import DEFINITIONS

    table(
        ["served model", "route", "answers", "avg", "95 %", "p50", "95 %", "p95", "95 %", "n"],
        [_row(group, time_name) for group in found.groups],
    )
    if len(found.lengths) > 1:
        click.echo()
        heads = ["thread length", "answers", "avg", "95 %", "p50", "95 %", "p95", "95 %", "n"]
        table(heads, [_row(group, time_name)[1:] for group in found.lengths])
    say(f"Time: {time_name}, {DEFINITIONS[time_name]}.")
    say(
        f"{found.n_requests:,} asked = {found.n_answers:,} answered + {found.n_failed:,} failed; "
        f"{found.n_not_asked:,} not asked. {found.wall_s:.1f} s."
    )
    for reason, n in found.reasons.items():
        say(f"  {n:,} x {reason}")
    whole = found.groups[0]
    if whole.n_disturbed:
        say(f"{whole.n_disturbed:,} timings were disturbed, as this process was held up, and are left out.")
    if found.n_asked_again:
        say(f"{found.n_asked_again:,} requests went out again without a parameter that the endpoint refused.")


def _row(group: GroupResult, time_name: str) -> list[str]:
    timed = group.time(time_name)
    mean = timed.mean
    return [
        group.served,
        group.route,
        f"{group.n_answers:,}",
        _ms(mean.value),
        _range(mean.ci_low, mean.ci_high, "-"),
        _ms(timed.p50.value),
        _interval(timed.p50),
        _ms(timed.p95.value),
        _interval(timed.p95),
        f"{timed.p50.n:,}",
    ]


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f} ms"


def _interval(p: Percentile) -> str:
    return _range(p.ci_low, p.ci_high, f"needs {p.n_needed}" if p.n else "-")


def _range(low: float | None, high: float | None, otherwise: str) -> str:
    return otherwise if low is None or high is None else f"{max(low, 0.0):,.0f} to {high:,.0f}"


def _most_frequent(found: BenchResult) -> str:
    return next(iter(found.reasons), "Nothing was asked.")

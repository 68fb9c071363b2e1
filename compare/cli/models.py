"""`models`: the catalogue, which keys are there, and, on request, whether a model answers."""

from __future__ import annotations

import asyncio

import click

from compare.catalog import availability, load_catalog
from compare.cli.output import emit_json, table
from compare.errors import CompareError
from compare.records import ModelSpec


@click.command(epilog="Example: weighbridge models --check")
@click.option("--check", "do_check", is_flag=True, help="Ask every model that is ready for one word; 1 if one fails.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def models(do_check: bool, as_json: bool) -> None:
    """List the catalogue."""
    specs = list(load_catalog().models.values())
    rows = [_row(spec) for spec in specs]
    ready: list[ModelSpec] = []
    silent: list[str] = []
    if do_check:
        from compare.engine.check import check  # brings the HTTP client, which listing does not need

        ready = [spec for spec in specs if availability(spec).ready]
        for checked in asyncio.run(check(ready)):
            row = next(row for row in rows if row["id"] == checked.model_id)
            row["check"] = checked.sentence
            row["check_ok"] = checked.ok
            silent += [] if checked.ok else [checked.model_id]
    if as_json:
        emit_json({"models": rows})
    else:
        header = ["id", "maker", "state", "in $/M", "out $/M", "window"] + (["check"] if do_check else [])
        table(header, [_cells(row, do_check) for row in rows])
    if silent:
        raise CompareError(f"{len(silent)} of {len(ready)} models that are ready did not answer: {', '.join(silent)}.")


def _row(spec: ModelSpec) -> dict[str, object]:
    state = availability(spec)
    price = spec.price
    return {
        "id": spec.id,
        "label": spec.name,
        "maker": spec.maker,
        "provider": spec.provider,
        "ready": state.ready,
        "state": state.reason,
        "simulated": spec.simulated,
        "context_window_tokens": spec.context_window_tokens,
        "price_usd_per_mtok": {"input": price.input_usd_per_mtok, "output": price.output_usd_per_mtok}
        if price
        else None,
        "price_as_of": price.as_of if price else None,
        "released": spec.released,
        "retired": spec.retired,
        "note": spec.note,
    }


def _cells(row: dict[str, object], checked: bool) -> list[str]:
    price = row["price_usd_per_mtok"]
    dollars = [str(price["input"]), str(price["output"])] if isinstance(price, dict) else ["unknown", "unknown"]
    window = row["context_window_tokens"]
    cells = [str(row["id"]), str(row["maker"]), str(row["state"]), *dollars, f"{window:,}" if window else "unknown"]
    return [*cells, str(row.get("check", ""))] if checked else cells

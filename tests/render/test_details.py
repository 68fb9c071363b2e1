"""Every figure behind the numbers line: value and source, unknown said as unknown."""

from __future__ import annotations

import json
from decimal import Decimal

import orjson

from compare.records import Price, PriceTier
from compare.render.details import Details, details, live_details
from compare.render.numbers import LiveFigures
from tests.render.test_numbers import answer

PRICE = Price(
    Decimal("2.5"), Decimal(10), cached_usd_per_mtok=Decimal("1.25"), as_of="2026-08-01", source="list price",
    tiers=(PriceTier(200_000, input_usd_per_mtok=Decimal(5)),),
)  # fmt: skip


def rows(found: Details) -> dict[str, tuple[str, str]]:
    every = [(row["name"], (row["value"], row["source"])) for group in found["groups"] for row in group["rows"]]
    assert len(dict(every)) == len(every), "a name stands for two figures"
    return dict(every)


def test_every_figure_has_its_value_and_its_source() -> None:
    full = answer(
        cached=512, cache_write=16, reasoning_tokens=120, first_text_ms=2100.0, wall_ms=6000.0, attempts=2,
        loop_lag_ms=3.4, usage_source="reported", price_json=PRICE.to_json(), finish_raw="end_turn",
        model_served="gpt-9-2026", request_id="req_1", warnings=("One thing.",),
        started_at="2026-11-20T10:00:03.123+00:00",
    )  # fmt: skip
    assert rows(details(full, window_tokens=14_000)) == {
        "Input, reported": ("1,302", "provider"),
        "Input, counted": ("1,024", "counted here (o200k)"),
        "From cache": ("512", "provider, part of the input"),
        "Written to cache": ("16", "provider, part of the input"),
        "Output, reported": ("400", "provider"),
        "Output, counted": ("380", "counted here (o200k), thinking included"),
        "Thinking": ("120", "provider, part of the output"),
        "Share of window": ("12 %", "1,702 reported, of 14,000"),
        "First piece": ("0.48 s", "measured here, from sending"),
        "First word": ("2.10 s", "measured here, after any thinking"),
        "Total": ("4.48 s", "measured here, from sending"),
        "In all": ("6.00 s", "2 attempts, waits between them included"),
        "Speed": ("100 tok/s", "reported tokens, first piece to end"),
        "This machine held up": ("3 ms", "at most"),
        "Started": ("2026-11-20 10:00:03 UTC", ""),
        "Cost": ("$0.00210", "reported tokens times the price then"),
        "Input price": ("$2.5 a million", ""),
        "Output price": ("$10 a million", ""),
        "Cached price": ("$1.25 a million", ""),
        "Above 200,000 tokens": ("input price $5", "a million; of the whole request"),
        "Price of": ("2026-08-01", "list price"),
        "Status": ("done", ""),
        "Ended by": ("stop", 'provider: "end_turn"'),
        "Model served": ("gpt-9-2026", "provider"),
        "Request id": ("req_1", "provider"),
        "Warning": ("One thing.", ""),
    }


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    found = rows(
        details(
            answer(in_reported=None, out_reported=None, in_counted=None, out_counted=None, ttft_ms=None, cost_usd=None)
        )
    )
    assert found["Input, reported"][0] == found["From cache"][0] == found["Model served"][0] == "not reported"
    assert found["Input, counted"][0] == found["Output, counted"][0] == "not counted"
    assert found["Share of window"] == ("unknown", "the model's window is not known")
    assert found["First piece"][0] == "none"
    assert found["Speed"] == ("unknown", "")
    assert (found["Cost"], found["Price"]) == (("unknown", ""), ("unknown", ""))
    assert found["Started"][0] == "unknown"


def test_disturbed_times_and_counted_costs_are_said() -> None:
    found = rows(details(answer(loop_lag_ms=400.0, out_reported=None, usage_source="counted")))
    assert found["This machine held up"] == ("400 ms", "too long: timing disturbed")
    assert found["Speed"][1] == "counted tokens, first piece to end"
    assert found["Cost"][1] == "counted tokens times the price then"


def test_a_summary_made_first_stands_beside_the_cost_that_holds_it() -> None:
    sent = json.dumps({"summary": {"model_id": "sim-lite", "cost_usd": "0.0005"}})
    assert rows(details(answer(sent_json=sent)))["Summary"] == ("$0.00050", "part of the cost, by sim-lite")


def test_a_recorded_answer_has_neither_times_nor_cost() -> None:
    found = details(answer(origin="recorded", ttft_ms=None, total_ms=None, cost_usd=None))
    assert [group["title"] for group in found["groups"]] == ["Tokens", "Time and cost", "Reply"]
    assert rows(found)["Measured"] == ("nothing", "given before it came here")


def test_half_a_character_from_a_server_can_be_sent() -> None:
    assert b"served" in orjson.dumps(details(answer(model_served="served \ud83d")))


def test_while_it_is_made_all_is_counted_here_and_the_cost_an_estimate() -> None:
    live = LiveFigures(
        elapsed_ms=4480.0, ttft_ms=480.0, in_counted=1024, out_counted=376, price=PRICE, window_tokens=14_000
    )
    found = rows(live_details(live, started_at="2026-11-20T10:00:03+00:00"))
    assert found["Input, counted"][0] == "1,024"
    assert found["Share of window"] == ("10 %", "1,400 counted, of 14,000")
    assert found["First word"][0] == "not yet"
    assert found["Cost so far"] == ("about $0.0063", "an estimate, from counted tokens")
    assert found["Price of"] == ("2026-08-01", "list price")

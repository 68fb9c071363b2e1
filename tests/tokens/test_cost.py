"""Worked examples of what a call costs; every expected value is written out by hand."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from compare.records import Price, PriceTier, Usage
from compare.tokens.cost import cost_usd

D = Decimal
PLAIN = Price(D("3"), D("15"))
CACHING = Price(D("3"), D("15"), cached_usd_per_mtok=D("0.3"), cache_write_usd_per_mtok=D("3.75"))
TIERED = Price(
    D("2"),
    D("10"),
    cached_usd_per_mtok=D("0.2"),
    tiers=(
        PriceTier(100_000, input_usd_per_mtok=D("4")),
        PriceTier(200_000, input_usd_per_mtok=D("6"), output_usd_per_mtok=D("20"), cached_usd_per_mtok=D("0")),
    ),
)
tokens = st.integers(0, 2_000_000)


def test_input_and_output_at_their_prices() -> None:
    # 1,302 x 3 + 400 x 15 = 3,906 + 6,000 = 9,906 millionths
    assert cost_usd(PLAIN, Usage(input=1302, output=400)) == D("0.009906")


def test_cached_tokens_are_part_of_the_input_and_cheaper() -> None:
    # 1,000 of 1,500 from the cache: 500 x 3 + 1,000 x 0.3 + 100 x 15 = 1,500 + 300 + 1,500
    assert cost_usd(CACHING, Usage(input=1500, output=100, cached=1000)) == D("0.0033")


def test_cached_tokens_without_a_price_of_their_own_cost_as_input() -> None:
    assert cost_usd(PLAIN, Usage(input=1500, output=100, cached=1000)) == D("0.006")


def test_tokens_written_to_the_cache_cost_more() -> None:
    # 200 plain x 3 + 500 read x 0.3 + 300 written x 3.75 = 600 + 150 + 1,125
    assert cost_usd(CACHING, Usage(input=1000, output=0, cached=500, cache_write=300)) == D("0.001875")


def test_reasoning_is_part_of_the_output() -> None:
    assert cost_usd(PLAIN, Usage(input=0, output=100, reasoning=90)) == D("0.0015")


def test_a_tier_holds_for_the_whole_request_once_the_input_is_longer() -> None:
    # 100,000 x 2 + 10 x 10
    assert cost_usd(TIERED, Usage(input=100_000, output=10)) == D("0.2001")
    # 100,001 x 4 + 10 x 10: the output keeps its price
    assert cost_usd(TIERED, Usage(input=100_001, output=10)) == D("0.400104")
    # 200,001 x 6 + 10 x 20
    assert cost_usd(TIERED, Usage(input=200_001, output=10)) == D("1.200206")


def test_a_tier_may_make_cached_tokens_free() -> None:
    # 200,001 of which 200,000 cached: 1 x 6 + 200,000 x 0
    assert cost_usd(TIERED, Usage(input=200_001, output=0, cached=200_000)) == D("0.000006")


def test_free_is_zero_and_unknown_is_none() -> None:
    free = Price(D(0), D(0))
    assert cost_usd(free, Usage(input=10, output=10)) == 0
    assert cost_usd(None, Usage(input=10, output=10)) is None
    assert cost_usd(PLAIN, Usage(input=None, output=10)) is None
    assert cost_usd(PLAIN, Usage(input=10, output=None)) is None


def test_more_cached_than_input_never_makes_a_negative_price() -> None:
    assert cost_usd(CACHING, Usage(input=10, output=0, cached=20)) == D("0.000006")


@given(tokens, tokens, st.integers(0, 100), st.integers(0, 100))
def test_parts_of_the_input_add_to_the_whole(n_input: int, n_output: int, read_pct: int, write_pct: int) -> None:
    """Where all prices of the input are equal, it does not matter how much of it was cached."""
    cached = n_input * read_pct // 200
    written = n_input * write_pct // 200
    flat = Price(D("3"), D("15"), cached_usd_per_mtok=D("3"), cache_write_usd_per_mtok=D("3"))
    split = cost_usd(flat, Usage(input=n_input, output=n_output, cached=cached, cache_write=written))
    assert split == cost_usd(flat, Usage(input=n_input, output=n_output)) == D(n_input * 3 + n_output * 15) / 1_000_000

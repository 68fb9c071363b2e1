"""The witness for every time that is reported."""

from __future__ import annotations

import asyncio
import time

from compare.engine.lag import LagMeter


def measured(hold_up: object) -> tuple[float, float]:
    """(worst lag in ms of a run with `hold_up` in its middle, and of the time after it)."""

    async def main() -> tuple[float, float]:
        meter = LagMeter()
        ticking = asyncio.create_task(meter.run())
        await asyncio.sleep(0.05)
        began = time.monotonic()
        await hold_up()  # type: ignore[operator]
        worst = meter.worst_ms(began)
        await asyncio.sleep(0.05)
        after = meter.worst_ms(time.monotonic() - 0.02)
        ticking.cancel()
        return worst, after

    return asyncio.run(main())


def test_a_loop_that_computes_is_noticed_at_once_and_forgotten_after() -> None:
    async def compute() -> None:
        time.sleep(0.1)  # noqa: ASYNC251 - holding up the loop is the point

    worst, after = measured(compute)
    assert 70 < worst < 1_000
    assert after < worst


def test_a_busy_thread_of_the_same_process_is_noticed() -> None:
    async def beside_a_busy_thread() -> None:
        await asyncio.to_thread(sum, range(6_000_000))

    worst, _ = measured(beside_a_busy_thread)
    assert worst > 20


def test_before_it_ticks_there_is_nothing_to_report() -> None:
    assert LagMeter().worst_ms(0.0) == 0.0

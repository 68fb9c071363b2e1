"""Raters at once on the real server, through Streamlit's own websocket; benchmarks/review does it at full size."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp

from compare.store import open_store
from compare.store.study_values import Study
from tests.app_server import AppServer, start_app
from tests.rated import check_exact, make_study
from tests.rater_client import rater


async def rate_all(app: AppServer, study: Study, name: str) -> int:
    """Vote until nothing is left, every other time by a double click; how many items there were."""
    n_items = 0
    async with aiohttp.ClientSession() as http, rater(http, app.url, study.id, name) as session:
        while session.item is not None:
            await session.submit({"verdict": "best", "ranking": [n_items % 2]}, times=1 + n_items % 2)
            n_items += 1
    return n_items


def test_every_item_gets_its_ballots_none_is_lost_and_none_comes_twice(tmp_path: Path) -> None:
    async def everybody(app: AppServer, study: Study) -> list[int]:
        return await asyncio.gather(*(rate_all(app, study, f"Rater {k}") for k in range(6)))

    app = start_app(tmp_path / "data")
    try:
        store = open_store(tmp_path / "data" / "weighbridge.db")
        study = make_study(store, 8, overlap=3)
        given = asyncio.run(everybody(app, study))
        check_exact(store, study, sum(given))
        store.close()
    finally:
        app.stop()
    log = app.log.read_text()
    assert "Error" not in log, log
    assert "locked" not in log, log

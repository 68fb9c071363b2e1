"""The Memory page over replies of the candidates' own: they are chosen, counted, and opened with who said what."""

from __future__ import annotations

import re

import pytest

from compare.probes.job import probe_job
from compare.ui import resources
from tests.cli.command import weighbridge
from tests.pages.steps import all_text, healthy, opened
from tests.pages.test_probes import PAGE

pytestmark = pytest.mark.usefixtures("own_workers")


def test_own_replies_and_a_handover_are_chosen_and_every_request_is_counted() -> None:
    app = opened(PAGE)
    app.multiselect(key="probes_candidates").set_value(["sim-lite", "sim-large"]).run()
    app.multiselect(key="probes_lengths").set_value([8, 16]).run()
    assert not [one for one in app.multiselect if one.key == "probes_handovers"]
    app.session_state["probes_history"] = "own"
    healthy(app.run())
    pair = next(key for key in app.multiselect(key="probes_handovers").options if key == "Sim Lite, then Sim Large")
    app.multiselect(key="probes_handovers").select(pair).run()
    told = all_text(healthy(app))
    assert "every user turn asked: " in told
    assert "are not asked of Sim Lite, then Sim Large from message 12" in told
    (total,) = re.findall(r"every user turn asked: ([\d,]+) answers", told)
    app.button(key="probes_make").click().run()
    assert f"Estimated cost of {total} answers" in healthy(app).info[0].value.replace("\\", "")
    (row,) = resources.store().jobs("probe")
    job = probe_job(resources.store(), row.id)
    assert (job.asked.history, len(job.asked.candidates)) == ("own", 3)
    assert "the replies are the candidates' own" in all_text(app)


def test_a_probe_that_was_handed_over_opens_with_who_said_what() -> None:
    options = ("--lengths", "16", "--types", "recall", "--depths", "0", "--no-controls")
    weighbridge("probe", "--handover", "sim-lite:sim-large@12", *options)
    app = healthy(opened(PAGE))
    told = all_text(app)
    assert "What a handover loses" in told
    table = next(one.value for one in app.dataframe if "Loss" in one.value.columns)
    assert list(table["Facts said"]) == ["before the switch", "after the switch"]
    assert list(table["Held against"]) == ["Sim Large", "Sim Large"]
    assert (table["Loss"][0], table["Probes"][0], table["95 %"][0]) == ("0 points", 1, "too few")
    assert (table["With the handover"][0], table["Without"][0]) == (100.0, 100.0)
    app.selectbox(key="probes_who").select("Sim Lite, then Sim Large from message 12").run()
    app.session_state["probes_rows"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    (html,) = [part for part in all_text(healthy(app.run())).split("<style>") if "planted here" in part]
    assert "Sim Large takes over" in html
    said = re.findall(r'wb-assistant"><div class="wb-who">(\d+) . ([^<]+)</div>', html)
    assert [(int(n), name) for n, name in said] == [
        (n, "Sim Lite" if n < 12 else "Sim Large") for n in (3, 5, 7, 9, 11, 13, 15)
    ]  # fmt: skip

"""From which thread length on a candidate remembers too little, by probes and by votes, as a route would say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from compare.probes.crossover import FLOOR, crossovers
from compare.probes.curves import FACTUAL
from compare.probes.results import Result
from compare.ratings.crossover import FLOOR as VOTE_FLOOR
from compare.report.memory.crossing import votes_say
from compare.ui import resources
from compare.ui.plain import plain


def crossing_view(found: Sequence[Result], names: Mapping[str, str]) -> None:
    """Drawn where at least two candidates were asked."""
    if len(names) < 2:
        return
    st.subheader("From which length on another should answer", anchor=False)
    options = list(names)
    reference = st.selectbox(
        "Held against",
        options,
        index=options.index(_best(found, options)), format_func=names.__getitem__, key="probes_reference",
        width=320, filter_mode=None,
        help=f"By probes, good enough is {100 * FLOOR:.0f} % of what this candidate remembers; by blind votes, being "
        f"preferred to it in {100 * VOTE_FLOOR:.0f} % of them. These are two questions: an answer may forget and still "
        "be liked.",
    )  # fmt: skip
    lines = []
    for name, one in crossovers(found, reference).items():
        told = one.sentence.replace(reference, names[reference])
        lines.append(f"- **{plain(names[name])}** {plain(told)}")
        if votes := votes_say(resources.store(), name, reference):
            lines.append(f"    - {plain(votes)}")
    st.markdown("\n".join(lines))


def _best(found: Sequence[Result], options: Sequence[str]) -> str:
    """Whoever remembers most; of equals the first."""

    def passed(name: str) -> float:
        mine = [bool(one.passed) for one in found if one.name == name and one.probe.type in FACTUAL]
        return sum(mine) / max(len(mine), 1)

    return max(options, key=passed)

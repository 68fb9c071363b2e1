"""What the Weights page keeps between two clicks: the votes as they were weighed, and what answers measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from compare.ratings.buckets import Bucket, buckets
from compare.report.votes import VoteKind, votes_of
from compare.report.weights import Weighing, measured_of, weighing
from compare.routing.measured import Measured
from compare.routing.traffic import Profile, profile_of
from compare.settings import database_path
from compare.ui import resources


@dataclass(frozen=True, slots=True)
class Basis:
    """What proposals rest on beside limits; equal ones give equal figures."""

    kind: VoteKind
    edges: tuple[int, ...]
    current_text: str
    """The routing.yaml that runs now; empty where nobody said."""
    version: tuple[int | None, ...]
    """Of votes, answers and threads."""

    @property
    def ranges(self) -> Sequence[Bucket]:
        """The buckets."""
        return buckets(self.edges)


def weighed(basis: Basis) -> tuple[Weighing, Measured]:
    """The votes weighed, and what was measured; read again only after something was added."""
    return _weighed(str(database_path()), basis)


@st.cache_resource(max_entries=4, show_spinner="Weighing the votes ...")
def _weighed(path: str, basis: Basis) -> tuple[Weighing, Measured]:
    store, catalog = resources.store(), resources.catalog()
    measured = measured_of(store, basis.ranges)
    found = weighing(
        votes_of(store, basis.kind), catalog, ranges=basis.ranges, measured=measured, current_text=basis.current_text
    )
    return found, measured


def stored_profile(basis: Basis) -> Profile:
    """The traffic profile that the stored threads give."""
    return _profile(str(database_path()), basis)


@st.cache_resource(max_entries=4, show_spinner=False)
def _profile(path: str, basis: Basis) -> Profile:
    store = resources.store()
    return profile_of(store.thread_shapes(), basis.ranges, span=store.recorded_span())

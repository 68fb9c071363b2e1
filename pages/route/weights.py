"""Weights: from votes to a routing.yaml."""

import streamlit as st

from compare.report.votes import votes_of
from compare.report.weights import recommend
from compare.report.words import labels
from compare.ui import resources, weights
from compare.ui.kinds import choose_kind

st.header("Weights", anchor=False)
# A route sends whole conversations: what a handover loses stands on Results.
votes = votes_of(resources.store(), choose_kind(without=("handover",)))
found = recommend(votes, resources.catalog(), labels(resources.store(), resources.catalog()))
weights.show_proposals(found)
weights.show_file(found.routing_yaml)

"""Weights: from votes to a routing.yaml."""

import streamlit as st

from compare.report.weights import recommend
from compare.ui import resources, weights
from compare.ui.kinds import choose_votes

st.header("Weights", anchor=False)
found = recommend(choose_votes(), resources.catalog())
weights.show_proposals(found)
weights.show_file(found.routing_yaml)

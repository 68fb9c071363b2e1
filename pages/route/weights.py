"""Weights: from votes to a routing.yaml."""

import streamlit as st

from compare.ui.kinds import choose_kind
from compare.ui.weights import history, show_weights

st.header("Weights", anchor=False)
# A route sends whole conversations: what a handover loses stands on Results.
show_weights(choose_kind(without=("handover",), below=history.show_history))

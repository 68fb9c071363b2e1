"""Results: what the votes say, what the answers cost."""

import streamlit as st

from compare.ui import results
from compare.ui.kinds import choose_kind

st.header("Results", anchor=False)
kind = choose_kind(below=results.show_time_and_cost)
results.show_ratings(kind)
results.show_handovers(kind)
results.show_time_and_cost()

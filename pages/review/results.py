"""Results: what the votes say, how sure that is, and what the answers cost."""

import streamlit as st

from compare.ui.results.page import show_results

st.header("Results", anchor=False)
show_results()

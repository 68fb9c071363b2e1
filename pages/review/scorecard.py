"""Scorecard: which candidates keep the criteria."""

import streamlit as st

from compare.ui import scorecard

st.header("Scorecard", anchor=False)
criteria = scorecard.choose_criteria()
if criteria is not None:
    scorecard.show(criteria)

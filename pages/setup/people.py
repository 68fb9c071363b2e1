"""People: who is known here, what they may do, and how they are known."""

import streamlit as st

from compare.ui import people

st.header("People", anchor=False)
people.show_setting()
people.show_people()

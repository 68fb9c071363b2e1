"""Models: what can be asked, what is missing, what it costs."""

import streamlit as st

from compare.ui import models

st.header("Models", anchor=False)
models.show_catalogue()
models.show_how_to_add()

"""Models: what can be asked, what is missing, what it costs."""

import streamlit as st

from compare.ui import models

st.header("Models", anchor=False)
chosen = models.show_catalogue()
if chosen is not None:
    models.show_model(chosen)
models.show_local_servers()
models.show_how_to_add()

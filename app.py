"""Launcher and navigation only. The server imports this file once; every script run executes it again."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx


def main() -> None:
    """One script run: the chrome, then the page."""
    from compare.settings import shipped
    from compare.ui.account import account
    from compare.ui.frame import guarded, phone_links
    from compare.ui.gate import admit, allowed

    # An icon of our own: Streamlit would fetch a named one from a foreign host.
    st.set_page_config(page_title="Weighbridge", page_icon=str(shipped("icon.png")), layout="wide")
    pages = [
        st.Page("pages/run/playground.py", title="Playground", icon=":material/compare_arrows:", default=True),
        st.Page("pages/run/threads.py", title="Threads", icon=":material/forum:"),
        st.Page("pages/run/jobs.py", title="Jobs", icon=":material/view_list:"),
        st.Page("pages/run/probes.py", title="Memory", icon=":material/psychology:"),
        st.Page("pages/review/vote.py", title="Vote", icon=":material/how_to_vote:"),
        st.Page("pages/review/studies.py", title="Studies", icon=":material/rate_review:"),
        st.Page("pages/review/results.py", title="Results", icon=":material/leaderboard:"),
        st.Page("pages/review/scorecard.py", title="Scorecard", icon=":material/checklist:"),
        st.Page("pages/route/weights.py", title="Weights", icon=":material/alt_route:"),
        st.Page("pages/setup/models.py", title="Models", icon=":material/dns:"),
        st.Page("pages/setup/people.py", title="People", icon=":material/group:"),
    ]
    with guarded():
        mine = allowed(pages)
        page = st.navigation(pages, position="top")
        phone_links(mine, page)
        account()
        admit(page, mine)
        page.run()


if get_script_run_ctx(suppress_warning=True):
    main()
else:
    from compare.ui.doorkeeper import Keeper
    from compare.ui.server import LateViews, server_options
    from compare.web import STREAMS, doors, routes

    app = st.App(__file__, **server_options(routes(LateViews()), doors(Keeper()), before_end=STREAMS.end))

"""HTTP routes served beside the app, on its port. No streamlit import; what the app runs is behind `source.RunSource`.

routes(source: RunSource) -> list[Route]
"""

from __future__ import annotations

from starlette.routing import Route

from compare.web.health import HEALTH_ROUTES
from compare.web.runs import run_routes
from compare.web.source import RunSource, RunView
from compare.web.streams import STREAMS


def routes(source: RunSource) -> list[Route]:
    """Every route of the app, for `st.App(__file__, routes=...)`."""
    return [*HEALTH_ROUTES, *run_routes(source)]


__all__ = ["STREAMS", "RunSource", "RunView", "routes"]

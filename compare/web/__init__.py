"""HTTP routes served beside the app, on its port. No streamlit import; what the app runs is behind `source.RunSource`.

routes(source: RunSource) -> list[Route]
doors(keeper: Doorkeeper) -> list[Middleware]      who may ask for what, around them and the pages
"""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.routing import Route

from compare.web.deep_links import DeepLinks
from compare.web.door import Door, Doorkeeper
from compare.web.health import HEALTH_ROUTES
from compare.web.name import NAME_ROUTES
from compare.web.runs import run_routes
from compare.web.source import RunSource, RunView
from compare.web.streams import STREAMS


def routes(source: RunSource) -> list[Route]:
    """Every route of the app, for `st.App(__file__, routes=...)`."""
    return [*HEALTH_ROUTES, *NAME_ROUTES, *run_routes(source)]


def doors(keeper: Doorkeeper) -> list[Middleware]:
    """What every request passes first, for `st.App(__file__, middleware=...)`."""
    return [Middleware(Door, keeper=keeper), Middleware(DeepLinks, keeper=keeper)]


__all__ = ["STREAMS", "Doorkeeper", "RunSource", "RunView", "doors", "routes"]

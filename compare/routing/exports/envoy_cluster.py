"""Envoy's clusters: those of a route, with its breaker and its order of answering, and those of the models' servers.

A retry may go to another company's server, and headers are set before Envoy chooses the server. So each model has a
listener inside Envoy that puts in its own key, host and path: no server ever gets another one's key, or the client's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from compare.routing.config import CircuitBreaker
from compare.routing.exports.upstream import Upstream

Part = dict[str, Any]

ANSWER_TIMEOUT = "600s"
"""Envoy's own limit of 15 s would cut long answers off."""

_NO_BOUND = 1_000_000
UNBOUNDED = {
    "thresholds": [
        {
            "max_connections": _NO_BOUND,
            "max_pending_requests": _NO_BOUND,
            "max_requests": _NO_BOUND,
            "max_retries": _NO_BOUND,
        }
    ]
}
"""Envoy allows 1,024 requests and three retries of a cluster at a time unless told otherwise, and refuses the rest."""

_CLIENT_PATH = "/v1"
"""Clients call Envoy at /v1/chat/completions; a server's own folder is put in for it."""
# Where a provider speaks OpenAI's format beside its own.
_COMPATIBLE = {"anthropic": "/v1", "gemini": "/openai"}


def typed(kind: str, **values: Any) -> Part:
    """A part of Envoy's configuration whose type must be named."""
    return {"@type": f"type.googleapis.com/{kind}", **values}


def route_cluster(name: str, model: str, breaker: CircuitBreaker | None) -> Part:
    """A route's way to one model: it counts this route's failures."""
    address = {"envoy_internal_address": {"server_listener_name": listener_name(model)}}
    cluster: Part = {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "5s",
        # One that was left alone is not asked again because it is the only one.
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
        "circuit_breakers": UNBOUNDED,
        "load_assignment": _endpoints(name, {"address": address}),
    }
    if breaker:
        cooldown = f"{breaker.cooldown_s:g}s"
        cluster["outlier_detection"] = {
            "consecutive_5xx": breaker.failures,
            "enforcing_consecutive_5xx": 100,
            "base_ejection_time": cooldown,
            # It grows with each ejection unless it is held.
            "max_ejection_time": cooldown,
            "max_ejection_percent": 100,
            "interval": "1s",
        }
    return cluster


def aggregate(name: str, clusters: Sequence[str]) -> Part:
    """These clusters in order: the first that is not left alone gets the request.

    Envoy allows three retries at a time unless it is told otherwise; what came beyond failed while one model was down.
    """
    config = typed("envoy.extensions.clusters.aggregate.v3.ClusterConfig", clusters=list(clusters))
    return {
        "name": name,
        "connect_timeout": "5s",
        "lb_policy": "CLUSTER_PROVIDED",
        "circuit_breakers": UNBOUNDED,
        "cluster_type": {"name": "envoy.clusters.aggregate", "typed_config": config},
    }


def listener_name(model: str) -> str:
    """The listener inside Envoy that speaks for a model."""
    return f"model.{model}"


def model_listener(up: Upstream, dropped: Sequence[str]) -> Part:
    """Inside Envoy: the model's own key, host and path.

    Args:
        up: the model.
        dropped: request headers that are for Envoy alone, such as the facts of a thread.
    """
    action: Part = {"cluster": listener_name(up.name), "timeout": ANSWER_TIMEOUT, "auto_host_rewrite": True}
    path = _path(up)
    if path != _CLIENT_PATH:
        action["prefix_rewrite"] = path
    route: Part = {"match": {"prefix": _CLIENT_PATH}, "route": action}
    if up.api_key_env:
        header = {"key": "authorization", "value": f"Bearer %ENVIRONMENT({up.api_key_env})%"}
        route["request_headers_to_add"] = [{"header": header, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}]
        route["request_headers_to_remove"] = list(dropped)
    else:
        route["request_headers_to_remove"] = ["authorization", *dropped]
    return {
        "name": listener_name(up.name),
        "internal_listener": {},
        "filter_chains": [http_chain(listener_name(up.name), [route])],
    }


def model_cluster(up: Upstream) -> Part:
    """The model's server."""
    url = urlsplit(up.address)
    host = url.hostname or ""
    port = url.port or (443 if url.scheme == "https" else 80)
    endpoint = {"hostname": host, "address": {"socket_address": {"address": host, "port_value": port}}}
    name = listener_name(up.name)
    cluster: Part = {
        "name": name,
        "type": "STRICT_DNS",
        "dns_lookup_family": "V4_PREFERRED",
        "connect_timeout": "5s",
        "circuit_breakers": UNBOUNDED,
        "load_assignment": _endpoints(name, endpoint),
    }
    if url.scheme == "https":
        context = typed(
            "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
            sni=host,
            common_tls_context={"validation_context": {"system_root_certs": {}}},
        )
        cluster["transport_socket"] = {"name": "envoy.transport_sockets.tls", "typed_config": context}
        options = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
        checked = typed(
            options,
            explicit_http_config={"http_protocol_options": {}},
            upstream_http_protocol_options={"auto_sni": True, "auto_san_validation": True},
        )
        cluster["typed_extension_protocol_options"] = {options: checked}
    return cluster


def http_chain(name: str, routes: Sequence[Part]) -> Part:
    """A listener's filters: HTTP, then these routes."""
    router = typed("envoy.extensions.filters.http.router.v3.Router")
    manager = typed(
        "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix=name,
        generate_request_id=False,
        route_config={"name": name, "virtual_hosts": [{"name": name, "domains": ["*"], "routes": list(routes)}]},
        http_filters=[{"name": "envoy.filters.http.router", "typed_config": router}],
    )
    return {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}


def _endpoints(name: str, endpoint: Part) -> Part:
    return {"cluster_name": name, "endpoints": [{"lb_endpoints": [{"endpoint": endpoint}]}]}


def _path(up: Upstream) -> str:
    """The folder of the server's own chat/completions."""
    path = urlsplit(up.address).path.rstrip("/")
    if up.kind in _COMPATIBLE:
        return path.removesuffix(_COMPATIBLE[up.kind]) + _COMPATIBLE[up.kind]
    return path or "/"

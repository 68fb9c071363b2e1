"""Lists of models: one address, the shape of whichever vendor the request takes the server for."""

from __future__ import annotations

from typing import Any

import pytest

from compare.sim.models import SIM_MODELS

ANTHROPIC = {"anthropic-version": "2026-10-21"}
GOOGLE = {"x-goog-api-key": "AIza-canary"}


class TestOpenAI:
    def test_it_is_the_default(self, sim: Any) -> None:
        body = sim.client.get("/models", headers={"authorization": "Bearer x"}).json()
        assert (body["object"], [m["id"] for m in body["data"]]) == ("list", list(SIM_MODELS))

    def test_a_variant_is_not_listed_but_found(self, sim: Any) -> None:
        assert not any("+" in m["id"] for m in sim.client.get("/models").json()["data"])
        assert sim.client.get("/models/sim-lite+cut").json()["id"] == "sim-lite+cut"
        assert sim.client.get("/models/sim-lite+nothing").status_code == 404


class TestAnthropic:
    def test_a_version_header_tells(self, sim: Any) -> None:
        response = sim.client.get("/models", headers=ANTHROPIC)
        body = response.json()
        assert [m["id"] for m in body["data"]] == list(SIM_MODELS)
        assert (body["has_more"], body["first_id"], body["last_id"]) == (False, "sim-lite", "sim-flaky")
        assert response.headers["request-id"]

    def test_entries_have_name_and_limits(self, sim: Any) -> None:
        entry = sim.client.get("/models/sim-large", headers=ANTHROPIC).json()
        assert entry == {
            "type": "model",
            "id": "sim-large",
            "display_name": "Sim Large (simulated)",
            "created_at": "2026-01-01T00:00:00Z",
            "lifecycle": "active",
            "line": None,
            "max_input_tokens": 200_000,
            "max_tokens": 16_384,
        }
        assert sim.client.get("/models", headers=ANTHROPIC).json()["data"][2] == entry

    def test_an_unknown_one_is_not_found_in_its_shape(self, sim: Any) -> None:
        response = sim.client.get("/models/nothing", headers=ANTHROPIC)
        assert (response.status_code, response.json()["error"]["type"]) == (404, "not_found_error")


class TestGoogle:
    @pytest.mark.parametrize(("path", "headers"), [("/v1beta/models", {}), ("/v1/models", GOOGLE)])
    def test_the_address_or_the_key_header_tells(self, sim: Any, path: str, headers: dict[str, str]) -> None:
        models = sim.any.client.get(path, headers=headers).json()["models"]
        assert [m["name"] for m in models] == [f"models/{name}" for name in SIM_MODELS]
        assert [(m["inputTokenLimit"], m["outputTokenLimit"]) for m in models] == [
            (m.context_window_tokens, m.max_output_tokens) for m in SIM_MODELS.values()
        ]
        assert sim.any.client.get(f"{path}/sim-lite", headers=headers).json() == models[0]

    def test_an_unknown_one_is_not_found_in_its_shape(self, sim: Any) -> None:
        response = sim.any.client.get("/v1beta/models/nothing")
        assert (response.status_code, response.json()["error"]["status"]) == (404, "NOT_FOUND")

    def test_a_key_in_the_address_is_refused(self, sim: Any) -> None:
        for path in ("/v1beta/models", "/v1beta/models/sim-lite", "/v1/models", "/v1/models/sim-lite"):
            response = sim.any.client.get(path, params={"key": "AIza-canary"})
            assert response.status_code == 400
            assert "canary" not in response.text

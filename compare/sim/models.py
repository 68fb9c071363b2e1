"""The simulated models as values: memory, pace, tokenizer and faults of each. Prices stand in the catalogue.

The differences are exaggerated on purpose, so that a first comparison shows a finding: the fast one forgets early
facts, the one that remembers everything is slow and costly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from compare.records import ProviderKind

Voice = Literal["lite", "flash", "large"]
"""Habit of wording and markdown; brain/voice_*.py holds one each."""


@dataclass(frozen=True, slots=True)
class SimModel:
    """One simulated model."""

    id: str
    voice: Voice
    memory_messages: int | None
    """How many of the request's last messages it remembers, the question included; None: all of them.
    System messages are always remembered and not counted."""
    ttft_ms: float
    """From the request to the first piece of text, for a prompt without length."""
    prefill_ms_per_ktok: float
    """Added to it per thousand prompt tokens."""
    tokens_per_s: float
    """Pace after the first piece, in tokens as the model itself counts them."""
    tokenizer_factor: float
    """Reported tokens per local token (compare.tokens.count), so that reported and counted differ as with real ones."""
    tokens_per_message: int
    """Reported on top for the framing of each message."""
    context_window_tokens: int
    """Prompt and answer together, in reported tokens; a longer prompt is refused."""
    max_output_tokens: int
    flaky: bool = False
    """Whether it follows the plan of faults.py."""


SIM_MODELS: Mapping[str, SimModel] = MappingProxyType(
    {
        model.id: model
        for model in (
            SimModel("sim-lite", "lite", 6, 180.0, 4.0, 140.0, 1.08, 3, 32_000, 4_096),
            SimModel("sim-flash", "flash", 16, 350.0, 8.0, 95.0, 1.17, 4, 128_000, 8_192),
            SimModel("sim-large", "large", None, 900.0, 30.0, 45.0, 1.27, 5, 200_000, 16_384),
            SimModel("sim-flaky", "flash", 16, 350.0, 8.0, 95.0, 1.17, 4, 128_000, 8_192, flaky=True),
        )
    }
)
"""All simulated models by id."""

BASE_PATHS: Mapping[ProviderKind, str] = MappingProxyType(
    {"openai-chat": "/v1", "openai-responses": "/v1", "anthropic": "", "gemini": "/v1beta"}
)
"""What comes after the server's root in the base URL of each wire format."""

__all__ = ["BASE_PATHS", "SIM_MODELS", "SimModel", "Voice"]

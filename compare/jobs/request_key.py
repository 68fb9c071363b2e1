"""The name of a request: the hash of everything that can change its answer, by which an answer may be used again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from compare.errors import CompareError
from compare.records import Candidate, ModelSpec
from compare.threads.policies import parse
from compare.threads.prompts import Prompt

REQUEST_VERSION = 1
"""Raised whenever Weighbridge words the same prompt and candidate in another way."""


def request_key(
    prompt: Prompt, candidate: Candidate, spec: ModelSpec, repeat: int, specs: Callable[[str], ModelSpec]
) -> str:
    """The key of one request.

    The messages with their pictures stand in it as they are before the candidate's policy and preparation, which are
    in the candidate's id with its settings and its fallback; other models that may have a say stand in it as the
    catalogue has them now.

    Args:
        prompt: the conversation up to the question.
        candidate: who is asked.
        spec: the candidate's model.
        repeat: which time it is asked; another time is another answer.
        specs: finds the model of an id.
    """
    others = other_models(candidate)
    body = [
        REQUEST_VERSION,
        prompt.sha256,
        candidate.id,
        _served(spec),
        [_named(model_id, specs) for model_id in others],
        repeat,
    ]
    return hashlib.sha256(json.dumps(body).encode()).hexdigest()


def other_models(candidate: Candidate) -> list[str]:
    """Ids of models that may be asked besides the candidate's own: its fallback, its summariser.

    Raises:
        ConfigError: its context policy cannot be read.
    """
    return [model_id for model_id in (candidate.fallback, parse(candidate.context_policy).summary_model_id) if model_id]


def _served(spec: ModelSpec) -> list[object]:
    """What of a catalogue's entry decides who answers and how the request is worded; never its price or label."""
    return [
        spec.id, spec.provider, spec.base_url, spec.model, spec.api_version, spec.max_output_tokens,
        spec.takes_images, spec.simulated,
    ]  # fmt: skip


def _named(model_id: str, specs: Callable[[str], ModelSpec]) -> list[object]:
    try:
        return _served(specs(model_id))
    except CompareError:
        return [model_id]

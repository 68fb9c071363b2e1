"""Which settings a model takes, before it is asked: what a page greys out, and what a request leaves out, are one.

Nothing here knows a parameter of its own. A request with the setting is worded by the very code that words it on the
wire, with what its server has refused so far, and the question is whether the setting is still in it. Only the ranges
stand here as data: an adapter sends what it is given, and a value out of range is refused by the server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from compare.providers import anthropic, gemini, openai_chat, openai_responses
from compare.providers.asking import Draft, Worded, worded
from compare.providers.quirks import Learned
from compare.records import ChatMessage, ChatRequest, ModelSpec, ProviderKind, Settings

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""The words for a reasoning effort, rising; no model takes all of them."""

_DRAFTS: Mapping[ProviderKind, Callable[[ChatRequest, str, str | None], Draft]] = {
    "openai-chat": openai_chat.draft,
    "openai-responses": openai_responses.draft,
    "anthropic": anthropic.draft,
    "gemini": gemini.draft,
}
_SETTING_OF = {
    "temperature": "temperature",
    "max_tokens": "max_output_tokens",
    "max_completion_tokens": "max_output_tokens",
    "max_output_tokens": "max_output_tokens",
    "maxOutputTokens": "max_output_tokens",
    "stop": "stop",
    "stop_sequences": "stop",
    "stopSequences": "stop",
    "reasoning_effort": "reasoning_effort",
    "effort": "reasoning_effort",
    "thinkingLevel": "reasoning_effort",
    "thinkingBudget": "reasoning_effort",
}
"""The field of records.Settings behind a parameter, by the last part of its name."""
_PROBES: Mapping[str, Any] = {
    "temperature": 0.5,
    "max_output_tokens": 1000,
    "reasoning_effort": "low",
    "stop": ("END",),
}
"""A value of each that is taken wherever the setting is."""
SETTING_NAMES = {
    "system_prompt": "system prompt",
    "temperature": "temperature",
    "max_output_tokens": "max output tokens",
    "reasoning_effort": "reasoning effort",
    "stop": "stop sequences",
}
"""What sentences call the fields of records.Settings."""
_NOTHING_LEARNED = Learned()
_NOTHING_CHOSEN = Settings()


@dataclass(frozen=True, slots=True)
class _Limits:
    """What a wire format demands of values."""

    name: str
    most_temperature: float = 2.0
    least_output_tokens: int = 1
    most_stops: int | None = None


_LIMITS: Mapping[ProviderKind, _Limits] = {
    "openai-chat": _Limits("Chat Completions", most_stops=4),
    "openai-responses": _Limits("Responses", least_output_tokens=16),
    "anthropic": _Limits("Anthropic Messages", most_temperature=1.0),
    "gemini": _Limits("Gemini", most_stops=5),
}


@dataclass(frozen=True, slots=True)
class Takes:
    """What a model takes of one setting."""

    why_not: str | None = None
    """A sentence where it cannot be set at all, beside the other settings that were given; None where it can."""
    low: float | None = None
    """The least value, itself taken; of stop sequences their number, in tokens where it is a length."""
    high: float | None = None
    """The greatest, likewise; None where there is no bound or it is not known."""


class Fitting(NamedTuple):
    """Settings as far as one model takes them."""

    settings: Settings
    left_out: Mapping[str, str]
    """Why not, in a sentence, by the field of records.Settings."""


def format_name(kind: ProviderKind) -> str:
    """What pages call a wire format."""
    return _LIMITS[kind].name


def as_sent(request: ChatRequest, base_url: str, learned: Learned = _NOTHING_LEARNED) -> Worded:
    """The parameters of a request as they would go out now, under flat names; nothing is asked."""
    return worded(_draft(request, base_url), learned.about(base_url, request.model.model))


def body_as_sent(request: ChatRequest, params: Mapping[str, Any]) -> dict[str, Any]:
    """The whole body of a request in its wire format.

    Args:
        request: its messages are worded; its settings are not looked at.
        params: the parameters as they were sent (records.ChatResult.params_sent).
    """
    return {**params, **_draft(replace(request, settings=Settings()), request.model.base_url).conversation}


def settings_sent(params: Mapping[str, Any]) -> dict[str, tuple[str, Any]]:
    """(parameter, value) by the field of records.Settings, of parameters flat or as objects in objects."""
    found = {}
    for name, value in _flat(params).items():
        setting = _SETTING_OF.get(name.rsplit(".", 1)[-1])
        if (name, value) == ("thinking.type", "disabled"):
            setting = "reasoning_effort"  # Anthropic's word for an effort of none
        if setting is not None:
            found[setting] = (name, value)
    return found


def takes(
    spec: ModelSpec,
    settings: Settings = _NOTHING_CHOSEN,
    learned: Learned = _NOTHING_LEARNED,
) -> dict[str, Takes]:
    """What a model takes of every field of records.Settings.

    Args:
        spec: the model.
        settings: what is chosen besides; some settings rule each other out.
        learned: what servers have refused so far.
    """
    return {name: Takes(_why_not(spec, settings, name, learned), *_range(spec, name)) for name in SETTING_NAMES}


def fitting(spec: ModelSpec, settings: Settings, learned: Learned = _NOTHING_LEARNED) -> Fitting:
    """The settings without those that the model does not take as they are, and why each is left out."""
    left_out = objections(spec, settings, learned)
    return Fitting(replace(settings, **{name: getattr(_NOTHING_CHOSEN, name) for name in left_out}), left_out)


def objections(spec: ModelSpec, settings: Settings, learned: Learned = _NOTHING_LEARNED) -> dict[str, str]:
    """What stands against the chosen values, in sentences by the field of records.Settings; empty: all are taken."""
    found = {}
    for name in SETTING_NAMES:
        value = getattr(settings, name)
        if value in (None, ()):
            continue
        why = _left_out(spec, settings, name, learned) or _out_of_range(spec, name, value)
        if why:
            found[name] = why
    return found


# --- is it sent? -----------------------------------------------------------------------------------------------------


def _why_not(spec: ModelSpec, settings: Settings, name: str, learned: Learned) -> str | None:
    if name not in _PROBES:
        return None  # a system prompt is a message, which every format takes
    return _left_out(spec, replace(settings, **{name: _PROBES[name]}), name, learned)


def _left_out(spec: ModelSpec, settings: Settings, name: str, learned: Learned) -> str | None:
    """Why a setting would not be sent as it was chosen; None where it would."""
    request = ChatRequest(spec, (ChatMessage("user", "Hi"),), settings)
    for one in _draft(request, spec.base_url).left_out:
        if one.setting == name:
            return f"{one.why}."
    if name in _PROBES and name not in settings_sent(as_sent(request, spec.base_url, learned).params):
        return f"{spec.name} refused the {SETTING_NAMES[name]} when it was asked last, so it is left out."
    return None


def _draft(request: ChatRequest, base_url: str) -> Draft:
    return _DRAFTS[request.model.provider](request, base_url, None)


def _flat(params: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in params.items():
        flat |= _flat(value, f"{path}{name}.") if isinstance(value, dict) else {f"{path}{name}": value}
    return flat


# --- ranges ----------------------------------------------------------------------------------------------------------


def _range(spec: ModelSpec, name: str) -> tuple[float | None, float | None]:
    limits = _LIMITS[spec.provider]
    match name:
        case "temperature":
            return 0.0, limits.most_temperature
        case "max_output_tokens":
            return limits.least_output_tokens, spec.max_output_tokens
        case "stop":
            return 0, limits.most_stops
    return None, None


def _out_of_range(spec: ModelSpec, name: str, value: Any) -> str | None:
    low, high = _range(spec, name)
    if low is None and high is None:
        return None
    found = len(value) if name == "stop" else value
    wire = format_name(spec.provider)
    shown = f"{found:g}" if isinstance(found, float) else f"{found:,}"
    if low is not None and found < low:
        return f"The {SETTING_NAMES[name]} {shown} is below {low:g}, the least that {wire} takes."
    if high is None or found <= high:
        return None
    match name:
        case "stop":
            return f"{found} stop sequences were given; {wire} takes at most {high:g}."
        case "max_output_tokens":
            return f"Max output tokens {shown} is above {high:,}, the most that {spec.name} can write."
    return f"The {SETTING_NAMES[name]} {shown} is above {high:g}, the most that {wire} takes."


__all__ = [
    "EFFORTS",
    "SETTING_NAMES",
    "Fitting",
    "Takes",
    "as_sent",
    "body_as_sent",
    "fitting",
    "format_name",
    "objections",
    "settings_sent",
    "takes",
]

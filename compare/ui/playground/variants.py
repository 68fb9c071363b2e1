"""Candidates that are more than a model: which there are, what they are called, and one choice of settings for many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from compare.providers.quirks import Learned
from compare.providers.takes import SETTING_NAMES, fitting
from compare.records import Candidate, ModelSpec, Settings
from compare.ui import resources

_EXCERPT_CHARS = 24


def variants() -> dict[str, Candidate]:
    """Stored candidates that differ from their model's plain one and can be asked, by id.

    One that took a conversation over is not among them: at the beginning of a thread there is nothing to take over.
    """
    models = resources.catalog().models
    return {
        candidate_id: candidate
        for candidate_id, candidate in resources.store().candidates().items()
        if candidate.model_id in models and not is_plain(candidate) and not candidate.handover_from
    }


def is_plain(candidate: Candidate) -> bool:
    """Whether it is its model as it comes."""
    return candidate.id == Candidate(candidate.model_id).id


def key_of(candidate: Candidate) -> str:
    """What stands for it in the choice: a model's id for the plain one, else its own."""
    return candidate.model_id if is_plain(candidate) else candidate.id


def label(candidate: Candidate, spec: ModelSpec) -> str:
    """The model's name and in brackets what is different about this candidate, briefly."""
    parts = [
        *_settings(candidate.settings),
        "" if candidate.context_policy == "full" else candidate.context_policy,
        "" if candidate.preparation == "none" else candidate.preparation,
        f"else {candidate.fallback}" if candidate.fallback else "",
    ]
    told = ", ".join(part for part in parts if part)
    return f"{spec.name} ({told})" if told else spec.name


def written(text: str) -> str:
    """A stop sequence as it is typed: line ends and tabs as backslash-n and backslash-t."""
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def read(typed: str) -> str:
    """The stop sequence that was typed; the other way round than `written`."""
    return typed.replace("\\\\", "\0").replace("\\n", "\n").replace("\\t", "\t").replace("\0", "\\")


def _settings(settings: Settings) -> list[str]:
    parts = []
    if settings.system_prompt is not None:
        parts.append(f'system "{_excerpt(settings.system_prompt)}"')
    if settings.temperature is not None:
        parts.append(f"temperature {settings.temperature:g}")
    if settings.max_output_tokens is not None:
        parts.append(f"max {settings.max_output_tokens:,}")
    if settings.reasoning_effort is not None:
        parts.append(f"effort {settings.reasoning_effort}")
    if len(settings.stop) == 1:
        parts.append(f'stop "{_excerpt(written(settings.stop[0]))}"')
    elif settings.stop:
        parts.append(f"{len(settings.stop)} stops")
    return parts


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXCERPT_CHARS else f"{line[: _EXCERPT_CHARS - 3].rstrip()}..."


# --- the same for all ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ForAll:
    """What one choice of settings makes of several candidates."""

    candidates: tuple[Candidate, ...]
    """In their order; two that became the same stand there once."""
    left_out: tuple[str, ...]
    """What a model does not take of it, in sentences."""
    n_merged: int
    """How many became the same as one before."""


def same_for_all(
    chosen: Sequence[Candidate], pattern: Candidate, models: Mapping[str, ModelSpec], learned: Learned
) -> ForAll:
    """Give all candidates the settings, policy and preparation of one; each keeps its model and its fallback.

    Args:
        chosen: whose models are in `models`.
        pattern: what they get.
        models: of the catalogue.
        learned: what servers have refused so far.
    """
    made: dict[str, Candidate] = {}
    sentences = []
    for old in chosen:
        spec = models[old.model_id]
        fit = fitting(spec, pattern.settings, learned)
        new = replace(
            old,
            settings=fit.settings,
            context_policy=pattern.context_policy,
            preparation=pattern.preparation,
            simulated=spec.simulated,
        )
        made.setdefault(new.id, replace(new, label=label(new, spec)))
        sentences += [
            f"{spec.name} goes without the {SETTING_NAMES[name]}. {why}" for name, why in fit.left_out.items()
        ]
    return ForAll(tuple(made.values()), tuple(dict.fromkeys(sentences)), len(chosen) - len(made))

"""Whom `probe` asks: models under context policies, stored candidates, and those that take over from one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import click

from compare.catalog import Catalog
from compare.cli.stored import chosen
from compare.errors import ConfigError, NotFoundError
from compare.jobs.around import ready_spec
from compare.probes.handover import read_switch, taking_over
from compare.probes.own import ProbeHistory
from compare.records import Candidate, ModelSpec
from compare.store.store import Store
from compare.threads.policies import parse

Chosen = tuple[Candidate, ModelSpec]


@dataclass(frozen=True, slots=True)
class Asking:
    """Who is asked the questions, and who else speaks."""

    candidates: tuple[Chosen, ...]
    before: tuple[Chosen, ...] = ()
    """Those who only speak until somebody takes over."""
    notes: tuple[str, ...] = ()
    """What was added unasked, each a sentence."""

    @property
    def everybody(self) -> tuple[Chosen, ...]:
        """All of them."""
        return (*self.before, *self.candidates)


def candidates_asked(
    store: Store, catalog: Catalog, models: str, stored: Sequence[str], policies: Sequence[str],
    handovers: Sequence[str],
) -> Asking:  # fmt: skip
    """Read the options that name candidates.

    Raises:
        ConfigError, NotFoundError: a policy or a handover cannot be read, or names somebody unknown.
    """
    texts = [str(parse(text)) for text in policies] or ["full"]
    found = [(_under(one, spec, text), spec) for one, spec in chosen(catalog, models) for text in texts]
    for candidate_id in stored:
        candidate = store.candidate(candidate_id)
        found.append((candidate, catalog.get(candidate.model_id)))
    asked = {candidate.id: (candidate, spec) for candidate, spec in found}
    before: dict[str, Chosen] = {}
    notes: dict[str, None] = {}
    for text in handovers:
        switch = read_switch(text, lambda name: _is_known(store, catalog, name))
        for policy in texts:
            first, second = (_named(store, catalog, name, policy) for name in (switch.before, switch.after))
            before[first[0].id] = first
            if second[0].id not in asked:
                asked[second[0].id] = second
                notes[f"{_called(second)} is asked all the way too: what the handover loses is held against that."] = (
                    None
                )
            made = taking_over(first[0], second[0], switch.message, (_called(first), _called(second)))
            asked[made.id] = (made, second[1])
    if not asked:
        raise click.UsageError("--models names no model, and there is no --candidate or --handover.")
    return Asking(tuple(asked.values()), tuple(before.values()), tuple(notes))


def history_of(history: ProbeHistory | None, asked: Asking) -> ProbeHistory:
    """Whose replies stand in the threads.

    Raises:
        ConfigError: replies as given were asked for, and a handover.
    """
    if not asked.before:
        return history or "fixed"
    if history == "fixed":
        raise ConfigError(
            "--handover needs replies of the candidates' own: leave --history out, or write --history own."
        )
    return "own"


def _is_known(store: Store, catalog: Catalog, name: str) -> bool:
    if name in catalog.models:
        return True
    try:
        store.candidate(name)
    except NotFoundError:
        return False
    return True


def _named(store: Store, catalog: Catalog, name: str, policy: str) -> Chosen:
    """A model under a policy, or a stored candidate as it is."""
    if name in catalog.models:
        spec = ready_spec(name)
        return _under(Candidate(name, label=spec.label, simulated=spec.simulated), spec, policy), spec
    candidate = store.candidate(name)
    if candidate.handover_from:
        raise ConfigError(f"{candidate.name} took over itself. Name the two that speak before and after the switch.")
    return candidate, ready_spec(candidate.model_id)


def _under(one: Candidate, spec: ModelSpec, policy: str) -> Candidate:
    if policy == one.context_policy:
        return one
    return replace(one, context_policy=policy, label=f"{spec.name} ({policy})")


def _called(one: Chosen) -> str:
    candidate, spec = one
    return candidate.label or spec.name


__all__ = ["Asking", "candidates_asked", "history_of"]

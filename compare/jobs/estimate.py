"""What a job will cost, before it is asked: counted input, output as answers have shown, prices of the catalogue.

An unknown price stays unknown, and what a figure rests on is said with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from compare.errors import CompareError, ConfigError
from compare.jobs.plan import Asked
from compare.jobs.request_key import other_models
from compare.jobs.speakers import conversation_prompt, speaker_at, speakers_in
from compare.records import Candidate, ModelSpec, Usage
from compare.store.cells import TokenMeans
from compare.store.jobs import PROBE_KIND
from compare.store.store import Store
from compare.threads.prompts import OwnAnswer, Prompt, fixed_prompt
from compare.threads.shaping import shape, summary_needed
from compare.tokens.cost import cost_usd
from compare.tokens.count import count_messages

Specs = Callable[[str], ModelSpec]
"""Finds the model of an id; raises CompareError where it cannot be asked."""

DEFAULT_OUTPUT_TOKENS = 500
"""Of an answer by a candidate that has never answered."""
PROBE_OUTPUT_TOKENS = 120
"""The same of an answer to a planted fact, which is asked for in a sentence."""
SAMPLE = 400
"""Cells of a candidate that are counted; of more, each n-th stands for its neighbours."""


class Output(NamedTuple):
    """How long a candidate's answers are taken to be."""

    tokens: int
    n_answers: int
    """Stored answers that it rests on; 0: the default."""
    in_ratio: float = 1.0
    """By which input that is counted here is taken to be more than what the model reports."""


@dataclass(frozen=True, slots=True)
class CandidateEstimate:
    """What the waiting cells of one candidate will take."""

    candidate: Candidate
    n_cells: int
    in_tokens: int
    output: Output
    usd: Decimal | None
    """None: its price is unknown."""

    @property
    def basis(self) -> str:
        """What the figures rest on, in words."""
        if self.output.n_answers:
            stored = "1 stored answer" if self.output.n_answers == 1 else f"{self.output.n_answers:,} stored answers"
            said = f"output as in {stored} ({self.output.tokens:,} tokens each)"
        else:
            said = f"output taken to be {self.output.tokens:,} tokens each (none of its own of this kind is stored)"
        counted = "input counted" if self.n_cells <= SAMPLE else f"input counted for {SAMPLE} of {self.n_cells:,}"
        if abs(self.output.in_ratio - 1.0) >= 0.005:
            counted += f" and taken {self.output.in_ratio:.2f} times, as reported so far"
        return f"{counted}, {said}"


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the waiting cells of a job will take."""

    candidates: tuple[CandidateEstimate, ...]

    @property
    def n_cells(self) -> int:
        """Cells to be asked."""
        return sum(one.n_cells for one in self.candidates)

    @property
    def usd(self) -> Decimal | None:
        """In all; None where a part of it is unknown."""
        parts = [one.usd for one in self.candidates]
        return None if None in parts else sum((part for part in parts if part is not None), Decimal(0))

    @property
    def sentence(self) -> str:
        """In one sentence, with what it rests on."""
        known = sum((one.usd for one in self.candidates if one.usd is not None), Decimal(0))
        unknown = [one.candidate.name for one in self.candidates if one.usd is None]
        if not self.candidates:
            return "Nothing is left to be asked."
        money = "unknown" if len(unknown) == len(self.candidates) else f"about ${known:.4f}"
        if unknown and len(unknown) < len(self.candidates):
            money += f" and the unknown price of {', '.join(unknown)}"
        elif unknown:
            money += f" (no price for {', '.join(unknown)})"
        bases: dict[str, list[str]] = {}
        for one in self.candidates:
            bases.setdefault(one.basis, []).append(one.candidate.name)
        basis = "; ".join(f"{', '.join(names)}: {told}" for told, names in bases.items())
        return f"Estimated cost of {self.n_cells:,} answers: {money}. It rests on: {basis}."


def estimate(store: Store, job_id: str, asked: Asked, specs: Specs) -> Estimate:
    """What the waiting cells of a job will take. Summaries that a policy needs, and retries, are not in it."""
    probes = store.job(job_id).kind == PROBE_KIND
    own = asked.history == "own"
    outputs = store.token_means(probes=probes, own=own)
    # Planted facts are asked for in a sentence; the replies on the way are as long as any.
    default = PROBE_OUTPUT_TOKENS if probes and not own else DEFAULT_OUTPUT_TOKENS
    waiting = store.waiting_cells(job_id)
    found = []
    for candidate_id in asked.candidates:
        if not waiting.get(candidate_id):
            continue
        candidate = store.candidate(candidate_id)
        speakers = speakers_in((candidate,), asked.history, store.candidate)
        lengths = {one.id: output_of(one, outputs, default) for one in speakers.values()}
        n = waiting[candidate_id]
        found.append(_of_candidate(store, job_id, asked, candidate, n, speakers, lengths, specs))
    return Estimate(tuple(found))


def output_of(candidate: Candidate, outputs: Mapping[str, TokenMeans], default: int = DEFAULT_OUTPUT_TOKENS) -> Output:
    """How long a candidate's answers are taken to be, given the means of those that are stored."""
    if candidate.id in outputs:
        means = outputs[candidate.id]
        return Output(round(means.output), means.n, means.in_ratio)
    most = candidate.settings.max_output_tokens
    return Output(min(default, most or default), 0)


def refuse_unknown_prices(candidates: Mapping[str, Candidate], specs: Specs) -> None:
    """A cap cannot hold what is not known.

    Raises:
        ConfigError: a model that the job may ask has no price.
    """
    for candidate in candidates.values():
        for model_id in (candidate.model_id, *other_models(candidate)):
            if specs(model_id).price is None:
                raise ConfigError(
                    f"The price of {model_id} is unknown, so a cost cap cannot be kept. Give it a price in your model "
                    "file (price = { input = ..., output = ... }), leave it out, or start without --cost-cap."
                )


def cell_usd(prompt: Prompt, spec: ModelSpec, output: Output) -> float:
    """What one cell is taken to cost, its whole prompt counted; 0 where the price is unknown."""
    n_in = round(count_messages(tuple(message.content for message in prompt.messages)) * output.in_ratio)
    found = cost_usd(spec.price, Usage(input=n_in, output=output.tokens))
    return float(found or 0)


def _of_candidate(
    store: Store, job_id: str, asked: Asked, candidate: Candidate, n_cells: int, speakers: Mapping[str, Candidate],
    outputs: Mapping[str, Output], specs: Specs,
) -> CandidateEstimate:  # fmt: skip
    """Of one candidate, whose turns may be asked of several: `speakers` has them all, by id."""
    step = max(1, -(-n_cells // SAMPLE))
    n_in, usd, n_sampled, known = 0, Decimal(0), 0, True
    for cell in store.sampled_cells(job_id, candidate.id, step):
        messages = store.thread_messages(cell.thread_id)
        if asked.history == "own":
            speaker = speaker_at(candidate, cell.turn, speakers.__getitem__)
            unsaid = [OwnAnswer("", "")] * (cell.turn - 1)
            prompt = conversation_prompt(messages, cell.turn, unsaid, candidate, speakers.__getitem__)
        else:
            speaker, prompt = candidate, fixed_prompt(messages, cell.turn)
        output, price = outputs[speaker.id], specs(speaker.model_id).price
        n = _input_tokens(prompt, speaker, output, own=asked.history == "own")
        n_in, n_sampled, known = n_in + n, n_sampled + 1, known and price is not None
        usd += cost_usd(price, Usage(input=n, output=output.tokens)) or 0
    share = Decimal(n_cells) / max(n_sampled, 1)
    return CandidateEstimate(
        candidate, n_cells, round(n_in * share), outputs[candidate.id], usd * share if known else None
    )


def _input_tokens(prompt: Prompt, speaker: Candidate, output: Output, *, own: bool) -> int:
    try:
        sent = prompt if summary_needed(prompt, speaker) else shape(prompt, speaker).sent
    except CompareError:
        sent = prompt  # the answer will say what is wrong with the candidate
    n = round(count_messages(tuple(message.content for message in sent.messages)) * output.in_ratio)
    # Under own history the replies in the thread are those that are not there yet.
    n_replies = sum(message.role == "assistant" for message in sent.messages) if own else 0
    return n + n_replies * output.tokens


__all__ = [
    "CandidateEstimate",
    "Estimate",
    "Output",
    "cell_usd",
    "estimate",
    "output_of",
    "refuse_unknown_prices",
]

"""From what happened to the one Answer that is kept: times, tokens, cost, and what was really sent."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

from compare.engine.attempts import Progress
from compare.engine.outgoing import Outgoing
from compare.engine.question import Question
from compare.engine.retry import in_words
from compare.errors import CompareError
from compare.records import Answer, ChatResult, Status, Usage
from compare.threads.policies import cut_json
from compare.threads.prompts import Prompt
from compare.tokens.cost import cost_usd


def timed(question: Question, out: Outgoing | None, progress: Progress, started_at: str, lag_ms: float) -> Answer:
    """The answer without local counts and cost.

    The time of a summary that had to be made first is part of every time: this candidate is not to be had without it.
    """
    result = progress.result
    assert result is not None
    prompt = out.shaped.whole if out else question.prompt
    usage, failure = result.usage, result.failure
    status: Status = "done" if failure is None else "stopped" if failure.kind == "cancelled" else "failed"
    reported = usage.source == "reported"
    before_ms = out.before_ms if out else 0.0
    return Answer(
        id=question.answer_id,
        candidate_id=question.candidate.id,
        prompt_leaf_id=prompt.leaf_id,
        turn=prompt.turn,
        n_messages=prompt.n_messages,
        history=prompt.history,
        origin=question.origin,
        status=status,
        finish=result.finish,
        finish_raw=result.finish_raw,
        text=result.text,
        reasoning=result.reasoning,
        repeat=question.repeat,
        job_id=question.job_id,
        cell_key=question.cell_key if status == "done" else None,
        replaces_id=question.replaces_id,
        sent_json=_sent(question, out, progress, result),
        cut_json=cut_json(out.shaped.cut) if out else "[]",
        started_at=started_at,
        in_reported=usage.input if reported else None,
        cached=usage.cached,
        cache_write=usage.cache_write,
        out_reported=usage.output if reported else None,
        reasoning_tokens=usage.reasoning,
        usage_raw_json=json.dumps(usage.raw) if usage.raw is not None else None,
        ttft_ms=_ms(progress.sent_at, progress.first_at, before_ms),
        first_text_ms=_ms(progress.sent_at, progress.first_text_at, before_ms),
        total_ms=_ms(progress.sent_at, progress.ended, before_ms) if progress.sent_at else None,
        wall_ms=_ms(progress.began, progress.ended, before_ms),
        loop_lag_ms=lag_ms,
        attempts=progress.attempt,
        model_served=result.model_served,
        request_id=result.request_id,
        warnings=_warnings(out, progress, result),
        error_kind=failure.kind if failure else None,
        error=in_words(failure) if failure else None,
    )


def counted(question: Question, out: Outgoing | None, progress: Progress, answer: Answer) -> Answer:
    """The answer with local counts, and its cost: from reported tokens, or from counted ones where there are none."""
    from compare.tokens.count import count, count_messages

    spec = progress.spec or question.spec
    in_counted = out_counted = None
    try:
        in_counted = out.in_counted if out else count_messages(tuple(m.content for m in question.prompt.messages))
        out_counted = count(answer.text) + count(answer.reasoning)
    except CompareError as exc:
        # The answer is worth more than our yardstick.
        answer = replace(answer, warnings=(*answer.warnings, f"Its tokens were not counted. {exc}"))
    reported = answer.in_reported is not None and answer.out_reported is not None
    usage = Usage(
        input=answer.in_reported if reported else in_counted,
        output=answer.out_reported if reported else out_counted,
        cached=answer.cached,
        cache_write=answer.cache_write,
    )
    # A call that failed without reporting usage may or may not be charged: its cost is not known.
    known = reported or answer.status == "done"
    return replace(
        answer,
        in_counted=in_counted,
        out_counted=out_counted,
        usage_source="reported" if reported else "missing" if out_counted is None else "counted",
        cost_usd=_with_summary(cost_usd(spec.price, usage) if known else None, out),
        price_json=spec.price.to_json() if spec.price else None,
    )


def _with_summary(own: Decimal | None, out: Outgoing | None) -> Decimal | None:
    """The cost in all; unknown where a part of it is."""
    if out is None or own is None:
        return own
    return None if out.before_usd is None else own + out.before_usd


def _warnings(out: Outgoing | None, progress: Progress, result: ChatResult) -> tuple[str, ...]:
    instead = progress.fallback
    said = [f"Answered by {instead.model_id} instead of {instead.instead_of}: {instead.why}"] if instead else []
    if out and out.warning:
        said.append(out.warning)
    return (*said, *progress.warnings, *result.warnings)


def _sent(question: Question, out: Outgoing | None, progress: Progress, result: ChatResult) -> str:
    sent: Prompt = out.shaped.sent if out else question.prompt
    body: dict[str, Any] = {
        "n_messages": sent.n_messages,
        "sha256": sent.sha256,
        "params": dict(result.params_sent),
        "own_answer_ids": list(sent.own_answer_ids),
        "others_answer_ids": list(sent.others_answer_ids),
        "left_out": dict(sent.left_out),
    }
    if progress.fallback:
        body["fallback"] = progress.fallback._asdict()
    if out and out.summary:
        body["summary"] = _summary(out.summary)
    return json.dumps(body, ensure_ascii=False)


def _summary(summary: Answer) -> dict[str, Any]:
    return {
        "model_id": json.loads(summary.sent_json)["params"].get("model"),
        "text": summary.text,
        "in_reported": summary.in_reported,
        "in_counted": summary.in_counted,
        "out_reported": summary.out_reported,
        "out_counted": summary.out_counted,
        "wall_ms": summary.wall_ms,
        "cost_usd": None if summary.cost_usd is None else str(summary.cost_usd),
    }


def _ms(start: float, end: float | None, before_ms: float = 0.0) -> float | None:
    return None if end is None else (end - start) * 1000.0 + before_ms

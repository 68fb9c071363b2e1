"""What is asked of a candidate."""

from __future__ import annotations

from dataclasses import dataclass

from compare.records import Candidate, ModelSpec, Origin
from compare.threads.prompts import Prompt


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of whom, and under which id the answer will be kept."""

    answer_id: str
    candidate: Candidate
    spec: ModelSpec
    prompt: Prompt
    origin: Origin = "live"
    repeat: int = 0
    job_id: str | None = None
    cell_key: str | None = None
    """Kept with the answer only when it succeeds."""
    replaces_id: str | None = None
    patience_s: float = 0.0
    """So long after an endpoint went down, it is still waited for; people do not wait, jobs do."""

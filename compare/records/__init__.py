"""The values that move between the layers: frozen, without behaviour beyond what their fields imply.

Nothing here imports outside the standard library. Units are in the names (`_ms`, `_s`, `_usd_per_mtok`);
`None` always means "not known", never zero. Ids of stored things are strings that nobody can guess.
One file a subject; the rest of the project imports from here: `from compare.records import Answer`.
"""

from __future__ import annotations

from compare.records.answer import Answer, Comparison, Slot
from compare.records.ballot import Ballot, Preference
from compare.records.call import (
    Allowance,
    ChatMessage,
    ChatRequest,
    ChatResult,
    Done,
    Event,
    Image,
    Provider,
    ProviderFailure,
    RateLimits,
    ReasoningDelta,
    ServedModel,
    Started,
    TextDelta,
    Usage,
)
from compare.records.model import Candidate, ModelSpec, Preset, Price, PriceTier, Settings
from compare.records.thread import PRODUCTION_NAME, Branch, Message, Recorded, Thread
from compare.records.words import (
    BallotState,
    FailureKind,
    Finish,
    History,
    Origin,
    ProviderKind,
    Role,
    Status,
    Step,
    UsageSource,
    Verdict,
)

__all__ = [
    "PRODUCTION_NAME",
    "Allowance",
    "Answer",
    "Ballot",
    "BallotState",
    "Branch",
    "Candidate",
    "ChatMessage",
    "ChatRequest",
    "ChatResult",
    "Comparison",
    "Done",
    "Event",
    "FailureKind",
    "Finish",
    "History",
    "Image",
    "Message",
    "ModelSpec",
    "Origin",
    "Preference",
    "Preset",
    "Price",
    "PriceTier",
    "Provider",
    "ProviderFailure",
    "ProviderKind",
    "RateLimits",
    "ReasoningDelta",
    "Recorded",
    "Role",
    "ServedModel",
    "Settings",
    "Slot",
    "Started",
    "Status",
    "Step",
    "TextDelta",
    "Thread",
    "Usage",
    "UsageSource",
    "Verdict",
]

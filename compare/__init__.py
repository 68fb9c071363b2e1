"""Weighbridge: compare language models side by side on long threads, vote on fidelity, turn votes into routing weights.

This package holds everything except the page scripts. Importing it loads nothing heavy: only values and errors.
"""

from compare.errors import (
    CompareError,
    ConfigError,
    ImportFormatError,
    NotEnoughVotesError,
    NotFoundError,
    ProviderError,
    StoreError,
)
from compare.records import (
    Answer,
    Ballot,
    Candidate,
    ChatRequest,
    ChatResult,
    Message,
    ModelSpec,
    Price,
    ProviderFailure,
    Thread,
    Usage,
)

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "Ballot",
    "Candidate",
    "ChatRequest",
    "ChatResult",
    "CompareError",
    "ConfigError",
    "ImportFormatError",
    "Message",
    "ModelSpec",
    "NotEnoughVotesError",
    "NotFoundError",
    "Price",
    "ProviderError",
    "ProviderFailure",
    "StoreError",
    "Thread",
    "Usage",
    "__version__",
]

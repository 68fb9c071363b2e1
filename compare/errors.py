"""Every exception that Weighbridge raises on purpose.

    CompareError
     +- ConfigError            a setting, the catalogue or the data folder is unusable
     +- ImportFormatError      a file of threads or votes cannot be read; carries the place
     +- NotFoundError          a thread, run, answer or model that is not there
     +- NotEnoughVotesError    a figure was asked for that the votes do not carry
     +- ProviderError          one request to one model failed; carries a records.ProviderFailure
     +- SignInError            it is not known who asks, or not any more
     +- StudyError             a study cannot take this: it is not there, its settings contradict each other
     |   +- StudyClosedError   the study was closed, or its deadline has passed
     |   +- NotAllowedError    this rater may not do that in this study
     +- StoreError             the database cannot be opened, read or written
         +- NewerDatabaseError the database was written by a newer Weighbridge

A message is one or two sentences: what is wrong, where, the numbers, what to do next. Pages and the command line show
it as it is; anything that is not a CompareError is a defect and may show a traceback in the log, never on a page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compare.records import ProviderFailure


class CompareError(Exception):
    """The root: whatever a user may meet and can act on."""


class ConfigError(CompareError):
    """A setting, the model catalogue or the data folder is unusable."""


class ImportFormatError(CompareError):
    """A file of threads or votes cannot be read.

    Attributes:
        line: 1-based line of the file where it went wrong, or None where the whole file is unreadable.
    """

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class NotFoundError(CompareError):
    """A thread, run, answer or model that is not there."""


class SignInError(CompareError):
    """It is not known who asks, or not any more: the sentence is for them."""


class NotEnoughVotesError(CompareError):
    """A figure was asked for that the votes do not carry."""


class ProviderError(CompareError):
    """One request to one model failed; `failure` says how, and whether asking again makes sense."""

    def __init__(self, failure: ProviderFailure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class StudyError(CompareError):
    """A study cannot take this."""


class StudyClosedError(StudyError):
    """The study was closed, or its deadline has passed."""


class NotAllowedError(StudyError):
    """This rater may not do that in this study."""


class StoreError(CompareError):
    """The database cannot be opened, read or written."""


class NewerDatabaseError(StoreError):
    """The database was written by a newer Weighbridge than this one."""

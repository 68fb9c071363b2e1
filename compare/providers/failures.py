"""How a call failed, in words that can be shown: no secret passes through here, whatever a server echoes.

Every ProviderFailure of every adapter is made by `Call.failure` or `Call.refused`; reading the many shapes of error
bodies lies in errorbody.py. Nothing here does any I/O.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import quote, quote_plus, urlsplit

from compare.providers.errorbody import Complaint, read_complaint
from compare.providers.quirks import DROPPABLE, UNMISTAKABLE
from compare.records import FailureKind, ProviderFailure

EXCERPT_CHARS = 200
"""How much of a body that nobody can read as an error is shown."""
MAX_ID_CHARS = 200
"""A longer id is none."""
_MAX_MESSAGE_CHARS = 1500
_SHORTEST_BEGINNING = 6
_SHORTEST_SECRET = 4
"""A shorter "key" is a placeholder, and hiding it would make words unreadable."""

_SECRETS = re.compile(
    r"""
      \bsk-[\w*.\-]{6,}
    | \bAIza[\w\-]{6,}
    | (?<=\bBearer[ ])(?!(?:tokens?|auth\w*|scheme|keys?|headers?|prefix|format)\b)[^\s"',;<>]+
    | (?<=\bkey=)[^\s&"'<>]+
    | (?<=[_-]key=)[^\s&"'<>]+
    | (?<=://)[^\s/@:]+:[^\s/@]+(?=@)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NAMED_SECRET = re.compile(r"""((?:api|access)[_-]?(?:key|token)["']?\s*[:=]\s*["']?)[^\s"',;&{}]{8,}""", re.IGNORECASE)
_SECRET_MARKS = ("sk-", "aiza", "bearer ", "key=", "://")
_NAMED_SECRET_MARKS = ("api", "access")
"""One of these stands in whatever the pattern finds. Looking for them first costs a fiftieth of the pattern."""


def redact(text: str, *secrets: str | None) -> str:
    """The text without keys: the given ones wherever they stand, and whatever looks like one."""
    for secret in secrets:
        if secret and len(secret) >= _SHORTEST_SECRET:
            for written in {secret, quote(secret, safe=""), quote_plus(secret)}:
                text = _without_begun(text.replace(written, "[key]"), written)
    folded = text.casefold()
    if any(mark in folded for mark in _SECRET_MARKS):
        text = _SECRETS.sub("[key]", text)
    if any(mark in folded for mark in _NAMED_SECRET_MARKS):
        text = _NAMED_SECRET.sub(r"\1[key]", text)
    return text


def _without_begun(text: str, secret: str) -> str:
    """The text without the beginning of a secret at its end, where it was cut in the middle of one."""
    for n in range(len(secret) - 1, _SHORTEST_BEGINNING - 1, -1):
        if text.endswith(secret[:n]):
            return text[:-n] + "[key]"
    return text


def shown_host(url: str) -> str:
    """Host and port of an address, without user name, password, path or query."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "an unreadable address"
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{port}" if port else host or "an address without a host"


class Verdict(NamedTuple):
    """What a complaint amounts to."""

    kind: FailureKind
    retryable: bool


@dataclass(frozen=True, slots=True)
class Call:
    """Who is asked for what: the facts that a failure message needs, and the key that it must not hold."""

    url: str
    model: str
    """The model's name at its server."""
    key_env: str | None = None
    api_key: str | None = field(default=None, repr=False)
    method: str = "POST"
    total_timeout_s: float = 600.0
    """Bound on the whole call."""

    @property
    def host(self) -> str:
        """Host and port, as shown."""
        return shown_host(self.url)

    def redact(self, text: str) -> str:
        """The text without this call's key and without whatever looks like a key."""
        return redact(text, self.api_key)

    def failure(
        self,
        kind: FailureKind,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        param: str | None = None,
        retryable: bool = False,
        retry_after_s: float | None = None,
        request_id: str | None = None,
    ) -> ProviderFailure:
        """A failure whose every text has gone through redaction."""
        message = self.redact(message)
        if len(message) > _MAX_MESSAGE_CHARS:
            message = message[: _MAX_MESSAGE_CHARS - 4] + " ..."
        return ProviderFailure(
            kind,
            message,
            status,
            self.redact(code) if code else None,
            self.redact(param) if param else None,
            retryable,
            retry_after_s,
            self.redact(request_id) if request_id else None,
        )

    def refused(self, status: int, headers: Mapping[str, str], body: bytes) -> ProviderFailure:
        """The failure that a response with a status other than 200 stands for."""
        if 300 <= status < 400:
            return self._redirected(status, headers)
        complaint = read_complaint(body)
        kind, retryable = judge(status, complaint)
        wait_s = retry_after_s(headers)
        told = headers.get("x-should-retry", "").strip().lower()
        if told in ("true", "false"):
            retryable = told == "true"
        return self.failure(
            kind,
            self._words(kind, status, complaint),
            status=status,
            code=complaint.code or complaint.type,
            param=refused_param(complaint) or complaint.param,
            retryable=retryable,
            retry_after_s=complaint.retry_after_s if wait_s is None else wait_s,
            request_id=request_id_of(headers),
        )

    def complained(self, complaint: Complaint, *, request_id: str | None = None) -> ProviderFailure:
        """The failure that a server reports after it has begun to answer with status 200."""
        kind, retryable = judge(complaint.status or 0, complaint)
        message = f"The server at {self.host} broke off with an error: {_sentence(complaint.message)}"
        return self.failure(
            kind,
            message,
            status=complaint.status,
            code=complaint.code or complaint.type,
            param=complaint.param,
            retryable=retryable,
            retry_after_s=complaint.retry_after_s,
            request_id=request_id,
        )

    def not_a_model_server(self, status: int, body: str) -> ProviderFailure:
        """The failure of an address behind which something else lives."""
        return self.failure(
            "not_found" if status == 404 else "protocol",
            f"{self.method} {self._shown_url} was answered with status {status} and "
            f"{self._excerpt(body)}. That is no model server's answer: check base_url.",
            status=status,
        )

    @property
    def _shown_url(self) -> str:
        """The address without user name, password and query, where keys may stand."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{self.host}{parts.path}"

    def _redirected(self, status: int, headers: Mapping[str, str]) -> ProviderFailure:
        target = headers.get("location", "").strip() or "an address it does not name"
        return self.failure(
            "protocol",
            f"The server answered with a redirect to {target} ({status}, from {self._shown_url}); "
            "base_url must be the final address.",
            status=status,
        )

    def _excerpt(self, body: str) -> str:
        # Keys go first: a cut through one would leave a part that nothing recognises.
        text = " ".join(self.redact(body).split())
        if not text:
            return "an empty body"
        return f"'{text[:EXCERPT_CHARS]}{' ...' if len(text) > EXCERPT_CHARS else ''}'"

    def _words(self, kind: FailureKind, status: int, complaint: Complaint) -> str:
        said = _sentence(complaint.message) if complaint.readable else f"{self._excerpt(complaint.message)}."
        match kind:
            case "auth" if self.key_env and self.api_key:
                return f"The server at {self.host} refused the key in {self.key_env} ({status}): {said}"
            case "auth" if self.key_env:
                return f"The server at {self.host} wants a key ({status}), and {self.key_env} is not set: {said}"
            case "auth":
                return f"The server at {self.host} wants a key ({status}); name its variable in api_key_env: {said}"
            case "not_found" if complaint.readable:
                return f"{self._shown_url} does not know {self.model} ({status}): {said}"
            case "context_length":
                return f"The conversation is too long for {self.model} at {self.host} ({status}): {said}"
            case "rate_limit":
                return f"The server at {self.host} takes no more requests for now ({status}): {said}"
            case "billing":
                return f"The server at {self.host} wants to be paid first ({status}): {said}"
        if status >= 500 or kind in ("timeout", "server", "overloaded"):
            return f"The server at {self.host} failed ({status}): {said}"
        if complaint.readable or kind == "permission":
            return f"The server at {self.host} refused the request for {self.model} ({status}): {said}"
        return self.not_a_model_server(status, complaint.message).message


def _sentence(text: str) -> str:
    text = " ".join(text.split()) or "no reason given"
    return text if text[-1] in ".!?" else text + "."


# --- what a complaint amounts to -------------------------------------------------------------------------------------

_TOO_LONG = re.compile(
    r"context.?(length|window|size|limit)|maximum context|too many (input )?tokens|prompt is too long|input is too long"
    r"|reduce the length|input token count.{0,20}exceeds",
    re.IGNORECASE,
)
_BAD_KEY = re.compile(
    r"(invalid|incorrect|missing|wrong|expired).{0,20}api.?key|api.?key.{0,20}(invalid|not valid|expired)",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"(model|deployment)\b.{0,80}(not found|not exist|not_found|unknown)|(invalid|unknown) model", re.IGNORECASE
)
_UNPAID = re.compile(
    r"insufficient[_ ](quota|balance|credit|funds)|credit balance is too low|billing_(hard_limit|not_active|error)",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"unsupported|not support|n't support|deprecated|unrecogni[sz]ed|unknown|unexpected|not (be )?permitted|not allowed"
    r"|no longer|extra_forbidden|only the default",
    re.IGNORECASE,
)

_BY_STATUS: dict[int, Verdict] = {
    401: Verdict("auth", False),
    402: Verdict("billing", False),
    403: Verdict("permission", False),
    404: Verdict("not_found", False),
    405: Verdict("protocol", False),
    408: Verdict("timeout", True),
    409: Verdict("server", True),
    425: Verdict("server", True),
    429: Verdict("rate_limit", True),
    498: Verdict("overloaded", True),
    503: Verdict("overloaded", True),
    504: Verdict("timeout", True),
    529: Verdict("overloaded", True),
}
_BY_WORD: dict[str, Verdict] = {
    "authentication_error": Verdict("auth", False),
    "invalid_api_key": Verdict("auth", False),
    "permission_error": Verdict("permission", False),
    "not_found_error": Verdict("not_found", False),
    "model_not_found": Verdict("not_found", False),
    "rate_limit_error": Verdict("rate_limit", True),
    "rate_limit_exceeded": Verdict("rate_limit", True),
    "overloaded_error": Verdict("overloaded", True),
    "server_error": Verdict("server", True),
    "api_error": Verdict("server", True),
    "internal_server_error": Verdict("server", True),
    "timeout_error": Verdict("timeout", True),
    "content_filter": Verdict("content_filter", False),
    "content_policy_violation": Verdict("content_filter", False),
}
"""By a complaint's code or type, where the status is 400, 413, 422 or not known."""


def judge(status: int, complaint: Complaint) -> Verdict:
    """What went wrong and whether asking again can help, from status and words; status 0 where none is known."""
    if complaint.readable and status < 500:
        by_words = _judge_words(status, complaint)
        if by_words:
            return by_words
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return Verdict("server", True)
    return Verdict("bad_request" if status >= 400 else "server" if status == 0 else "protocol", False)


def _judge_words(status: int, complaint: Complaint) -> Verdict | None:
    labels = f"{complaint.code or ''} {complaint.type or ''}"
    words = f"{labels} {complaint.message}"
    if _UNPAID.search(labels if status == 429 else words):
        # Under 429 the message alone does not tell: rate limits also speak of quota and billing.
        return Verdict("billing", False)
    if status not in (0, 400, 413, 422):
        return None
    if _TOO_LONG.search(words):
        return Verdict("context_length", False)
    if refused_param(complaint):
        return Verdict("unsupported_param", False)
    named = _BY_WORD.get((complaint.code or "").lower()) or _BY_WORD.get((complaint.type or "").lower())
    if named:
        return named
    if _BAD_KEY.search(words):
        return Verdict("auth", False)
    return Verdict("not_found", False) if _NO_MODEL.search(words) else None


def refused_param(complaint: Complaint) -> str | None:
    """The parameter of ours that a server says it does not take; None where it only dislikes the value."""
    words = f"{complaint.code or ''} {complaint.type or ''} {complaint.message}"
    if not _REFUSED.search(words):
        return None
    field_path = (complaint.param or "").split("[")[0]
    for named in (field_path, field_path.split(".")[-1], field_path.split(".")[0]):
        if named in DROPPABLE:
            return named
    found = _PARAM.search(complaint.message)
    return _AS_SENT[found[0].lower()] if found else None


_AS_SENT = {name.lower(): name for name in UNMISTAKABLE}
# The longest name first, so that "reasoning.effort" is not taken for less.
_PARAM = re.compile(rf"\b({'|'.join(map(re.escape, sorted(UNMISTAKABLE, key=len, reverse=True)))})\b", re.IGNORECASE)


# --- headers ---------------------------------------------------------------------------------------------------------


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """How long the server asks to wait: milliseconds first, then seconds, then an HTTP date; None where it asks not."""
    for name, scale in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        text = headers.get(name, "").strip()
        if re.fullmatch(r"\d{1,9}(\.\d+)?", text):
            return float(text) * scale
        if name == "retry-after" and text:
            try:
                return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
            except ValueError:
                return None
    return None


def request_id_of(headers: Mapping[str, str]) -> str | None:
    """The id by which the server's operators find this request."""
    for name in ("x-request-id", "request-id", "x-generation-id", "apim-request-id", "x-amzn-requestid"):
        found = headers.get(name, "").strip()
        if 0 < len(found) <= MAX_ID_CHARS:
            return found
    return None


__all__ = ["Call", "Verdict", "judge", "redact", "refused_param", "request_id_of", "retry_after_s", "shown_host"]

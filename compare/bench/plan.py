"""What a bench asks: where, how many sessions of how many turns, which words, which headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from compare.errors import ConfigError
from compare.records import ChatMessage, Message

SESSION_HEADER = "x-session-id"
LENGTH_HEADER = "x-thread-length"
MAX_SESSIONS = 2000
MAX_TURNS = 1000

_SECRET_HEADERS = ("authorization", "api-key", "apikey", "x-goog-api-key", "cookie", "secret", "token")
_OWN_HEADERS = ("content-type", "content-length", "host", "connection", "transfer-encoding", "accept-encoding")


@dataclass(frozen=True, slots=True)
class Script:
    """What the user says in one session."""

    system: str
    """Empty for none."""
    says: tuple[str, ...]
    """One text per turn."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole bench."""

    base_url: str
    """Without /chat/completions."""
    model: str
    sessions: int
    turns: int
    scripts: tuple[Script, ...] = ()
    """Taken in turn by the sessions; without any, made-up support questions are asked."""
    headers: Mapping[str, str] = field(default_factory=dict)
    secret_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sent as well; their values are never shown, whatever a server echoes."""
    session_header: str = SESSION_HEADER
    """Empty: not sent."""
    length_header: str = LENGTH_HEADER
    """Empty: not sent. It carries the number of messages sent, all roles."""
    route_header: str = ""
    """A header of the response that names the route, before those that are known."""
    api_key_env: str | None = None
    timeout_s: float = 600.0
    max_output_tokens: int | None = None

    def script(self, session: int) -> Script:
        """What session number `session` (from 0) says; never more than `turns` turns."""
        if not self.scripts:
            return Script(_SYSTEM, tuple(_made_up(session, turn) for turn in range(self.turns)))
        chosen = self.scripts[session % len(self.scripts)]
        return Script(chosen.system, chosen.says[: self.turns])

    @property
    def n_requests(self) -> int:
        """Requests if nothing fails."""
        return sum(len(self.script(session).says) for session in range(self.sessions))

    @property
    def n_short(self) -> int:
        """Sessions whose thread has fewer user turns than were asked for."""
        return sum(len(self.script(session).says) < self.turns for session in range(self.sessions))


def base_url_of(url: str) -> str:
    """The address up to /chat/completions, which may be given with it.

    Raises:
        ConfigError: it is no http address, or holds a user name or password.
    """
    from urllib.parse import urlsplit

    text = url.strip().rstrip("/").removesuffix("/chat/completions").rstrip("/")
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError(f"{url!r} is no address of a server; write one such as http://127.0.0.1:4000/v1.")
    if parts.username or parts.password:
        raise ConfigError("The address holds a user name or password. Put the key into a variable: --api-key-env NAME.")
    return text


def headers_of(pairs: Sequence[str]) -> dict[str, str]:
    """Headers from "name=value" texts.

    Raises:
        ConfigError: one is no header, carries a key, or is the client's own.
    """
    found: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        name = name.strip().lower()
        if not sign:
            raise ConfigError(f"--header {name!r} has no value; write it as name=value.")
        check_header(name, "--header")
        if any(word in name for word in _SECRET_HEADERS):
            raise ConfigError(
                f"--header {name} would show a key on the command line. Put it into a variable and name that: "
                f"--api-key-env NAME, or --header-env {name}=NAME for a header of its own."
            )
        if not (value.isascii() and value.isprintable()):
            raise ConfigError(f"--header {name} has a value that no header can carry; use printable ASCII.")
        if name in found:
            raise ConfigError(f"--header {name} is given twice.")
        found[name] = value
    return found


def check_header(name: str, option: str) -> None:
    """Refuse what is no header's name, or one that the client sets itself.

    Raises:
        ConfigError: it is.
    """
    if not name or not all(c.isascii() and (c.isalnum() or c in "!#$%&'*+-.^_`|~") for c in name):
        raise ConfigError(f"{option} {name!r} is no name of a header.")
    if name.lower() in _OWN_HEADERS:
        raise ConfigError(f"{option} {name} is set by the client itself; leave it out.")


def script_of(messages: Sequence[Message]) -> Script:
    """What the user says in a thread; the recorded answers stay out, each session gets its own."""
    system = "\n\n".join(m.text for m in messages if m.role == "system" and m.text.strip())
    return Script(system, tuple(m.text for m in messages if m.role == "user" and m.text.strip()))


def opening(script: Script) -> list[ChatMessage]:
    """The messages before the first turn."""
    return [ChatMessage("system", script.system)] if script.system else []


_SYSTEM = "You are the support desk of a web shop. Answer in one or two sentences."
_QUESTIONS = (
    "My order {order} has not arrived. What can I do?",
    "It was due on day {day} of the month. Is it lost?",
    "Please send it to the office instead, desk {desk}.",
    "What was the discount you gave me on order {order}?",
    "Can I change the colour of the second item?",
    "I need an invoice over {amount} euros with my company's name on it.",
    "How long do I have to return an item?",
    "Which of my items are still on their way?",
    "Please repeat the address that you have for me.",
    "Thank you. Sum up what we agreed so far.",
)


def _made_up(session: int, turn: int) -> str:
    """A question that no other session asks in these words, so that no cache answers it."""
    number = 10_000 + 37 * session + turn
    text = _QUESTIONS[turn % len(_QUESTIONS)]
    said = text.format(order=number, day=1 + number % 28, desk=number % 500, amount=20 + number % 400)
    return f"{said} (turn {turn + 1}, customer {session + 1})"

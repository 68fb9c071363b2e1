"""From the calls of a log to conversations: N calls of one conversation are one thread, not N overlapping ones.

Two things say that calls belong together: the id of a session, and a prompt that repeats an earlier call's prompt and
answer and goes on. All calls are laid into trees of messages, one tree for each session and one for all calls without;
what is a path there is a conversation. In a session, paths that begin with the same question are branches of one thread
(an answer asked for again), and a call that sends only its new question follows the call before it.

Each message is held once, however often later calls repeat it.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from compare.records import Branch, Message, Recorded, Thread
from compare.threads.importers.items import Call


@dataclass(slots=True, eq=False)
class _Node:
    """A message at its place in a tree."""

    message: Message | None
    parent: _Node | None
    children: dict[Message, _Node] = field(default_factory=dict)
    given: list[Recorded] = field(default_factory=list)
    """What is known of the calls that ended with this message."""
    newest: tuple[str, int] = ("", 0)
    """When the last call came by here."""

    def child(self, message: Message) -> _Node:
        found = self.children.get(message)
        if found is None:
            found = self.children[message] = _Node(message, self)
        return found


@dataclass(slots=True)
class _Logged:
    """A call, its messages being those of `Calls`."""

    prompt: tuple[Message, ...]
    reply: Message | None
    numbers: Recorded
    place: int
    reference: str
    title: str

    @property
    def when(self) -> tuple[str, int]:
        return self.numbers.started_at, self.place


class Calls:
    """The calls of a log, until all are there."""

    def __init__(self) -> None:
        self.n = 0
        self.n_unanswered = 0
        self._messages: dict[Message, Message] = {}
        self._sessions: dict[str, list[_Logged]] = {}

    def add(self, call: Call) -> None:
        """Take a call in; calls may come in any order."""
        self.n += 1
        self.n_unanswered += call.reply is None
        once = self._messages
        prompt = tuple([once.setdefault(_said(message), message) for message in call.prompt])
        reply = None if call.reply is None else once.setdefault(_said(call.reply), call.reply)
        numbers, model = call.numbers, call.numbers.model_served
        if model:
            numbers = replace(numbers, model_served=sys.intern(model))  # a log repeats few models a million times
        logged = _Logged(prompt, reply, numbers, self.n, call.reference, call.title)
        self._sessions.setdefault(call.session, []).append(logged)

    def threads(self, source: str) -> Iterator[Thread]:
        """The conversations, in the order of their first calls within a session."""
        alone = self._sessions.pop("", [])
        # A session of a single call says nothing: many tools give every call an id of its own.
        for session in list(self._sessions):
            logged = self._sessions.pop(session)
            if len(logged) == 1:
                alone.extend(logged)
            else:
                yield from _of_session(session, logged, source)
        yield from _without_session(alone, source)


def _said(message: Message) -> Message:
    """What makes messages equal: an answer and its repetition in the next prompt are often written down differently."""
    if not message.parts_json or "data:image/" in message.parts_json:
        return message
    return replace(message, parts_json="")


def _of_session(session: str, logged: list[_Logged], source: str) -> Iterator[Thread]:
    root = _Node(None, None)
    before: tuple[Message, ...] = ()
    title = next((call.title for call in logged if call.title), "")
    for call in sorted(logged, key=lambda c: c.when):
        whole = _whole_prompt(call.prompt, before, root)
        _lay(root, whole, call)
        before = (*whole, call.reply) if call.reply is not None else whole
    beginnings: dict[_Node, list[_Node]] = {}
    for leaf in _leaves(root):
        beginnings.setdefault(_question(leaf), []).append(leaf)
    for number, leaves in enumerate(beginnings.values(), start=1):
        leaves.sort(key=lambda leaf: leaf.newest, reverse=True)
        main, *others = (_path(leaf) for leaf in leaves)
        reference = session if len(beginnings) == 1 else f"{session}-{number}"
        yield Thread(
            main.messages, title=title, source=source, source_ref=reference, recorded=main.recorded,
            branches=tuple(others),
        )  # fmt: skip


def _whole_prompt(prompt: tuple[Message, ...], before: tuple[Message, ...], root: _Node) -> tuple[Message, ...]:
    """The prompt with its history, where a call of a session sent only what is new."""
    opening = _opening(prompt)
    question = prompt[len(opening) :]
    if not before or not question or any(m.role == "assistant" for m in question):
        return prompt
    same_opening = not opening or opening == _opening(before)
    known = _follow(root, prompt[: len(opening) + 1])
    return (*before, *question) if same_opening and known is None else prompt


def _without_session(logged: list[_Logged], source: str) -> Iterator[Thread]:
    root = _Node(None, None)
    of_leaf: dict[int, _Logged] = {}
    for call in sorted(logged, key=lambda c: c.when):
        of_leaf[id(_lay(root, call.prompt, call))] = call
    used: Counter[int] = Counter()
    for leaf in _leaves(root):
        call = of_leaf[id(leaf)]
        path = _path(leaf, used)
        yield Thread(
            path.messages, title=call.title, source=source, source_ref=call.reference or str(call.place),
            recorded=path.recorded,
        )  # fmt: skip


def _lay(root: _Node, prompt: tuple[Message, ...], call: _Logged) -> _Node:
    node = root
    for message in (*prompt, call.reply) if call.reply is not None else prompt:
        node = node.child(message)
        node.newest = max(node.newest, call.when)
    if call.reply is not None:
        node.given.append(call.numbers)
    return node


def _leaves(root: _Node) -> Iterator[_Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.children:
            waiting.extend(reversed(node.children.values()))
        elif node.message is not None:
            yield node


def _path(leaf: _Node, used: Counter[int] | None = None) -> Branch:
    """The messages down to a leaf, each reply with its numbers.

    Args:
        leaf: the last message.
        used: how often each node's numbers were given out: equal beginnings of different conversations have as many
            calls as conversations, and each takes its own.
    """
    nodes: list[_Node] = []
    node: _Node | None = leaf
    while node is not None and node.message is not None:
        nodes.append(node)
        node = node.parent
    nodes.reverse()
    messages, recorded, turn = [], [], 0
    for one in nodes:
        assert one.message is not None
        messages.append(one.message)
        turn += one.message.role == "user"
        if one.given and turn and one.message.text.strip():
            taken = 0
            if used is not None:
                taken = min(used[id(one)], len(one.given) - 1)
                used[id(one)] += 1
            recorded.append(replace(one.given[taken], text=one.message.text, turn=turn, in_thread=True))
    return Branch(tuple(messages), tuple(recorded))


def _question(leaf: _Node) -> _Node:
    """The first user message on the way to a leaf."""
    node: _Node | None = leaf
    found = leaf
    while node is not None and node.message is not None:
        if node.message.role == "user":
            found = node
        node = node.parent
    return found


def _opening(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    n = next((i for i, m in enumerate(messages) if m.role != "system"), len(messages))
    return messages[:n]


def _follow(root: _Node, messages: tuple[Message, ...]) -> _Node | None:
    node: _Node | None = root
    for message in messages:
        node = node.children.get(message) if node is not None else None
    return node

"""The voice of sim-large: complete, with tables or numbered lists, and where in the conversation each thing stands."""

from __future__ import annotations

from compare.sim.brain.findings import Finding, Found
from compare.sim.brain.plan import Plan
from compare.sim.brain.speaker import Speaker
from compare.sim.brain.wording import cell, fitting, quote

ROOM, EACH = 96, 26
"""Words for all quotes together, and for one."""


def write(plan: Plan, seed: int) -> str:
    """Word a plan."""
    s = Speaker(plan, seed)
    match plan.say.move:
        case "ask":
            return _answer(s)
        case "recap" if plan.facts:
            return f"{s.say('recap')}\n\n{_numbered(s, plan.facts)}\n\n{s.say('close_recap')}"
        case "recap":
            return f"{s.say('recap_none')} {s.say('give_context')}"
        case "first":
            return _first(s)
        case "go_ahead":
            return _go_ahead(s)
        case "thanks":
            return _thanks(s)
        case "greeting":
            return s.say("greeting")
        case _:
            return _act(s)


def _numbered(s: Speaker, findings: tuple[Finding, ...]) -> str:
    chosen = sorted(fitting(findings, ROOM, EACH), key=lambda c: c[0].number)
    return "\n".join(f"{i}. {text} ({s.number(f)})" for i, (f, text) in enumerate(chosen, 1))


def _answer(s: Speaker) -> str:
    found = s.plan.found
    if len(found) > 1:
        return _table(s)
    only = found[0]
    if only.status == "missing" or not (only.findings or s.plan.facts):
        if s.plan.earliest is None:
            return f"{s.say('no_thread')}\n\n{s.say('give_context')}"
        return f"{s.missing(only)}\n\n{s.please(only)}"
    if only.status == "found":
        return _found(s, only) if len(only.findings) == 1 else _several(s, only)
    before, after = s.lead(only)
    return f"{before}\n\n{_numbered(s, s.plan.facts or only.findings)}\n\n{after}"


def _found(s: Speaker, only: Found) -> str:
    first = only.findings[0]
    parts = [s.answered(only)]
    if first.quotable:
        parts.append(f"> {quote(first)}")
    parts.append(f"{s.say('where', who=s.who(first), number=first.number)} {s.standing(only)}")
    parts.append(s.say("close_found"))
    return "\n\n".join(parts)


def _several(s: Speaker, only: Found) -> str:
    rows = [[f"**{f.value}**" if f.value else quote(f, EACH), s.number(f)] for f in only.findings]
    return f"{s.say('several')}\n\n{_grid([s.label(only), s.say('head_where')], rows)}\n\n{s.say('close_many')}"


def _table(s: Speaker) -> str:
    rows = []
    for found in s.plan.found:
        known = found.findings if found.status in ("found", "related") else ()
        where = ", ".join(dict.fromkeys(s.number(f) for f in known[:3]))
        rows.append([s.label(found), s.value_of(found), where])
    parts = [s.opening(), _grid([s.say("head_asked"), s.say("head_answer"), s.say("head_where")], rows)]
    remarks = [_span(s)]
    if any(f.findings and f.findings[0].corrected for f in s.plan.found):
        remarks.append(s.say("corrected"))
    gaps = s.gaps()
    if gaps and len(gaps) < len(rows):
        remarks.append(s.missing(gaps[0]))
    parts.append(" ".join([*(r for r in remarks if r), s.closing()]))
    return "\n\n".join(parts)


def _span(s: Speaker) -> str:
    numbers = [x.number for f in s.plan.found if f.status in ("found", "related") for x in f.findings[:3]]
    if not numbers:
        return ""
    first, last = min(numbers), max(numbers)
    return s.say("span_one", first=first) if first == last else s.say("span", first=first, last=last)


def _grid(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell(c) for c in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _first(s: Speaker) -> str:
    earliest = s.plan.earliest
    if earliest is None:
        return f"{s.say('first_none')} {s.say('give_context')}"
    where = s.say("where", who=s.who(earliest), number=earliest.number)
    return f"{s.say('first', quote=quote(earliest))}\n\n{where} {s.say('first_more')}"


def _goal(s: Speaker) -> str:
    return f"{s.goal(EACH)} ({s.number(s.plan.goal)})" if s.plan.goal else ""


def _go_ahead(s: Speaker) -> str:
    if not s.plan.facts:
        return f"{s.say('go_ahead_none')}\n\n{s.say('no_goal')}"
    parts = [s.say("go_ahead"), _numbered(s, s.plan.facts), _goal(s), s.say("next_go_ahead")]
    return "\n\n".join(p for p in parts if p)


def _thanks(s: Speaker) -> str:
    parts = [s.say("thanks")]
    if s.plan.facts:
        parts += [s.say("thanks_facts"), _numbered(s, s.plan.facts)]
    return "\n\n".join([*parts, s.say("close_thanks")])


def _act(s: Speaker) -> str:
    facts = s.plan.facts
    is_request = s.plan.say.move == "request"
    parts = [s.heard(), _goal(s)]
    if facts:
        parts += [s.say("facts"), _numbered(s, facts)]
    else:
        parts.append(s.say("no_facts" if is_request or s.plan.goal else "no_goal"))
    parts.append(s.say(("next_request" if facts else "next_request_bare") if is_request else "next_statement"))
    return "\n\n".join(p for p in parts if p)


__all__ = ["write"]

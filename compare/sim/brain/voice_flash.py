"""The voice of sim-flash: headings and bullets, values in bold."""

from __future__ import annotations

from compare.sim.brain.findings import Finding, Found
from compare.sim.brain.plan import Plan
from compare.sim.brain.speaker import Speaker
from compare.sim.brain.wording import fitting, quote

ROOM, EACH = 72, 24
"""Words for all quotes together, and for one."""


def write(plan: Plan, seed: int) -> str:
    """Word a plan."""
    s = Speaker(plan, seed)
    match plan.say.move:
        case "ask":
            return _answer(s)
        case "recap":
            lines = _bullets(plan.facts) or [f"- {s.say('recap_none')}"]
            return _block(s.say("head_recap"), lines, s.say("close_recap"))
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


def _block(heading: str, lines: list[str], close: str) -> str:
    return f"### {heading}\n\n" + "\n".join(lines) + f"\n\n{close}"


def _bullets(findings: tuple[Finding, ...], *, by_place: bool = True) -> list[str]:
    chosen = fitting(findings, ROOM, EACH)
    if by_place:
        chosen.sort(key=lambda c: c[0].number)
    return [f"- {text}" for _, text in chosen]


def _answer(s: Speaker) -> str:
    found = s.plan.found
    if len(found) > 1:
        lines = [s.opening(), "", *(line for f in found for line in _part(s, f))]
        return _block(s.say("head_answer"), lines, s.closing())
    only = found[0]
    if only.status == "missing" or not (only.findings or s.plan.facts):
        if s.plan.earliest is None:
            return f"{s.say('no_thread')}\n\n- {s.say('give_context')}"
        return f"{s.missing(only)}\n\n- **{s.label(only)}:** {s.say('missing_short')}\n\n{s.please(only)}"
    if only.status == "found":
        return _found(s, only)
    before, after = s.lead(only)
    return _block(s.say("head_related"), [before, "", *_bullets(s.plan.facts or only.findings, by_place=False)], after)


def _part(s: Speaker, found: Found) -> list[str]:
    line = f"- **{s.label(found)}:** {s.value_of(found)}"
    first = found.findings[0] if found.status == "found" else None
    if first is not None and first.value is not None and first.quotable and len(found.findings) == 1:
        return [line, f'  - "{quote(first, EACH)}"']
    return [line]


def _found(s: Speaker, only: Found) -> str:
    first = only.findings[0]
    if len(only.findings) > 1:
        lines = [f"- **{f.value}**: {quote(f, EACH)}" if f.value else f"- {quote(f, EACH)}" for f in only.findings]
        return _block(s.label(only), lines, s.say("close_many"))
    lines = [f"- **{s.say('answer')}:** {s.value_of(only)}"]
    said = f', "{quote(first)}"' if first.value is not None and first.quotable else ""
    lines.append(f"- **{s.say('source')}:** {s.who(first)}{said}")
    lines.append(f"- **{s.say('status')}:** {s.standing(only)}")
    return _block(s.label(only), lines, s.say("close_found"))


def _first(s: Speaker) -> str:
    earliest = s.plan.earliest
    if earliest is None:
        return f"{s.say('first_none')}\n\n- {s.say('give_context')}"
    return _block(s.say("head_first"), [f"- {s.say('first', quote=quote(earliest))}"], s.say("first_more"))


def _next(s: Speaker, key: str) -> str:
    return f"\n\n**{s.say('head_next')}:** {s.say(key)}"


def _go_ahead(s: Speaker) -> str:
    if not s.plan.facts:
        return f"{s.say('go_ahead_none')}\n\n{s.say('no_goal')}"
    return f"{s.say('go_ahead')}\n\n" + "\n".join(_bullets(s.plan.facts)) + _next(s, "next_go_ahead")


def _thanks(s: Speaker) -> str:
    if not s.plan.facts:
        return f"{s.say('thanks')} {s.say('close_thanks')}"
    lines = "\n".join(_bullets(s.plan.facts))
    return f"{s.say('thanks')} {s.say('thanks_facts')}\n\n{lines}\n\n{s.say('close_thanks')}"


def _act(s: Speaker) -> str:
    facts, goal = s.plan.facts, s.goal(EACH)
    is_request = s.plan.say.move == "request"
    parts = [s.heard()]
    if facts:
        parts += [s.say("facts"), "\n".join(_bullets(facts))]
    if goal and not facts:
        parts.append(goal)
    elif not facts:
        parts.append(s.say("no_facts" if is_request else "no_goal"))
    key = ("next_request" if facts else "next_request_bare") if is_request else "next_statement"
    return "\n\n".join(parts) + _next(s, key)


__all__ = ["write"]

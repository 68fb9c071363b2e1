"""The voice of sim-lite: short, plain, one or two paragraphs, at times a list."""

from __future__ import annotations

from compare.sim.brain.findings import Finding, Found
from compare.sim.brain.plan import Plan
from compare.sim.brain.speaker import Speaker
from compare.sim.brain.wording import fitting, quote

ROOM, EACH = 44, 24
"""Words for all quotes together, and for one."""


def write(plan: Plan, seed: int) -> str:
    """Word a plan."""
    s = Speaker(plan, seed)
    match plan.say.move:
        case "ask":
            return _answer(s)
        case "recap" if plan.facts:
            return _listed(s, "recap", "close_recap")
        case "recap":
            return _para(s.say("recap_none"), s.say("give_context"))
        case "first":
            return _first(s)
        case "go_ahead" if plan.facts:
            return _listed(s, "go_ahead", "next_go_ahead")
        case "go_ahead":
            return _para(s.say("go_ahead_none"), s.say("no_goal"))
        case "thanks":
            return _para(s.say("thanks"), s.say("close_thanks"))
        case "greeting":
            return s.say("greeting")
        case _:
            return _act(s)


def _para(*parts: str) -> str:
    return " ".join(p for p in parts if p)


def _quotes(findings: tuple[Finding, ...]) -> str:
    return " ".join(f'"{text}"' for _, text in fitting(findings, ROOM, EACH))


def _answer(s: Speaker) -> str:
    found = s.plan.found
    if len(found) > 1:
        lines = [f"- {s.label(f)}: {s.value_of(f)}" for f in found]
        return f"{s.opening()}\n\n" + "\n".join(lines) + f"\n\n{s.closing()}"
    only = found[0]
    if only.status == "missing" or not (only.findings or s.plan.facts):
        if s.plan.earliest is None:
            return _para(s.say("no_thread"), s.say("give_context"))
        return _para(s.missing(only), s.please(only))
    if only.status == "found":
        return _found(s, only)
    before, after = s.lead(only)
    return f"{_para(before, _quotes(s.plan.facts or only.findings))}\n\n{after}"


def _found(s: Speaker, only: Found) -> str:
    if len(only.findings) > 1:
        lines = [f"- **{f.value}**" if f.value else f'- "{quote(f, EACH)}"' for f in only.findings]
        return s.say("several") + "\n\n" + "\n".join(lines) + "\n\n" + s.say("close_many")
    finding = only.findings[0]
    said = s.quoted(finding) if finding.quotable else ""
    changed = s.say("corrected") if finding.corrected else s.say("original") if only.ask.first_stated else ""
    return f"{_para(s.answered(only), said, changed)}\n\n{s.say('close_found')}"


def _listed(s: Speaker, lead: str, close: str) -> str:
    chosen = sorted(fitting(s.plan.facts, ROOM, EACH), key=lambda c: c[0].number)
    return s.say(lead) + "\n\n" + "\n".join(f"- {text}" for _, text in chosen) + "\n\n" + s.say(close)


def _first(s: Speaker) -> str:
    earliest = s.plan.earliest
    if earliest is None:
        return _para(s.say("first_none"), s.say("give_context"))
    return _para(s.say("first", quote=quote(earliest)), s.say("first_more"))


def _act(s: Speaker) -> str:
    facts = s.plan.facts
    known = _para(s.say("facts"), _quotes(facts)) if facts else ""
    if s.plan.say.move == "request":
        close = s.say("next_request" if facts else "next_request_bare")
        return f"{_para(s.heard(), known or s.say('no_facts'))}\n\n{close}"
    return f"{_para(s.heard(), known or s.goal(EACH) or s.say('no_goal'))}\n\n{s.say('next_statement')}"


__all__ = ["write"]

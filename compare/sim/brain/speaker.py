"""What the three voices share: drawing phrases by seed, and the sentences that all of them build alike."""

from __future__ import annotations

import random

from compare.sim.brain.clauses import open_stripped, starts_yes_or_no
from compare.sim.brain.findings import Finding, Found
from compare.sim.brain.phrases import PHRASES
from compare.sim.brain.plan import Plan
from compare.sim.brain.wording import clipped, label, quote, sentence, topic, wish, without_greeting


class Speaker:
    """Words one plan; the same seed gives the same words."""

    def __init__(self, plan: Plan, seed: int) -> None:
        self.plan = plan
        self._phrases = PHRASES[plan.language]
        self._rng = random.Random(seed)
        self._chosen: dict[str, str] = {}

    def say(self, key: str, **names: object) -> str:
        """One of the phrases of that key; the same one throughout an answer."""
        if key not in self._chosen:
            self._chosen[key] = self._rng.choice(self._phrases[key])
        return self._chosen[key].format(**names) if names else self._chosen[key]

    def number(self, finding: Finding) -> str:
        """As in "message 3"."""
        return self.say("message", number=finding.number)

    def quoted(self, finding: Finding) -> str:
        """A sentence that quotes a finding and says whose words they are."""
        who = "record" if finding.is_record or finding.role == "tool" else finding.role
        return self.say(f"{who}_said", quote=_inner(quote(finding)))

    def goal(self, most: int) -> str:
        """What the user set out to do, or nothing where that is not remembered."""
        return self.say("goal", quote=_inner(without_greeting(quote(self.plan.goal, most)))) if self.plan.goal else ""

    def who(self, finding: Finding) -> str:
        """As in "your message"."""
        return self.say(f"by_{'record' if finding.is_record or finding.role == 'tool' else finding.role}")

    def answered(self, found: Found) -> str:
        """The sentence that gives the value, or leads to the passage."""
        finding, phrase = found.findings[0], topic(found.ask, self.plan.language)
        if finding.value is None:
            return self.say("passage_is", topic=phrase) if phrase else self.say("passage_bare")
        if phrase is None:
            return self.say("is_bare", value=finding.value)
        return self.say("is", topic=phrase, Topic=sentence(phrase), value=finding.value)

    def missing(self, found: Found) -> str:
        """The sentence that says honestly that it is not there."""
        phrase = topic(found.ask, self.plan.language)
        return self.say("missing", topic=phrase) if phrase else self.say("missing_bare")

    def please(self, found: Found) -> str:
        """The request for what is missing: once more, or where it can be found."""
        return self.say("ask_again" if found.ask.recalls else "ask_source")

    def standing(self, found: Found) -> str:
        """Whether the value was corrected, is the original one, or stands as it was."""
        if found.ask.first_stated:
            return self.say("original")
        return self.say("corrected") if found.findings[0].corrected else self.say("unchanged")

    def lead(self, found: Found) -> tuple[str, str]:
        """What to say before and after passages."""
        if found.status in ("nearby", "advice"):
            return self.say(found.status), self.say(f"close_{found.status}")
        asks_yes_or_no = starts_yes_or_no(open_stripped(found.ask.text), self.plan.language)
        return self.say("related_yesno" if asks_yes_or_no else "related"), self.say("close_related")

    def heard(self) -> str:
        """What the user's message was taken to mean."""
        main = self.plan.say.main
        wanted = wish(main) if self.plan.language == "en" else None
        if wanted is not None and self.plan.say.move == "request":
            return self.say("wish", wish=wanted)
        return self.say("heard", quote=_inner(clipped(without_greeting(main), 30)))

    def value_of(self, found: Found) -> str:
        """Bold values of a part, or its passage, or that it is missing."""
        if _is_gap(found):
            return self.say("missing_short")
        values = [f.value for f in found.findings if f.value is not None]
        if values:
            return ", ".join(f"**{v}**" for v in values)
        return f'"{_inner(quote(found.findings[0]))}"'

    def opening(self) -> str:
        """The line before several parts."""
        return self.say("many_missing" if all(_is_gap(f) for f in self.plan.found) else "many")

    def closing(self) -> str:
        """The line after several parts."""
        return self.say("ask_again_many" if self.gaps() else "close_many")

    def gaps(self) -> list[Found]:
        """The parts that nothing answers."""
        return [f for f in self.plan.found if _is_gap(f)]

    def label(self, found: Found) -> str:
        """Name of a part."""
        return label(found.ask, self.plan.language)

    def brief(self) -> str | None:
        """The shortest honest answer to what was asked, or None where there is no such thing."""
        if not self.plan.found or any(f.status not in ("found", "missing") for f in self.plan.found):
            return None
        return "; ".join(f"{self.label(f)}: {self.value_of(f)}" for f in self.plan.found) + "."


def _is_gap(found: Found) -> bool:
    return not found.findings or found.status == "nearby"


def _inner(text: str) -> str:
    """A text that stands in quotation marks."""
    return text.strip('"“”„ ').replace('"', "'")


__all__ = ["Speaker"]

"""A rater at work on one study: which item lies before them, and what becomes of what they do with it.

    desk = Desk(store, study_id, rater_id)
    desk.open()             the item in hand, or the next one
    desk.take(event)        one event of the browser; compare/ui/vote/__init__.py has their shapes
    desk.data               what the browser draws, or None where there is no item
    desk.end, desk.notice   what to say where there is none
    desk.is_complete        whether that is because the study has all of its votes: no use in looking again

It knows nothing of Streamlit. Only the ids of assignments are exchanged with the browser.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Literal

from compare.errors import CompareError, StudyClosedError, StudyError
from compare.records import Verdict
from compare.review.assignment import next_item, progress
from compare.review.rating import Item, Opinion, Outcome, open_item, others_ballots, submit, undo
from compare.store.store import Store
from compare.store.study_values import Assignment
from compare.ui.vote.said import UNREADABLE, opinion_of, said_of
from compare.ui.vote.sentences import expected_line, nothing_left, progress_line
from compare.ui.vote.shown import sentence_of, shown

State = Literal["new", "voted", "feedback"]
LONGEST_DRAFT = 200_000
"""Characters of a draft; far more than anybody types."""
MOST_ACTIVE_MS = 24 * 3_600_000.0

_TAKEN_BACK = "Your vote was taken back. Change it and submit it again, or choose anew."
_EARLIER_LATE = (
    "Your change was taken back. The vote you had given before is kept and not counted: others have filled the item "
    "meanwhile."
)
_EARLIER_COUNTS = "Your change was taken back; the vote you had given before counts again."


class Desk:
    """What a rater has before them. One for each study and session."""

    def __init__(self, store: Store, study_id: str, rater_id: str) -> None:
        self.study_id, self.rater_id = study_id, rater_id
        self.data: dict[str, Any] | None = None
        self.end = self.notice = ""
        self.paused = self.is_complete = False
        self._store = store
        self._item: Item | None = None
        self._rev = self._seat = 0

    def open(self) -> None:
        """Lay the item in hand, or the next one, before the rater.

        Raises:
            NotFoundError, StudyClosedError, NotAllowedError: as compare.review.assignment.next_item.
        """
        self.paused = False
        found = next_item(self._store, self.study_id, self.rater_id)
        if found is None:
            done = progress(self._store, self.study_id, self.rater_id)
            self._nothing(nothing_left(done))
            self.is_complete = done.study_done >= done.study_needed
        else:
            self._lay(open_item(self._store, found.id, self.rater_id))

    def take(self, event: Mapping[str, Any]) -> None:
        """Do what an event says; what cannot be done is told on the page, and nothing that was entered is lost."""
        act = {
            "draft": self._draft, "submit": self._submit, "skip": self._skip, "undo": self._undo, "back": self._back,
            "next": self._next, "pause": self._pause,
        }.get(str(event.get("t")))  # fmt: skip
        if act is None:
            return
        self.notice = ""
        try:
            self._keep_entered(event)
            act(event)
        except CompareError as exc:
            self._tell(str(exc))

    @property
    def has_voted(self) -> bool:
        """Whether there is a vote of this rater to look back at."""
        return self._earlier(None) is not None

    # --- what the rater does

    def _draft(self, _: Mapping[str, Any]) -> None:
        """What was entered is kept already; nothing is drawn anew."""

    def _submit(self, event: Mapping[str, Any]) -> None:
        item, said, active_ms = self._opened(_item_id(event)), _said(event), _active_ms(event)
        outcome = submit(self._store, item, opinion_of(item, said, active_ms), key=_key(event))
        self._after(item, outcome)

    def _skip(self, event: Mapping[str, Any]) -> None:
        item, reason = self._opened(_item_id(event)), str(event.get("reason") or "").strip()
        if not reason:
            raise StudyError("Say why you skip this item, so that its owner can mend it; a few words will do.")
        skipped: Verdict = "skip"
        opinion = Opinion(skipped, comment=reason[:1000], active_ms=_active_ms(event))
        self._after(item, submit(self._store, item, opinion, key=_key(event)))

    def _after(self, item: Item, outcome: Outcome) -> None:
        expected = item.item.expected
        if outcome.as_expected is not None and expected is not None and outcome.ballot.verdict != "skip":
            self._lay(self._reopened(item), "feedback")
            assert self.data is not None
            self.data["feedback"] = {
                "right": outcome.as_expected,
                "line": expected_line(item, expected, as_expected=outcome.as_expected),
                "why": outcome.feedback,
            }
            return
        self._go_on(notice="" if outcome.kind == "counted" else outcome.sentence)
        if self.data is not None and outcome.kind == "counted":
            self.data["stored"] = "Skipped" if outcome.ballot.verdict == "skip" else "Stored"

    def _undo(self, event: Mapping[str, Any]) -> None:
        """Take back the vote that is on screen, else the last one."""
        asked = event.get("item")
        on_screen = self._item is not None and self._item.assignment.id == asked and self._item.ballot is not None
        last = self._item.assignment.id if on_screen and self._item else self._earlier(None)
        if last is None:
            raise StudyError("There is no vote of yours in this study that could be taken back.")
        item = open_item(self._store, last, self.rater_id)
        said = self._said_before(item)
        back = undo(self._store, item)
        if back.state == "reserved":
            self._keep(back.id, said, 0.0)
        self._lay(open_item(self._store, last, self.rater_id), "new" if back.state == "reserved" else "voted")
        self._tell({"reserved": _TAKEN_BACK, "late": _EARLIER_LATE}.get(back.state, _EARLIER_COUNTS))

    def _back(self, _: Mapping[str, Any]) -> None:
        """Look at the vote before this one, to change it or to see what others said."""
        earlier = self._earlier(self._item.assignment.id if self._item else None)
        if earlier is None:
            raise StudyError("There is no earlier vote of yours in this study.")
        self._lay(open_item(self._store, earlier, self.rater_id), "voted")

    def _next(self, _: Mapping[str, Any]) -> None:
        self._go_on()

    def _pause(self, _: Mapping[str, Any]) -> None:
        """Let others have the item in hand meanwhile; order and draft stay the rater's."""
        for one in self._store.rater_assignments(self.study_id, self.rater_id):
            if one.state == "reserved":
                self._store.release(one.id, self.rater_id)
        self._nothing("")
        self.paused = True

    # --- what lies before them

    def _go_on(self, *, notice: str = "") -> None:
        try:
            self.open()
        except StudyClosedError as exc:
            self._nothing(str(exc))
        if notice:
            self._tell(notice)

    def _lay(self, item: Item, state: State = "new") -> None:
        assignment, ballot = item.assignment, item.ballot
        self._item, self.end, self.paused = item, "", False
        self._rev += 1
        self._seat += 1
        done = progress(self._store, self.study_id, self.rater_id)
        self.data = {
            **shown(item, self._store),
            "item": assignment.id,
            "rev": self._rev,
            "seat": self._seat,
            "state": state,
            "progress": {"line": progress_line(done), "done": done.done, "of": done.done + done.left},
            "first": done.done == 0 and not assignment.draft_json,
            "back": self._earlier(assignment.id) is not None,
            "draft": _read(assignment.draft_json) or (self._said_before(item) if ballot is not None else None),
            "active_ms": assignment.active_ms,
            "notice": "",
            "stored": "",
            "yours": sentence_of(ballot, item) if ballot is not None else "",
            "others": self._others(item) if state == "voted" else [],
            "feedback": None,
        }

    def _nothing(self, end: str) -> None:
        self._item, self.data, self.end = None, None, end
        self.is_complete = False

    def _tell(self, notice: str) -> None:
        """Say something about the item on screen, or in its place."""
        if self.data is None:
            self.notice = notice
            return
        self._rev += 1
        self.data = {**self.data, "rev": self._rev, "notice": notice, "stored": ""}

    def _others(self, item: Item) -> list[str]:
        names = self._store.rater_names()
        found = others_ballots(self._store, item)
        return [f"{names.get(ballot.rater_id, 'somebody')}: {sentence_of(ballot, item)}" for ballot in found]

    # --- the store

    def _keep_entered(self, event: Mapping[str, Any]) -> None:
        """Before anything else: what was entered outlives whatever goes wrong then."""
        after_training = self.data is not None and self.data["state"] == "feedback"
        if isinstance(event.get("said"), Mapping) and not after_training:
            self._keep(_item_id(event), _said(event), _active_ms(event))

    def _opened(self, assignment_id: str) -> Item:
        if self._item is not None and self._item.assignment.id == assignment_id:
            return self._item
        return open_item(self._store, assignment_id, self.rater_id)

    def _reopened(self, item: Item) -> Item:
        return open_item(self._store, item.assignment.id, self.rater_id)

    def _keep(self, assignment_id: str, said: Mapping[str, Any], active_ms: float) -> None:
        try:
            draft = json.dumps(said, ensure_ascii=False, allow_nan=False)
        except (ValueError, RecursionError) as exc:
            raise StudyError(UNREADABLE) from exc
        if len(draft) > LONGEST_DRAFT:
            raise StudyError(f"What was entered has {len(draft):,} characters; at most {LONGEST_DRAFT:,} can be kept.")
        self._store.save_draft(assignment_id, self.rater_id, draft, active_ms)

    def _said_before(self, item: Item) -> dict[str, Any]:
        ballot = item.ballot
        return {} if ballot is None else said_of(item, ballot, self._store.ballot_details(ballot.id))

    def _earlier(self, than: str | None) -> str | None:
        """The assignment whose vote was given before that one, else the last; its id."""
        voted = [one for one in self._store.rater_assignments(self.study_id, self.rater_id) if _is_voted(one)]
        voted.sort(key=lambda one: one.done_at or "")
        ids = [one.id for one in voted]
        earlier = ids[: ids.index(than)] if than in ids else ids
        return earlier[-1] if earlier else None


def _is_voted(assignment: Assignment) -> bool:
    return assignment.ballot_id is not None and assignment.state in ("done", "skipped")


# --- events of the browser --------------------------------------------------------------------------------------------


def _item_id(event: Mapping[str, Any]) -> str:
    return str(event.get("item") or "")


def _said(event: Mapping[str, Any]) -> Mapping[str, Any]:
    said = event.get("said")
    if not isinstance(said, Mapping):
        raise StudyError(UNREADABLE)
    return said


def _key(event: Mapping[str, Any]) -> str:
    key = str(event.get("nonce") or "")
    if not (0 < len(key) <= 100 and key.isascii()):
        raise StudyError("What the page sent has no mark of its own. Reload the page; what you had entered is kept.")
    return key


def _active_ms(event: Mapping[str, Any]) -> float:
    value = event.get("active_ms")
    is_time = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return min(MOST_ACTIVE_MS, max(0.0, float(value))) if is_time and value is not None else 0.0


def _read(draft_json: str) -> dict[str, Any] | None:
    try:
        draft = json.loads(draft_json) if draft_json else None
    except ValueError:
        return None
    return draft if isinstance(draft, dict) else None

"""What one viewer may see of a run: the source behind the app's event routes.

Blindness is decided here, on the server: labels, badges and numbers leave it only when the run is open or the viewer
has voted on it, or on another run of the same conversation: there the same letters stood for the same candidates.
Taking that vote back does not hide them again, since they have been seen.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from compare.engine.pane import Pane
from compare.engine.run import LETTERS, Run
from compare.errors import NotFoundError
from compare.render.details import Details
from compare.render.frames import Marks, PaneSnapshot, RunSnapshot, TurnRow
from compare.render.worddiff import Op
from compare.runs.live import Runs
from compare.runs.reading import difference, marks
from compare.store.store import Store


@dataclass(frozen=True, slots=True)
class View:
    """A run through one viewer's eyes."""

    run: Run
    revealed: bool
    store: Store
    runs: Runs

    def snapshot(self) -> RunSnapshot:
        """The run as this viewer may see it now."""
        return self.run.snapshot(revealed=self.revealed)

    def version(self, pane: int, version: int) -> PaneSnapshot | None:
        """An earlier version of an answer, under the same rules as the newest; None while it may not be seen."""
        earlier = self._earlier(pane, version)
        return None if earlier is None else earlier.snapshot(LETTERS[pane], revealed=self.revealed)

    def turns(self) -> list[TurnRow]:
        """The conversation turn by turn; only what all panes share while the run is hidden."""
        rows = self.runs.turns(self.run)
        return [row for row in rows if row["shared"]] if self.run.hidden else rows

    def raw(self, pane: int, version: int | None = None) -> str | None:
        """Stored text of a pane, or of an earlier version of it; None while it may not be read."""
        if version is None:
            return self.run.raw(pane)
        earlier = self._earlier(pane, version)
        return None if earlier is None else earlier.raw()

    def thinking(self, pane: int, version: int | None = None) -> str | None:
        """What a pane's model showed of its thinking; None until the viewer may know the names: who thinks tells."""
        if not self.revealed:
            return None
        if version is None:
            return self.run.thinking(pane)
        earlier = self._earlier(pane, version)
        return None if earlier is None else earlier.thinking()

    def _earlier(self, pane: int, version: int) -> Pane | None:
        return None if self.run.hidden else self.runs.earlier_version(self.run, pane, version)

    def details(self, pane: int, version: int | None = None) -> Details | None:
        """Every figure of a pane; None until the viewer may know which candidate it is: numbers tell."""
        if not self.revealed:
            return None
        if version is None:
            return self.run.details(pane)
        earlier = self._earlier(pane, version)
        return None if earlier is None else earlier.details()

    def diff(self, a: int, b: int) -> list[tuple[Op, str]] | None:
        """Word by word from one pane's text to another's; None while they may not be read."""
        ours, theirs = self.run.raw(a), self.run.raw(b)
        return None if ours is None or theirs is None else difference(ours, theirs)

    def marks(self) -> Marks | None:
        """What stands out in the answers; None while one is running."""
        texts = self.run.texts()
        return None if texts is None else marks(texts, self._thread())

    def _thread(self) -> list[tuple[str, str]]:
        """(role, text) of the messages that stand beside the answers, and last of the question that was answered."""
        comparison = self.store.comparison(self.run.id)
        if comparison is None:
            return []
        path = self.store.path(comparison.current[0].prompt_leaf_id)
        shown = path[: len(self.run.thread)]
        # The newest question of branches that have parted stands in the panes; it counts as the question all the same.
        asked = path[-1:] if len(path) > len(shown) else []
        return [(message.role, message.text) for message in [*shown, *asked]]

    def follow(self, after: int) -> AsyncIterator[bytes]:
        """The run's frames from there on."""
        return self.run.follow(after)


class Views:
    """Finds runs for viewers."""

    def __init__(self, runs: Runs, store: Store) -> None:
        self._runs = runs
        self._store = store

    def find(self, run_id: str, viewer_id: str) -> View | None:
        """The run as that viewer (a rater's id) may see it, or None where there is no such run."""
        try:
            run = self._runs.open(run_id)
        except NotFoundError:
            return None
        return View(run, revealed=self.revealed(run, viewer_id), store=self._store, runs=self._runs)

    def revealed(self, run: Run, viewer_id: str) -> bool:
        """True where the viewer may know which candidate is which."""
        return not run.blind or (not run.running and has_seen_names(self._store, run.id, viewer_id))


def has_seen_names(store: Store, comparison_id: str, rater_id: str) -> bool:
    """True once a rater has cast any ballot on a run of the same conversation, also one taken back later.

    In all of them the same letters stand for the same candidates, and the names were on screen after that ballot. An
    item of a study shows no names after a ballot: it may come again, with sides swapped, and closing reveals nothing.
    """
    if store.study_of(comparison_id) is not None:
        return False
    return any(
        ballot.rater_id == rater_id for run_id in store.lineage(comparison_id) for ballot, _ in store.ballots(run_id)
    )

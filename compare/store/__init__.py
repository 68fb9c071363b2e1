"""The store: everything Weighbridge keeps, in one SQLite file. The only SQL in the project.

    store = open_store(settings.database_path())

`store.py` opens it and joins the parts; each part (threads, answers, comparisons, ballots ...) is a file of its name;
`steps/` holds the tables, `migrations.py` brings a file up to date; `database.py` the connections and transactions.
"""

from compare.store.answers import AnswerTiming
from compare.store.comparisons import ComparisonSummary
from compare.store.jobs import JobState, TakenJob
from compare.store.keeping import SavedThread
from compare.store.preferences import PairCount
from compare.store.recorded import PRODUCTION
from compare.store.store import Store, open_store
from compare.store.threads import ThreadSummary
from compare.store.votes import vote_name

__all__ = [
    "PRODUCTION",
    "AnswerTiming",
    "ComparisonSummary",
    "JobState",
    "PairCount",
    "SavedThread",
    "Store",
    "TakenJob",
    "ThreadSummary",
    "open_store",
    "vote_name",
]

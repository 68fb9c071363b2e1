"""Jobs as commands name them: by id, or "last" for the newest."""

from __future__ import annotations

import click

from compare.store.store import Store


def job_named(store: Store, name: str | None) -> str | None:
    """The id that a name stands for; None stays None. Whether there is such a job is for the store to say.

    Raises:
        click.UsageError: the last job is asked for and there is none.
    """
    if name != "last":
        return name
    newest = store.newest_job()
    if newest is None:
        raise click.UsageError("There is no job yet. Run one: weighbridge run --help")
    return newest

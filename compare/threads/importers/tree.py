"""A conversation whose messages name their parents: the path to every leaf, the current one first."""

from __future__ import annotations

from collections.abc import Mapping

from compare.errors import ImportFormatError

_MOST_BRANCHES = 2_000
_MOST_MESSAGES = 200_000


def paths(parents: Mapping[str, str | None], current: str | None) -> list[list[str]]:
    """Ids from the root to each leaf, the current leaf's path first, the others in the order of the file.

    Args:
        parents: the parent of each message by id; one that is not among them is a root's.
        current: the leaf that was shown last; None or unknown for the last one of the file.

    Raises:
        ImportFormatError: messages are their own ancestors, or the tree is too large to be written out.
    """
    has_children = set(parents.values())
    leaves = [node for node in parents if node not in has_children]
    if parents and not leaves:
        raise ImportFormatError("every message of the tree has an answer, so it goes round in a circle.")
    if len(leaves) > _MOST_BRANCHES:
        raise ImportFormatError(f"the tree has {len(leaves):,} branches; {_MOST_BRANCHES:,} can be read.")
    main = current if current in parents else leaves[-1] if leaves else None
    found: list[list[str]] = []
    total = 0
    for leaf in [*([main] if main is not None else []), *(leaf for leaf in leaves if leaf != main)]:
        path = _path(parents, leaf)
        total += len(path)
        if total > _MOST_MESSAGES:
            raise ImportFormatError(f"the tree's branches have more than {_MOST_MESSAGES:,} messages altogether.")
        found.append(path)
    return found


def _path(parents: Mapping[str, str | None], leaf: str) -> list[str]:
    path: list[str] = []
    seen: set[str] = set()
    node: str | None = leaf
    while node is not None and node in parents:
        if node in seen:
            raise ImportFormatError(f"message {node!r} is its own ancestor.")
        seen.add(node)
        path.append(node)
        node = parents[node]
    path.reverse()
    return path

"""How many connections this process may hold: systems start programs with room for 256 or 1,024 open files."""

from __future__ import annotations

from compare.errors import ConfigError

_OTHERS = 100
"""Open files beside the connections: libraries, the database, sockets of the event loop."""


def allow_connections(n: int) -> None:
    """Raise this process's own limit where it is too low; systems without such a limit are left alone.

    Raises:
        ConfigError: the system allows fewer.
    """
    try:
        import resource
    except ImportError:  # not a Unix
        return
    needed = n + _OTHERS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise ConfigError(
            f"This system lets a program hold {hard:,} open files; {n:,} connections need {needed:,}. "
            "Ask for fewer at once, or have the limit raised (ulimit -n)."
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))

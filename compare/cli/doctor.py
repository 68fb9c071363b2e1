"""`doctor`: checks this installation and says what to do."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version

import click

from compare.catalog import availability, load_catalog
from compare.cli.output import emit_json
from compare.errors import CompareError
from compare.settings import app_root, database_path, is_checkout


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str


@click.command(epilog="Example: weighbridge doctor --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def doctor(as_json: bool) -> None:
    """Check Python, packages, files, database, tokenizer, models and keys."""
    findings = [_look(name, probe) for name, probe in _PROBES.items()]
    if as_json:
        emit_json({"ok": all(f.ok for f in findings), "findings": [asdict(f) for f in findings]})
    else:
        for finding in findings:
            click.echo(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.name}: {finding.detail}")
    failed = [finding.name for finding in findings if not finding.ok]
    if failed:
        raise CompareError(f"{len(failed)} of {len(findings)} checks failed: {', '.join(failed)}. Mend what they say.")


def _look(name: str, probe: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, probe())
    except CompareError as exc:
        return Finding(name, False, str(exc))


def _python() -> str:
    return f"{platform.python_version()} on {platform.system()}"


def _packages() -> str:
    names = ("streamlit", "httpx", "pandas", "plotly", "tiktoken", "sqlite-utils")
    try:
        return ", ".join(f"{name} {version(name)}" for name in names)
    except PackageNotFoundError as exc:
        raise CompareError(f"The package {exc.name} is missing. Install Weighbridge again: pip install -e .") from exc


def _files() -> str:
    root = app_root()
    missing = [p for p in ("app.py", "pages", "data/models.toml", ".streamlit/config.toml") if not (root / p).exists()]
    if missing:
        raise CompareError(f"{root} lacks {', '.join(missing)}. Install Weighbridge again.")
    return f"{root} ({'checkout' if is_checkout() else 'installed'})"


def _database() -> str:
    from compare.store.store import open_store

    path = database_path()
    store = open_store(path)
    n_threads = len(store.threads(limit=1_000_000))
    store.close()
    return f"{path}, {n_threads} threads"


def _tokenizer() -> str:
    from compare.tokens.count import ENCODING_NAME, count

    return f"{ENCODING_NAME} from this installation, {count('weighbridge')} tokens for one word"


def _models() -> str:
    specs = load_catalog().models.values()
    ready = [spec for spec in specs if availability(spec).ready]
    missing = sorted({spec.api_key_env for spec in specs if spec.api_key_env and not availability(spec).ready})
    hint = f"; set {', '.join(missing)} for more" if missing else ""
    return f"{len(ready)} of {len(specs)} ready ({sum(s.simulated for s in ready)} simulated){hint}"


_PROBES: dict[str, Callable[[], str]] = {
    "python": _python,
    "packages": _packages,
    "files": _files,
    "database": _database,
    "tokenizer": _tokenizer,
    "models": _models,
}

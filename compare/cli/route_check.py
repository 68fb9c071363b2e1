"""`route check`, `route diff` and `route schema`: what is wrong with a routing file, and what a change would do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from compare.cli.files import text_file
from compare.cli.output import emit_json
from compare.cli.stored import the_catalog
from compare.errors import ConfigError


@click.command("check", epilog="Example: weighbridge route check routing.yaml")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def check(file: Path, as_json: bool) -> None:
    """Check a routing.yaml.

    Names line, field and reason of everything that is wrong, also of rules that can never match.
    """
    from compare.routing.config import read

    config, problems = read(text_file(file))
    if as_json:
        listed = [{"line": p.line, "path": p.path, "message": p.message} for p in problems]
        emit_json({"ok": config is not None, "problems": listed})
    if config is None:
        if not as_json:
            for problem in problems:
                click.echo(f"{file.name}: {problem}")
        raise ConfigError(f"{file.name} has {len(problems)} problem{'s' if len(problems) > 1 else ''}, listed above.")
    if not as_json:
        click.echo(f"{file.name} is valid: {len(config.routes)} routes.")


@click.command("diff", epilog="Example: weighbridge route diff routing.yaml new.yaml")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def diff(old: Path, new: Path, as_json: bool) -> None:
    """What changes between two routing files.

    As Markdown for a pull request: weights, rules, fallbacks, canaries, and what each gateway would lose.
    """
    from compare.routing.diff import compare_configs, to_markdown

    found = compare_configs(_load(old), _load(new))
    if as_json:
        emit_json(found)
    else:
        click.echo(to_markdown(found), nl=False)


@click.command("schema", epilog="Example: weighbridge route schema > routing-weights-v1.schema.json")
def schema() -> None:
    """Print the JSON Schema of routing.yaml."""
    from compare.routing.json_schema import schema_text

    click.echo(schema_text(), nl=False)


def _load(path: Path) -> Any:
    from compare.cli.routing_file import routing_file
    from compare.routing.known_models import with_catalog

    return with_catalog(routing_file(path), the_catalog().models)

"""The layers of the README's picture, checked by reading every import."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "compare"

# From the bottom. Siblings of one layer do not import each other.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors",),
    ("records",),
    ("settings",),
    ("tokens", "catalog", "people"),
    ("threads", "render"),
    ("providers", "sim"),
    ("engine", "store", "ratings"),
    ("runs", "jobs", "bench"),
    ("probes", "review", "routing"),
    ("report",),
    ("ui", "web", "cli"),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
# The only ways sideways or up, each with its reason.
ALLOWED = {
    ("errors", "records"): "for a type only",
    ("engine", "sim"): "the hub starts the simulated server; it still speaks to it over HTTP",
}
HEAVY = {"streamlit", "pandas", "plotly", "scipy", "tiktoken", "httpx", "aiohttp", "starlette", "sqlite_utils"}


def modules() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if "_app" not in path.parts]


def part_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path, *, top_level_only: bool = False) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_level_only else list(ast.walk(tree))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_every_part_has_a_layer() -> None:
    unknown = {part_of(p) for p in modules()} - set(LEVEL) - {"__init__", "__main__", "py"}
    assert not unknown, f"give these a place in the picture: {sorted(unknown)}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    part = part_of(path)
    if part in ("__init__", "__main__"):
        return
    for name in imports(path):
        pieces = name.split(".")
        if pieces[0] != "compare" or len(pieces) < 2 or pieces[1] not in LEVEL or pieces[1] == part:
            continue
        target = pieces[1]
        if (part, target) in ALLOWED:
            continue
        assert LEVEL[target] < LEVEL[part], f"{part} must not import {target}"


def importers_of(package: str) -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for path in modules()
        if any(name == package or name.startswith(package + ".") for name in imports(path))
    }


def test_only_ui_imports_streamlit() -> None:
    assert {p for p in importers_of("streamlit") if not p.startswith(("compare/ui/", "compare/cli/serve"))} == set()


def test_only_the_http_client_imports_httpx() -> None:
    assert {p for p in importers_of("httpx") if not p.startswith("compare/providers/http/")} == set()


def test_sql_stands_only_in_the_store() -> None:
    words = ("SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE TABLE ")
    elsewhere = []
    for path in [*modules(), ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]:
        if path.is_relative_to(PACKAGE / "store"):
            continue
        strings = [
            node.value
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        if any(word in text for text in strings for word in words):
            elsewhere.append(str(path.relative_to(ROOT)))
    assert elsewhere == []


def test_importing_compare_loads_nothing_heavy() -> None:
    records = sorted((PACKAGE / "records").glob("*.py"))
    assert records
    for path in (PACKAGE / "__init__.py", *records, PACKAGE / "errors.py", PACKAGE / "settings.py"):
        roots = {name.split(".")[0] for name in imports(path, top_level_only=True)}
        assert not roots & HEAVY, f"{path.name} imports {sorted(roots & HEAVY)} when it is loaded"


def test_no_page_script_stands_directly_in_pages() -> None:
    """Streamlit would run it alone on a first visit by deep link, without app.py."""
    assert list((ROOT / "pages").glob("*.py")) == []


def test_no_page_is_called_like_the_package() -> None:
    assert not list((ROOT / "pages").rglob("compare.py"))

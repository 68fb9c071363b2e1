"""Presets: settings, context policy and preparation under a name, to be given to any model. A preset has no model.

The one table whose rows are written over: what was asked with a preset stands with every answer.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import asdict, replace

from compare.errors import StoreError
from compare.records import Preset, Settings
from compare.store.part import Part, now, storable

_MOST_CHARS = 80
_ADD = """
INSERT INTO presets (name, settings_json, context_policy, preparation, saved_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (name) DO NOTHING
"""
_WRITE_OVER = """
INSERT INTO presets (name, settings_json, context_policy, preparation, saved_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (name) DO UPDATE SET
    settings_json = excluded.settings_json,
    context_policy = excluded.context_policy,
    preparation = excluded.preparation,
    saved_at = excluded.saved_at
"""


class Presets(Part):
    """The store's part for presets."""

    def save_preset(self, preset: Preset, *, overwrite: bool = False) -> Preset:
        """Keep a preset and return it as it is kept: its name trimmed, with the time.

        Args:
            preset: `saved_at` is not looked at.
            overwrite: whether a preset of that name is written over.

        Raises:
            StoreError: the name is empty or longer than 80 characters, or there is a preset of that name and
                `overwrite` is false.
        """
        kept = replace(preset, name=preset_name(preset.name), saved_at=now())
        values = (
            kept.name,
            json.dumps(asdict(kept.settings)),
            kept.context_policy,
            kept.preparation,
            kept.saved_at,
        )
        with self._database.writing() as connection:
            written = connection.execute(_WRITE_OVER if overwrite else _ADD, values)
            if not written.rowcount:
                raise StoreError(
                    f"There is a preset named {kept.name!r} already. Choose another name, or overwrite it on purpose."
                )
        return kept

    def presets(self) -> dict[str, Preset]:
        """Every preset by its name, in alphabetical order."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT * FROM presets ORDER BY name COLLATE NOCASE, name").fetchall()
        found = {}
        for row in rows:
            settings = json.loads(row["settings_json"])
            settings["stop"] = tuple(settings["stop"])
            found[row["name"]] = Preset(
                row["name"], Settings(**settings), row["context_policy"], row["preparation"], row["saved_at"]
            )
        return found

    def delete_preset(self, name: str) -> bool:
        """Forget a preset; whether there was one. Candidates that were made with it stay as they are."""
        with self._database.writing() as connection:
            return connection.execute("DELETE FROM presets WHERE name = ?", (name,)).rowcount > 0


def preset_name(name: str) -> str:
    """The name as it is kept: outer and doubled spaces do not count.

    Raises:
        StoreError: it is empty or longer than 80 characters.
    """
    clean = unicodedata.normalize("NFC", " ".join(storable(name).split()))
    if not clean:
        raise StoreError("A preset needs a name; this one is empty. Type a name and try again.")
    if len(clean) > _MOST_CHARS:
        raise StoreError(f"The preset's name has {len(clean)} characters; at most {_MOST_CHARS} are kept. Shorten it.")
    return clean

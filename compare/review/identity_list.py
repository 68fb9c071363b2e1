"""The list of words that tell who wrote an answer, as an owner changes it: in the data folder, or the shipped one."""

from __future__ import annotations

import json
import os
import tempfile
import tomllib
from dataclasses import dataclass

from compare.catalog import load_catalog
from compare.errors import ConfigError
from compare.review.identity import FILE_NAME, IdentityWords, load_identity_words, mask
from compare.settings import data_dir, shipped
from compare.store.store import Store

_HEAD = """\
# Words by which an answer tells which model wrote it, or who made that model; see the Studies page. Remove this file to
# use the shipped list again.
"""
_WHAT = {
    "words": "Whole words, whatever their case. What follows such a name as its version is hidden with it.",
    "exact": "Exactly as written, where the word in small letters is an everyday word.",
    "versions": "Words that belong to a name where they follow one.",
}


@dataclass(frozen=True, slots=True)
class WouldHide:
    """What a list hides in a study."""

    n_answers: int
    """Different answers of the study."""
    n_hidden: int
    """Those of them in which a word is hidden."""
    by_word: tuple[tuple[str, int], ...]
    """What is hidden, in small letters, and in how many answers; the most frequent first."""


def has_own_list() -> bool:
    """Whether the data folder holds a list, which then stands in place of the shipped one."""
    return (data_dir() / FILE_NAME).is_file()


def shipped_identity_words() -> IdentityWords:
    """The list that comes with Weighbridge."""
    entries = tomllib.loads(shipped(FILE_NAME).read_text(encoding="utf-8"))
    return IdentityWords(tuple(entries["words"]), tuple(entries["exact"]), tuple(entries["versions"]))


def save_identity_words(words: IdentityWords) -> None:
    """Keep the list in the data folder; it counts from the next answer that is shown.

    Raises:
        ConfigError: a line holds more than a few words, or the file cannot be written.
    """
    lists = {"words": words.words, "exact": words.exact, "versions": words.versions}
    too_long = next((word for one in lists.values() for word in one if len(word) > 100 or "\n" in word), None)
    if too_long is not None:
        raise ConfigError(f"{too_long[:40]!r}... has {len(too_long)} characters; names have at most 100.")
    parts = [_HEAD]
    for name, found in lists.items():
        clean = dict.fromkeys(word.strip() for word in found if word.strip())
        rows = "".join(f"    {json.dumps(word, ensure_ascii=False)},\n" for word in clean)
        parts.append(f"\n# {_WHAT[name]}\n{name} = [\n{rows}]\n")
    path = data_dir() / FILE_NAME
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".tmp", delete=False) as file:
            file.write("".join(parts))
        os.replace(file.name, path)
    except OSError as exc:
        raise ConfigError(f"{path} cannot be written: {exc.strerror or exc}. The old list stays.") from exc


def reset_identity_words() -> None:
    """Use the shipped list again; doing so again changes nothing."""
    (data_dir() / FILE_NAME).unlink(missing_ok=True)


def would_hide(store: Store, study_id: str, words: IdentityWords | None = None) -> WouldHide:
    """What a list, with the names of the study's own models, hides in the answers of a study.

    Args:
        store: where the study is.
        study_id: the study.
        words: a list that is not saved yet; by default the saved one.
    """
    catalog = load_catalog()
    ids = dict.fromkeys(answer_id for item in store.study_items(study_id) for answer_id in item.answer_ids)
    answers = store.answers(list(ids))
    candidates = [store.candidate(c) for c in dict.fromkeys(answer.candidate_id for answer in answers.values())]
    specs = [catalog.models[c.model_id] for c in candidates if c.model_id in catalog.models]
    full = (load_identity_words() if words is None else words).naming(candidates, specs)
    n_hidden, by_word = 0, dict[str, int]()
    for answer in answers.values():
        found = mask(answer.text, full)
        n_hidden += found.leaks
        for word in {" ".join(answer.text[start:end].casefold().split()) for start, end in found.cuts}:
            by_word[word] = by_word.get(word, 0) + 1
    return WouldHide(len(answers), n_hidden, tuple(sorted(by_word.items(), key=lambda each: (-each[1], each[0]))))

"""Broken files: what is good comes in, what is bad is told with its place, and read = kept + refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from compare.errors import ImportFormatError
from compare.threads.importers import Options, Reading, open_import, preview, read_bytes, read_file
from compare.threads.importers.source import MAX_RECORD_BYTES
from tests.threads.importers.files import lines, said

GOOD = {"messages": [{"role": "user", "content": "Wo ist die Größe?"}]}


def line(record: Any = GOOD, encoding: str = "utf-8") -> bytes:
    return (json.dumps(record, ensure_ascii=False) + "\n").encode(encoding)


def texts(reading: Reading) -> list[str]:
    return [m.text for t in reading.threads for m in t.messages]


def counts(reading: Reading) -> tuple[int, int, int]:
    assert reading.n_read == reading.n_kept + reading.n_refused
    return reading.n_read, reading.n_kept, reading.n_refused


def test_a_cut_last_line_costs_only_itself() -> None:
    reading = read_bytes(line() + line() + line()[:30], source="x.jsonl")
    assert counts(reading) == (3, 2, 1)
    assert (reading.refused[0].line, reading.refused[0].unit) == (3, "line")


def test_an_array_that_was_cut_off_keeps_what_is_whole() -> None:
    raw = b"[" + b",".join([line().strip()] * 3)[:-10]
    reading = read_bytes(raw, source="x.json")
    assert counts(reading) == (3, 2, 1)
    assert reading.refused[0].reason.startswith("the file ends inside this record")
    assert (reading.refused[0].line, reading.refused[0].unit) == (3, "record")


@pytest.mark.parametrize(
    "bad", [b'{"messages": [NaN]}', b'{"messages": [1,]}', b'{"messages": "\\q"}', b"5", b'"x"', b"[]"]
)
def test_a_bad_element_of_an_array_costs_only_itself(bad: bytes) -> None:
    reading = read_bytes(b"[" + b",\n".join([line().strip(), bad, line().strip()]) + b"]", source="x.json")
    assert counts(reading) == (3, 2, 1)
    assert reading.refused[0].line == 2


def test_brackets_quotes_and_backslashes_inside_texts_end_no_record(monkeypatch: pytest.MonkeyPatch) -> None:
    nasty = ['"]}', "\\", 'a"b\\', "[{", '\\\\"', "]" * 50]
    records = [{"messages": [{"role": "user", "content": text}]} for text in nasty]
    for size in (1, 2, 3, 7, 64, 1 << 18):
        monkeypatch.setattr("compare.threads.importers.splitting._PIECE_BYTES", size)
        assert texts(read_bytes(json.dumps(records).encode(), source="x.json")) == nasty


def test_an_enormous_line_is_refused_with_its_size_and_the_others_come_in(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    n_bytes = 50_000_000
    with path.open("wb") as file:
        file.write(line())
        file.write(b'{"messages": [{"role": "user", "content": "')
        for _ in range(50):
            file.write(b"x" * (n_bytes // 50))
        file.write(b'"}]}\n' + line())
    reading = read_file(path)
    assert counts(reading) == (3, 2, 1)
    assert reading.refused[0].line == 2
    assert f"a record may have {MAX_RECORD_BYTES:,}" in reading.refused[0].reason


def test_an_enormous_element_of_an_array_is_refused_too() -> None:
    big = b'{"messages": [{"role": "user", "content": "' + b"x" * (MAX_RECORD_BYTES + 5) + b'"}]}'
    reading = read_bytes(b"[" + line() + b"," + big + b"," + line() + b"]", source="x.json")
    assert counts(reading) == (3, 2, 1)
    assert reading.refused[0].line == 2


def test_one_enormous_document_is_refused_with_what_to_do() -> None:
    raw = b'{"messages": [{"role": "user", "content": "' + b"x" * MAX_RECORD_BYTES + b'"}]}'
    with pytest.raises(ImportFormatError, match="as JSON lines or as one JSON array"):
        read_bytes(raw, source="x.json")


def test_lines_in_different_encodings_are_read_each_as_what_it_is() -> None:
    damaged = line().replace("ö".encode(), b"\xff").replace("ß".encode(), "ßé".encode())
    raw = line() + line(encoding="cp1252") + damaged + line()
    reading = read_bytes(raw, source="x.jsonl")
    assert counts(reading) == (4, 4, 0)
    assert texts(reading) == ["Wo ist die Größe?", "Wo ist die Größe?", "Wo ist die Gr\ufffdßée?", "Wo ist die Größe?"]
    assert any("line 2, is not UTF-8; it was read as cp1252" in note for note in reading.notes)
    assert any("line 3" in note and "damaged" in note for note in reading.notes)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_line_of_utf_16_among_lines_of_utf_8(encoding: str) -> None:
    plain = {"messages": [{"role": "user", "content": "where?"}]}
    reading = read_bytes(line() + line(plain, encoding) + line(), source="x.jsonl")
    assert counts(reading) == (3, 3, 0)
    assert texts(reading) == ["Wo ist die Größe?", "where?", "Wo ist die Größe?"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("shape", ["lines", "array"])
def test_whole_files_in_other_encodings(encoding: str, shape: str) -> None:
    records = [GOOD, GOOD]
    text = "\n".join(json.dumps(r, ensure_ascii=False) for r in records) if shape == "lines" else json.dumps(records)
    reading = read_bytes(text.encode(encoding), source="x.json")
    assert texts(reading) == ["Wo ist die Größe?"] * 2


def test_carriage_returns_blank_lines_and_marks_are_no_records() -> None:
    raw = b"\xef\xbb\xbf" + line().replace(b"\n", b"\r\n") + b"\r\n  \r\n" + b"\xef\xbb\xbf" + line()
    assert counts(read_bytes(raw, source="x.jsonl")) == (2, 2, 0)


def test_zero_bytes_in_a_line_cost_only_that_line() -> None:
    reading = read_bytes(line() + line()[:20] + b"\x00\x00" + line()[20:] + line(), source="x.jsonl")
    assert counts(reading) == (3, 2, 1)


def test_half_a_character_is_refused_with_its_place() -> None:
    half = b'{"messages": [{"role": "user", "content": "\\ud83d"}]}\n'
    reading = read_bytes(line() + half + line(), source="x.jsonl")
    assert counts(reading) == (3, 2, 1)
    assert "surrogate" in reading.refused[0].reason


def test_deep_nesting_costs_only_its_record() -> None:
    deep = b'{"messages": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"
    reading = read_bytes(line() + deep + line(), source="x.jsonl")
    assert counts(reading) == (3, 2, 1)


def test_empty_messages_are_kept_as_they_are_and_equal_ids_are_two_threads() -> None:
    records = [
        {"id": 1, "messages": [{"role": "user", "content": text}, {"role": "assistant", "content": ""}]}
        for text in "ab"
    ]
    reading = read_bytes(lines(*records), source="x.jsonl")
    assert [t.source_ref for t in reading.threads] == ["1", "1"]
    assert said(reading.threads[0]) == [("user", "a"), ("assistant", "")]


def test_ten_thousand_bad_lines_are_counted_and_a_thousand_are_told() -> None:
    reading = read_bytes(line() + b"nonsense\n" * 10_000, source="x.jsonl")
    assert counts(reading) == (10_001, 1, 10_000)
    assert len(reading.refused) == 1_000


# --- reading as asked ------------------------------------------------------------------------------------------------


def test_a_format_that_was_named_is_not_guessed() -> None:
    with pytest.raises(ImportFormatError, match="Record 1"):
        read_bytes(line(), source="x.jsonl", options=Options(format="gemini"))
    with pytest.raises(ImportFormatError, match="The format 'word' is not known; known are otel, "):
        Options(format="word")


def test_a_preview_reads_no_further_than_it_must() -> None:
    seen = preview(line() * 50 + b"nonsense\n", 3, source="x.jsonl")
    assert (len(seen.threads), seen.complete) == (3, False)
    assert seen.reading.kind == "OpenAI messages"
    assert seen.reading.n_refused == 0
    whole = preview(line() + b"nonsense\n", 3, source="x.jsonl")
    assert (len(whole.threads), whole.complete, whole.reading.n_refused) == (1, True, 1)


def test_threads_are_handed_on_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(line() * 3)
    incoming = open_import(path)
    next(incoming.threads)
    assert incoming.reading.n_threads == 1
    assert incoming.reading.threads == []

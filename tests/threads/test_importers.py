"""Reading threads from files and pasted text: read = kept + refused, each refusal with its place and reason."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.errors import ImportFormatError
from compare.records import Message, Recorded, Thread
from compare.threads.importers import Reading, read_bytes, read_file, read_text
from compare.threads.importers.read import titled
from compare.threads.prompts import wire_message

HI = {"role": "user", "content": "hi"}


def only(reading: Reading) -> Thread:
    assert reading.refused == []
    (thread,) = reading.threads
    return thread


def said(thread: Thread) -> list[tuple[str, str]]:
    return [(m.role, m.text) for m in thread.messages]


def read(document: Any) -> Reading:
    return read_text(json.dumps(document), source="test")


# --- OpenAI messages -------------------------------------------------------------------------------------------------


def test_a_list_of_messages_is_one_thread() -> None:
    thread = only(read([{"role": "system", "content": "Be kind."}, HI, {"role": "assistant", "content": "Hello."}]))
    assert said(thread) == [("system", "Be kind."), ("user", "hi"), ("assistant", "Hello.")]
    assert all(m.parts_json == "" for m in thread.messages)
    assert thread.source_ref == "1"


def test_an_object_brings_its_id_title_workload_and_recorded_answers() -> None:
    document = {"id": 7, "title": "Greeting", "workload": "batch", "messages": [HI], "responses": {"prod": "Hello."}}
    thread = only(read(document))
    assert (thread.source, thread.source_ref, thread.title, thread.workload) == ("test", "7", "Greeting", "batch")
    assert thread.recorded == (Recorded("prod", "Hello."),)


@pytest.mark.parametrize("name", ["id", "thread_id", "task_id"])
def test_the_id_has_several_names(name: str) -> None:
    assert only(read({name: "x-1", "messages": [HI]})).source_ref == "x-1"


def test_an_array_of_threads_and_json_lines_are_read_alike() -> None:
    documents = [{"messages": [HI]}, [HI, HI]]
    array = read_text(json.dumps(documents), source="test")
    lines = read_text("\n".join(map(json.dumps, documents)), source="test")
    assert [said(t) for t in array.threads] == [said(t) for t in lines.threads]
    assert [t.source_ref for t in array.threads] == [t.source_ref for t in lines.threads] == ["1", "2"]


def test_a_pretty_printed_document_is_read() -> None:
    assert said(only(read_text(json.dumps({"messages": [HI]}, indent=2), source="test"))) == [("user", "hi")]


def test_content_parts_become_text_and_are_kept_as_they_came() -> None:
    content = [{"type": "text", "text": "Look:"}, {"type": "image_url", "image_url": {"url": "x"}}, "plain"]
    message = only(read([{"role": "user", "content": content}])).messages[0]
    assert message.text == "Look:\n[image_url]\nplain"
    assert json.loads(message.parts_json)["content"] == content


@pytest.mark.parametrize(
    "calls",
    [
        [{"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"order": 4417}'}}],
        [{"name": "look", "arguments": {"order": 4417}}],
        {"name": "look", "arguments": {"order": 4417}},
    ],
    ids=["nested", "flat", "not in a list"],
)
def test_tool_calls_become_readable_text(calls: Any) -> None:
    message = only(read([HI, {"role": "assistant", "content": None, "tool_calls": calls}])).messages[1]
    assert message.text == '[tool call] look({"order": 4417})'
    assert json.loads(message.parts_json)["tool_calls"] == calls


def test_text_beside_a_tool_call_is_kept() -> None:
    call = {"role": "assistant", "content": "One moment.", "function_call": {"name": "look", "arguments": "{}"}}
    assert only(read([HI, call])).messages[1].text == "One moment.\n[tool call] look({})"


@pytest.mark.parametrize("call", [None, "look", {"function": None}, {"function": "look"}, {}])
def test_a_tool_call_in_no_known_shape_breaks_nothing(call: Any) -> None:
    assert only(read([HI, {"role": "assistant", "tool_calls": [call]}])).messages[1].text.startswith("[tool call] ")


def test_tool_results_are_named_as_what_they_are() -> None:
    results = [
        {"role": "tool", "content": "shipped", "name": "look", "tool_call_id": "c1"},
        {"role": "tool", "content": "shipped", "tool_call_id": "c1"},
        {"role": "function", "content": "shipped"},
    ]
    texts = [m.text for m in only(read([HI, *results])).messages[1:]]
    assert texts == ["[tool result: look] shipped", "[tool result: c1] shipped", "[tool result] shipped"]


@pytest.mark.parametrize(
    ("name", "role"),
    [("developer", "system"), ("human", "user"), ("model", "assistant"), ("User", "user"), ("function", "tool")],
)
def test_other_names_of_roles(name: str, role: str) -> None:
    assert only(read([{"role": name, "content": "x"}, HI])).messages[0].role == role


def exported(thread: Thread) -> dict[str, Any]:
    """As `threads export` writes it."""
    return {
        "messages": [
            json.loads(m.parts_json) if m.parts_json else {"role": m.role, "content": m.text} for m in thread.messages
        ]
    }


texts = st.text(max_size=20)
raw_messages = st.one_of(
    st.fixed_dictionaries({"role": st.sampled_from(["system", "user", "assistant", "tool"]), "content": texts}),
    st.fixed_dictionaries({"role": st.just("tool"), "content": texts, "name": texts}),
    st.fixed_dictionaries({"role": st.just("assistant"), "content": st.none(), "tool_calls": st.lists(
        st.fixed_dictionaries({"function": st.fixed_dictionaries({"name": texts, "arguments": texts})}), max_size=2)}),
    st.fixed_dictionaries({"role": st.just("developer"), "content": st.lists(
        st.fixed_dictionaries({"type": st.just("text"), "text": texts}), max_size=2)}),
)  # fmt: skip


@given(st.lists(raw_messages, max_size=8))
def test_what_is_exported_and_read_again_is_the_same_thread(messages: list[dict[str, Any]]) -> None:
    first = only(read([*messages, HI]))
    again = only(read(exported(first)))
    assert again.messages == first.messages


# --- transcripts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "assistant"),
    [("User", "Assistant"), ("Customer", "Agent"), ("Kunde", "Berater"), ("Nutzerin", "Assistentin"),
     ("Usuario", "Asistente"), ("Usu\u00e1rio", "Assistente"), ("Utilisateur", "Conseiller"), ("Cliente", "Agente"),
     ("Utente", "Assistente"), ("\u7528\u6237", "\u52a9\u624b"),
     ("\u30e6\u30fc\u30b6\u30fc", "\u30a2\u30b7\u30b9\u30bf\u30f3\u30c8"),
     ("\u043f\u043e\u043b\u044c\u0437\u043e\u0432\u0430\u0442\u0435\u043b\u044c",
      "\u0430\u0441\u0441\u0438\u0441\u0442\u0435\u043d\u0442")],
)  # fmt: skip
@pytest.mark.parametrize("shape", ["{}: {}", "**{}:** {}", "## {}:\n{}", "> {} (12:30): {}", "{}\uff1a{}"])
def test_speakers_in_several_languages_and_shapes(user: str, assistant: str, shape: str) -> None:
    pasted = "\n\n".join(
        [shape.format(user, "First line.\nSecond line."), shape.format(assistant.upper(), "Yes: it is."),
         shape.format(user, "Thanks.")]
    )  # fmt: skip
    assert said(only(read_text(pasted, source="paste"))) == [
        ("user", "First line.\nSecond line."),
        ("assistant", "Yes: it is."),
        ("user", "Thanks."),
    ]


def test_letters_that_only_look_like_a_speaker_break_nothing() -> None:
    """The long s counts as an s, and the dotless i as an i, where case is ignored."""
    assert said(only(read_text("u\u017fer: hi\na\u0131: hello", source="paste"))) == [
        ("user", "hi"),
        ("assistant", "hello"),
    ]


def test_text_before_the_first_speaker_is_the_system_prompt() -> None:
    assert said(only(read_text("Be kind.\n\nUser: hi", source="paste"))) == [("system", "Be kind."), ("user", "hi")]


def test_a_tool_in_a_transcript_is_named_as_what_it_is() -> None:
    thread = only(read_text("User: where?\nTool: shipped\nAssistant: On its way.", source="paste"))
    assert wire_message(thread.messages[1]).content == "[tool result] shipped"
    assert said(only(read(exported(thread)))) == said(thread)


def test_an_assistant_that_is_still_to_speak_is_no_message() -> None:
    assert said(only(read_text("User: hi\nAssistant:", source="paste"))) == [("user", "hi")]


@pytest.mark.parametrize(
    "text",
    ["What is the fare to Porto?", "[10:32] the train is late", "[URGENT] my order", "{name}, hello", '"quoted"'],
)
def test_text_without_speakers_is_one_question(text: str) -> None:
    assert said(only(read_text(f"  {text}\n", source="paste"))) == [("user", text)]


def test_a_transcript_without_a_user_is_refused() -> None:
    with pytest.raises(ImportFormatError, match=r"paste has 1 messages but none of a user\. Start a user's lines with"):
        read_text("Assistant: Hello.", source="paste")


def test_a_rule_of_many_stars_is_read_at_once() -> None:
    assert said(only(read_text("*" * 50_000 + "\nUser: hi", source="paste")))[-1] == ("user", "hi")


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "test is empty. It should hold a conversation"),
        (" \n\ufeff \t", "test is empty."),
        ("[]", "test: no thread could be read. It holds no record."),
        ("{}", "Record 1: the field 'messages' is missing or is not a list."),
        ('{"messages": 5}', "the field 'messages' is missing or is not a list."),
        ('{"messages": []}', "the thread is empty: 'messages' holds no message."),
        ('{"messages": ["hi"]}', "message 1 is text; it must be an object with 'role' and 'content'."),
        ('[{"role": "user", "content": "hi"}, {"content": "x"}]', "message 2 has the role None; known are system, "),
        ('[{"role": "robot", "content": "hi"}]', "message 1 has the role 'robot'; known are system, user, "),
        ('[{"role": "user", "content": 5}]', "message 1 is a number; it must be text or a list of parts."),
        ('[{"role": "user", "content": {"text": "x"}}]', "the content of message 1 is an object;"),
        ('[{"role": "user", "content": [true]}]', "message 1 has a content part that is true or false."),
        ('[{"role": "assistant", "content": "x"}]', "the thread has 1 messages but none of a user"),
        ('{"messages": [{"role": "user", "content": "x"}], "responses": {"a": 1}}', "must map names to texts"),
        ('[[1]]', "Record 1: message 1 is a number;"),
        ('["x", {"a": 1}]', "Record 1: a record must be an object with a 'messages' list, not text."),
        ('{"messages": [{"role": "user", "content": "hi"}', "test is not valid JSON: unexpected end of data: line 1"),
        ('{\n "messages": [\n', "test is not valid JSON: unexpected end of data: line 3 column 1"),
        ("{'messages': []}", "test is not valid JSON: unexpected character"),
        ('{"a": "b\x00"}', "test is not text: it holds zero bytes."),
        ("User: hi\x00", "test is not text: it holds zero bytes."),
        ("[" * 2_000, "test is not valid JSON"),
    ],
)  # fmt: skip
def test_bad_input_is_answered_with_what_is_wrong_and_where(text: str, sentence: str) -> None:
    with pytest.raises(ImportFormatError) as refused:
        read_text(text, source="test")
    assert sentence in str(refused.value)


def test_the_line_of_truncated_json_is_kept() -> None:
    with pytest.raises(ImportFormatError) as refused:
        read_text('{\n"messages": [\n', source="test")
    assert refused.value.line == 3


def test_one_bad_line_among_good_ones_is_named_by_its_line_in_the_file() -> None:
    good = json.dumps({"messages": [HI]})
    reading = read_text(f"\n{good}\n\nnot json\n{good}\n{{}}\r\n{good}\n", source="test")
    assert [(r.line, r.reason) for r in reading.refused] == [
        (4, "not valid JSON (invalid literal, expected 'null' at column 1)."),
        (6, "the field 'messages' is missing or is not a list."),
    ]
    assert [t.source_ref for t in reading.threads] == ["2", "5", "7"]
    assert reading.n_read == len(reading.threads) + len(reading.refused) == 5


def test_a_bad_first_line_of_a_json_lines_file_does_not_make_it_a_transcript() -> None:
    reading = read_bytes(b"# exported today\n" + json.dumps({"messages": [HI]}).encode(), source="threads.jsonl")
    assert [r.line for r in reading.refused] == [1]
    assert len(reading.threads) == 1


lines = st.lists(st.sampled_from(["good", "broken", "no messages", "blank"]), min_size=1, max_size=12)


@given(lines)
def test_every_line_is_kept_or_refused(kinds: list[str]) -> None:
    written = {"good": json.dumps([HI]), "broken": '{"messages": [', "no messages": '{"a": 1}', "blank": "  "}
    text = "\n".join(["[[]]" if kinds == ["blank"] * len(kinds) else "{}", *(written[k] for k in kinds)])
    n_lines = 1 + sum(k != "blank" for k in kinds)
    try:
        reading = read_text(text, source="test.jsonl")
    except ImportFormatError:
        assert "good" not in kinds
    else:
        assert len(reading.threads) == kinds.count("good")
        assert reading.n_read == n_lines


@given(st.binary(max_size=60))
def test_no_bytes_whatever_end_in_anything_but_threads_or_a_sentence(raw: bytes) -> None:
    with contextlib.suppress(ImportFormatError):
        assert read_bytes(raw, source="upload").threads


# --- encodings -------------------------------------------------------------------------------------------------------

FRENCH = "User: O\u00f9 est mon colis\u00a0? Il devait arriver \u00e0 No\u00ebl.\nAssistant: D\u00e9sol\u00e9."
GERMAN_JSON = json.dumps([{"role": "user", "content": "Gr\u00f6\u00dfe \u00e4ndern?"}], ensure_ascii=False)
CZECH = "User: Kde je moje z\u00e1silka? \u010cek\u00e1m u\u017e t\u00fdden, d\u011bkuji za odpov\u011b\u010f."
RUSSIAN = "User: где мой заказ? Я жду уже неделю."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(FRENCH, "utf-8"), (FRENCH, "utf-8-sig"), (FRENCH, "latin-1"), (FRENCH, "utf-16"), (FRENCH, "utf-16-le"),
     (GERMAN_JSON, "cp1252"), (GERMAN_JSON, "utf-32"), (CZECH, "cp1250"), (RUSSIAN, "cp1251")],
)  # fmt: skip
def test_letters_survive_other_encodings_and_a_guess_is_said(text: str, encoding: str) -> None:
    reading = read_bytes(text.encode(encoding), source="upload")
    assert [m.text for m in reading.threads[0].messages] == [
        m.text for m in read_text(text, source="x").threads[0].messages
    ]
    if encoding.startswith("utf-8"):
        assert reading.notes == []
    else:
        assert "upload is not UTF-8; it was read as " in reading.notes[0]


@pytest.mark.parametrize(
    "raw",
    [b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), b"hello\x00", b"\x00", b"PK\x03\x04\x14\x00\x08\x08"],
    ids=["picture", "one zero byte", "only a zero byte", "archive"],
)
def test_what_is_no_text_is_refused(raw: bytes) -> None:
    with pytest.raises(ImportFormatError, match="upload is not text"):
        read_bytes(raw, source="upload")


def test_line_separators_inside_a_json_string_end_no_line() -> None:
    content = "one\u2028two\u2029three\u0085four"
    line = json.dumps({"messages": [{"role": "user", "content": content}]}, ensure_ascii=False)
    assert [t.messages[0].text for t in read_text(f"{line}\n{line}", source="test").threads] == [content] * 2


# --- files and titles ------------------------------------------------------------------------------------------------


def test_a_file_is_named_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_text("User: hi", encoding="utf-8")
    assert only(read_file(tmp_path / "chat.txt")).source == "chat.txt"


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFormatError, match=r"nothing\.json cannot be read: No such file or directory\."):
        read_file(tmp_path / "nothing.json")
    with pytest.raises(ImportFormatError, match=r"cannot be read: Is a directory\."):
        read_file(tmp_path)


def test_a_title_is_made_from_the_first_question() -> None:
    long = "Where  is\nmy order number 4417 that I placed three weeks ago for my mother?"
    made = titled(Thread((Message("system", "Be kind."), Message("user", long)))).title
    assert made == "Where is my order number 4417 that I placed three weeks..."
    assert titled(Thread((Message("user", "Hi there"),))).title == "Hi there"
    assert titled(Thread((Message("user", "Hi"),), title="Mine")).title == "Mine"


def test_a_record_nested_too_deeply_is_refused_and_the_others_come_in() -> None:
    deep = "[" * 900 + "]" * 900
    text = (
        '{"messages": [{"role": "user", "content": "Hi"}]}\n'
        f'{{"messages": [{{"role": "user", "content": "Hi", "x": {deep}}}]}}\n'
    )
    reading = read_text(text, source="test")
    assert (len(reading.threads), reading.n_read) == (2 - len(reading.refused), 2)


def test_a_name_and_very_much_space_are_read_in_a_moment() -> None:
    began = time.process_time()
    read_text("user" + " " * 400_000 + "x", source="test")
    assert time.process_time() - began < 5

"""Any conversation reaches a server of Anthropic Messages in the one form that it takes, and nothing of it is lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.providers.anthropic import AnthropicMessages
from compare.providers.http import HttpClient
from compare.records import ChatMessage, Done, Image

Playing = Callable[..., AbstractAsyncContextManager[Any]]
PICTURE = Image("image/png", "iVBORw0KGgo=")
HELLO = (
    b'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}\n\n'
    b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
)


def _user(text: str, *images: Image) -> ChatMessage:
    return ChatMessage("user", text, images)


def _model(text: str, *images: Image) -> ChatMessage:
    return ChatMessage("assistant", text, images)


def _system(text: str, *images: Image) -> ChatMessage:
    return ChatMessage("system", text, images)


@pytest.fixture
def sent(run: Any, playing: Playing, wire: Any, request_to: Any) -> Callable[..., tuple[dict[str, Any], list[str]]]:
    """What a server receives of a conversation, and the warnings that come with its answer."""

    def send(*messages: ChatMessage) -> tuple[dict[str, Any], list[str]]:
        async def work(client: HttpClient) -> tuple[dict[str, Any], list[str]]:
            async with playing(wire.stream(HELLO)) as server:
                request = request_to(server.base_url, kind="anthropic", messages=messages, max_output_tokens=9)
                stream = AnthropicMessages(client).stream(request, base_url=server.base_url, api_key=None)
                events = [event async for event in stream]
            assert isinstance(events[-1], Done)
            body = server.asked[0].json
            warnings = [w for w in events[-1].result.warnings if w != "The model ended its answer without any text."]
            return {name: body[name] for name in ("system", "messages") if name in body}, warnings

        return run(work)  # type: ignore[no-any-return]

    return send


def test_alternating_conversation_goes_out_as_it_is(sent: Any) -> None:
    body, warnings = sent(_system("Be kind."), _user("Hi"), _model("Yes?"), _user(" Who are you?\n"))
    assert body == {
        "system": "Be kind.",
        "messages": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Yes?"},
            {"role": "user", "content": " Who are you?\n"},
        ],
    }
    assert warnings == []


def test_several_system_messages_at_the_beginning_are_one_prompt(sent: Any) -> None:
    body, warnings = sent(_system("Be kind."), _system("Be short."), _user("Hi"))
    assert body["system"] == "Be kind.\n\nBe short."
    assert warnings == []


def test_later_system_message_keeps_its_place_as_the_users_words(sent: Any) -> None:
    body, warnings = sent(_user("Hi"), _model("Yes?"), _system("Be rude now."), _model("What?"), _user("Go"))
    assert "system" not in body
    assert body["messages"][2] == {"role": "user", "content": "System message: Be rude now."}
    assert ["later system message" in warning for warning in warnings] == [True]


def test_messages_of_one_role_in_a_row_become_one(sent: Any) -> None:
    body, warnings = sent(_user("Hi"), _user("there", PICTURE), _model("Yes?"), _model("Well?"), _user("Go"))
    assert [message["role"] for message in body["messages"]] == ["user", "assistant", "user"]
    assert [block.get("text") for block in body["messages"][0]["content"]] == ["Hi", None, "there"]
    assert body["messages"][1]["content"] == "Yes?\n\nWell?"
    assert ["in a row" in warning for warning in warnings] == [True]


def test_conversation_that_the_model_begins_gets_a_beginning(sent: Any) -> None:
    body, warnings = sent(_system("Be kind."), _model("Hello!"), _user("Hi"))
    assert body["messages"][0] == {"role": "user", "content": "(start of the conversation)"}
    assert ["was put first" in warning for warning in warnings] == [True]


def test_conversation_that_the_model_ends_gets_an_end(sent: Any) -> None:
    body, warnings = sent(_user("Hi"), _model("Once upon a "))
    assert body["messages"][1:] == [
        {"role": "assistant", "content": "Once upon a "},
        {"role": "user", "content": "Please continue."},
    ]
    assert ["was put last" in warning for warning in warnings] == [True]


def test_system_prompt_alone_is_still_a_conversation(sent: Any) -> None:
    body, warnings = sent(_system("Tell a joke."))
    assert body["system"] == "Tell a joke."
    assert [message["role"] for message in body["messages"]] == ["user"]
    assert len(warnings) == 1


@pytest.mark.parametrize("blank", ["", " \n\t"])
def test_empty_message_is_sent_as_one_that_says_so(blank: str, sent: Any) -> None:
    body, warnings = sent(_system(blank), _user("Hi"), _model(blank), _user("Go"))
    assert "system" not in body
    assert body["messages"][1] == {"role": "assistant", "content": "(empty message)"}
    assert warnings == ["An empty message was sent as '(empty message)'."]


def test_pictures_come_before_the_text_of_their_message(sent: Any) -> None:
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}
    body, warnings = sent(_user("What is it?", PICTURE, PICTURE), _model("A cat."), _user("", PICTURE))
    assert body["messages"][0]["content"] == [picture, picture, {"type": "text", "text": "What is it?"}]
    assert body["messages"][2]["content"] == [picture]
    assert warnings == []


def test_picture_of_a_system_message_goes_where_pictures_can_go(sent: Any) -> None:
    body, warnings = sent(_system("Use this logo.", PICTURE), _user("Hi"))
    assert [block["type"] for block in body["messages"][0]["content"]] == ["image", "text"]
    assert "System message: Use this logo." in body["messages"][0]["content"][1]["text"]
    assert any("later system message" in warning for warning in warnings)


def test_picture_in_the_models_own_words_is_left_out_with_a_warning(sent: Any) -> None:
    body, warnings = sent(_user("Hi"), _model("Look", PICTURE), _model("", PICTURE), _user("Go"))
    assert body["messages"][1] == {"role": "assistant", "content": "Look\n\n(empty message)"}
    assert any("Pictures in the model's own messages" in warning for warning in warnings)


_message = st.builds(
    ChatMessage,
    st.sampled_from(["system", "user", "assistant"]),
    st.sampled_from(["", " ", "Hi", "é\n", "one", "two"]),
    st.sampled_from([(), (PICTURE,)]),
)


@given(st.lists(_message, max_size=8))
def test_every_conversation_has_the_form_and_every_word(messages: list[ChatMessage]) -> None:
    from compare.providers.anthropic import _conversation

    body, _ = _conversation(messages)
    roles = [message["role"] for message in body["messages"]]
    assert roles[0] == roles[-1] == "user"
    assert all(a != b for a, b in pairwise(roles)), "roles alternate"
    texts = [body.get("system", "")]
    for message in body["messages"]:
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        assert blocks
        assert all(block["type"] != "text" or block["text"].strip() for block in blocks)
        texts += [block.get("text", "") for block in blocks]
    everything = "\n".join(texts)
    position = 0
    for message in messages:
        if message.content.strip():
            position = everything.find(message.content, position)
            assert position >= 0, f"{message.content!r} is lost or out of order"
            position += len(message.content)
    pictures = sum(len(m.images) for m in messages if m.role != "assistant")
    assert pictures == str(body).count("'base64'")

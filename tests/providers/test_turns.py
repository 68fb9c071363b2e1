"""Messages in any order become turns that alternate, and one warning says what was done about each oddity."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.providers.turns import Conversation, in_turns
from compare.records import ChatMessage, Image

PICTURE = Image("image/png", "iVBORw0KGgo=")
USER, ANSWER, SYSTEM = (
    ChatMessage("user", "Hi"),
    ChatMessage("assistant", "Hello."),
    ChatMessage("system", "Be brief."),
)


def _turns(*messages: ChatMessage, model_has_pictures: bool = True) -> Conversation:
    return in_turns(messages, model_has_pictures=model_has_pictures, system_with_pictures="user")


@pytest.mark.parametrize(
    "messages",
    [(USER, SYSTEM), (USER, SYSTEM, USER), (USER, ANSWER, SYSTEM, USER), (USER, ANSWER, SYSTEM, SYSTEM, USER)],
    ids=lambda messages: " ".join(message.role for message in messages),
)
def test_system_message_that_joins_the_users_words_has_one_warning(messages: tuple[ChatMessage, ...]) -> None:
    said = _turns(*messages)
    assert "System message: Be brief." in str(said.turns[-1].content[0])
    assert ["later system message" in warning for warning in set(said.warnings)] == [True]


def test_messages_of_one_role_beside_a_system_message_are_still_named() -> None:
    warnings = _turns(USER, SYSTEM, USER, USER).warnings
    assert ["in a row" in warning for warning in warnings] == [False, True]


def test_texts_that_would_touch_have_a_blank_line_between_them_and_pictures_none() -> None:
    (turn,) = _turns(USER, USER, ChatMessage("user", "Look", (PICTURE,))).turns
    assert turn.content == ["Hi\n\nHi", PICTURE, "Look"]


def test_pictures_of_the_model_go_where_the_format_takes_them() -> None:
    shown = ChatMessage("assistant", "", (PICTURE,))
    assert _turns(USER, shown, USER).turns[1].content == [PICTURE]
    without = _turns(USER, shown, USER, model_has_pictures=False)
    assert without.turns[1].content == ["(empty message)"]
    assert "left out" in without.warnings[0]


def test_first_system_message_with_pictures_is_the_users_or_goes_without_them() -> None:
    messages = (ChatMessage("system", "Look.", (PICTURE,)), USER)
    as_user = in_turns(messages, model_has_pictures=True, system_with_pictures="user")
    assert (as_user.system, as_user.turns[0].content) == ("", [PICTURE, "System message: Look.\n\nHi"])
    as_system = in_turns(messages, model_has_pictures=True, system_with_pictures="system")
    assert (as_system.system, as_system.turns[0].content) == ("Look.", ["Hi"])
    assert "picture of the system message was left out" in as_system.warnings[0]


_message = st.builds(
    ChatMessage,
    st.sampled_from(["system", "user", "assistant"]),
    st.sampled_from(["", " ", "Hi", "é\n", "one"]),
    st.sampled_from([(), (PICTURE,)]),
)


@given(st.lists(_message, max_size=8), st.booleans(), st.sampled_from(["system", "user"]))
def test_turns_alternate_from_user_to_user_and_hold_something(
    messages: list[ChatMessage], model_has_pictures: bool, system_with_pictures: str
) -> None:
    said = in_turns(
        messages,
        model_has_pictures=model_has_pictures,
        system_with_pictures=system_with_pictures,  # type: ignore[arg-type]
    )
    roles = [turn.role for turn in said.turns]
    assert roles[0] == roles[-1] == "user"
    assert all(a != b for a, b in pairwise(roles))
    for turn in said.turns:
        assert turn.content
        assert all(content.strip() for content in turn.content if isinstance(content, str))
        assert not any(isinstance(a, str) and isinstance(b, str) for a, b in pairwise(turn.content)), "texts touch"

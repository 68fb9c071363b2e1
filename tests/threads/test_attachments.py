"""Files that go with a message: text in the text, pictures beside it, the same as in imported threads."""

from __future__ import annotations

import base64
import json

import pytest

from compare.errors import ImportFormatError
from compare.records import Candidate, Message, Thread
from compare.threads.attachments import MAX_IMAGE_BYTES, Attached, images_of, with_attachments
from compare.threads.importers import read_text
from compare.threads.prompts import fixed_prompt
from compare.threads.shaping import shape

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
PICTURE = Attached("lamp.png", PNG)


def test_a_text_file_stands_in_the_text_under_its_name() -> None:
    message = with_attachments("What is wrong here?", [Attached("app.log", b"\xef\xbb\xbferror 4417\n")])
    assert message == Message("user", "What is wrong here?\n\napp.log:\n```\nerror 4417\n```")


def test_a_fence_inside_the_file_does_not_end_it() -> None:
    message = with_attachments("", [Attached("a.md", b"````\ncode\n````")])
    assert message.text == "a.md:\n`````\n````\ncode\n````\n`````"


def test_a_picture_stands_beside_the_text_and_is_named_in_it() -> None:
    message = with_attachments("Is this the lamp?", [PICTURE])
    assert message.text == "Is this the lamp?\n\n[picture: lamp.png]"
    [image] = images_of(message)
    assert (image.media_type, base64.b64decode(image.base64)) == ("image/png", PNG)


def test_it_is_what_the_bytes_say_not_what_the_name_says() -> None:
    [image] = images_of(with_attachments("?", [Attached("lamp.jpg", PNG)]))
    assert image.media_type == "image/png"


def test_a_picture_of_an_imported_thread_is_sent_and_one_by_address_is_not_fetched() -> None:
    url = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    parts = [
        {"type": "image_url", "image_url": {"url": url}},
        {"type": "image_url", "image_url": {"url": "https://example.com/x.png"}},
        {"type": "text", "text": "Which one?"},
    ]
    read = read_text(json.dumps([{"role": "user", "content": parts}]), source="paste")
    [sent] = fixed_prompt(read.threads[0].messages).messages
    assert [image.media_type for image in sent.images] == ["image/png"]
    assert "Which one?" in sent.content


@pytest.mark.parametrize("preparation", ["clean@1", "framed@1", "transcript@1"])
def test_a_preparation_keeps_the_pictures(preparation: str) -> None:
    thread = [with_attachments("Look.", [PICTURE]), Message("assistant", "Nice."), Message("user", "And now?")]
    shaped = shape(fixed_prompt(thread), Candidate("m", preparation=preparation))
    assert sum(len(message.images) for message in shaped.sent.messages) == 1


def test_the_same_words_with_another_picture_are_another_thread_and_another_prompt() -> None:
    other = Attached("lamp.png", PNG + b"1")
    one, two = (Thread((with_attachments("?", [file]),)) for file in (PICTURE, other))
    assert one.content_sha256 != two.content_sha256
    assert fixed_prompt(one.messages).sha256 != fixed_prompt(two.messages).sha256


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (Attached("plan.pdf", b"%PDF"), "plan.pdf cannot be attached"),
        (Attached("lamp.png", b"GIFT"), "lamp.png is no PNG, JPEG, GIF or WebP picture"),
        (Attached("old.txt", b"gr\xfc\xdfe"), r"old.txt is not UTF-8 text \(byte 2\)"),
        (
            Attached("big.png", PNG + b"0" * MAX_IMAGE_BYTES),
            "big.png has 5,242,908 bytes; a picture may have 5,242,880",
        ),
        (Attached("big.csv", b"0" * (1 << 20) + b"0"), "big.csv has 1,048,577 bytes; a text file may have 1,048,576"),
    ],
)
def test_what_cannot_be_attached_is_named_with_the_reason(file: Attached, said: str) -> None:
    with pytest.raises(ImportFormatError, match=said):
        with_attachments("?", [file])

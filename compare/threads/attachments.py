"""What goes with a message besides its words: pictures, as content parts, and text files, as part of the text.

A message with pictures keeps its OpenAI content parts (`Message.parts_json`); that is how threads are imported, so that
a picture of an imported thread and one that was attached here are the same thing.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from compare.errors import ImportFormatError
from compare.records import Image, Message

IMAGE_TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
"""Media types by the end of a file's name."""
TEXT_ENDINGS = (
    "txt",
    "md",
    "csv",
    "tsv",
    "json",
    "jsonl",
    "yaml",
    "yml",
    "xml",
    "html",
    "log",
    "py",
    "sql",
    "ini",
    "toml",
)
MAX_IMAGE_BYTES = 5 * 1024 * 1024
"""The least that the large providers take."""
MAX_TEXT_BYTES = 1024 * 1024

_DATA_URL = re.compile(r"data:(image/[\w.+-]+);base64,(.*)", re.DOTALL)
_MAGIC = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp"}


class Attached(NamedTuple):
    """A file that goes with a message."""

    name: str
    content: bytes


def with_attachments(text: str, files: Sequence[Attached]) -> Message:
    """A user's message with files: text files stand in its text under their names, pictures beside it.

    Raises:
        ImportFormatError: a file is of another kind, too large, not text, or not the picture that its name says.
    """
    told, images = [text] if text.strip() else [], []
    for file in files:
        ending = file.name.rpartition(".")[2].lower()
        if ending in IMAGE_TYPES:
            images.append(_picture(file))
            told.append(f"[picture: {file.name}]")
        elif ending in TEXT_ENDINGS:
            told.append(_text_file(file))
        else:
            known = ", ".join((*IMAGE_TYPES, *TEXT_ENDINGS))
            raise ImportFormatError(f"{file.name} cannot be attached. Pictures and text files can: {known}.")
    whole = "\n\n".join(told)
    if not images:
        return Message("user", whole)
    parts: list[dict[str, Any]] = [
        {"type": "image_url", "image_url": {"url": f"data:{image.media_type};base64,{image.base64}"}}
        for image in images
    ]
    body = {"role": "user", "content": [*parts, {"type": "text", "text": whole}]}
    return Message("user", whole, parts_json=json.dumps(body, ensure_ascii=False))


def images_of(message: Message) -> tuple[Image, ...]:
    """The pictures that a message carries itself; one that it only names by an address is not fetched."""
    if "data:image/" not in message.parts_json:
        return ()
    body = json.loads(message.parts_json)
    content = body.get("content") if isinstance(body, dict) else None
    found = (_image(part) for part in content) if isinstance(content, list) else ()
    return tuple(image for image in found if image is not None)


def _image(part: object) -> Image | None:
    named = part.get("image_url") if isinstance(part, dict) else None
    url = named.get("url") if isinstance(named, dict) else named
    match = _DATA_URL.fullmatch(url) if isinstance(url, str) else None
    return Image(match[1], match[2]) if match else None


def _picture(file: Attached) -> Image:
    if len(file.content) > MAX_IMAGE_BYTES:
        raise ImportFormatError(
            f"{file.name} has {len(file.content):,} bytes; a picture may have {MAX_IMAGE_BYTES:,}. Make it smaller."
        )
    kind = next((kind for magic, kind in _MAGIC.items() if file.content.startswith(magic)), None)
    if kind is None:
        raise ImportFormatError(f"{file.name} is no PNG, JPEG, GIF or WebP picture, whatever its name says.")
    return Image(kind, base64.b64encode(file.content).decode())


def _text_file(file: Attached) -> str:
    if len(file.content) > MAX_TEXT_BYTES:
        raise ImportFormatError(
            f"{file.name} has {len(file.content):,} bytes; a text file may have {MAX_TEXT_BYTES:,}. Attach a part."
        )
    try:
        content = file.content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise ImportFormatError(f"{file.name} is not UTF-8 text (byte {exc.start}). Save it as UTF-8.") from exc
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", content)), default=0))
    return f"{file.name}:\n{fence}\n{content.rstrip()}\n{fence}"

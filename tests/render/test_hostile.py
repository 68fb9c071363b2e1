"""Text that attacks: 48 payloads in five places each; nothing but the allow-list may come out."""

from __future__ import annotations

import pytest

from compare.render.blocks import BlockStream
from compare.render.markdown import ALLOWED_CLASSES, TAGS, to_html
from tests.render.reading import Reading

HOST = "http://127.0.0.1:9/"
PAYLOADS = [
    "<script>fetch('HOSTs')</script>",
    "<img src=HOSTa onerror=alert(1)>",
    "<svg onload=alert(1)><use href='HOSTb#x'/></svg>",
    "<svg><style>@import 'HOSTc'</style></svg>",
    "<iframe src=HOSTd></iframe>",
    '<iframe srcdoc="<script>parent.x=1</script>"></iframe>',
    "<link rel=stylesheet href=HOSTe>",
    "<link rel=preload as=image href=HOSTf>",
    "<style>body{background:url(HOSTg)}</style>",
    "<object data=HOSTh></object>",
    "<embed src=HOSTi>",
    "<meta http-equiv=refresh content='0;url=HOSTj'>",
    "<base href=HOSTk>",
    "<form action=HOSTl><button>go</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<math><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<video src=HOSTm autoplay></video>",
    "<audio src=HOSTn autoplay></audio>",
    "<a href='javascript:alert(1)'>x</a>",
    "<template><script>alert(1)</script></template>",
    "<p style='background:url(HOSTo)'>x</p>",
    "<body onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](vbscript:msgbox)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](data:image/png;base64,AAAA)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    '[x](HOSTp "title\' onmouseover=alert(1) \\" x")',
    "[x](<HOSTq onmouseover=alert(1)>)",
    "![x](HOSTr)",
    '![x](HOSTs "t" onerror=alert(1))',
    "[![x](HOSTt)](HOSTu)",
    "| ![x](HOSTv) | <img src=HOSTw> |\n|---|---|\n| <script>alert(1)</script> | ![y](HOSTx) |",
    "# ![x](HOSTy) <img src=x onerror=alert(1)>",
    '```"><img src=HOSTz onerror=alert(1)>\ncode\n```',
    "```html\n<script>alert(1)</script><img src=HOST1>\n```",
    "<HOST2>",
    '[ref][1]\n\n[1]: javascript:alert(1) "onclick=alert(1)"',
    "$\\href{javascript:alert(1)}{x}$ $$\\url{HOST3}$$",
    "line\u2028<script>alert(1)</script>\u2029",
    "<form id=body><input name=innerHTML><img name=getElementById>",
    "<div class='rp-pane st-key-vote' id=root data-pane=0 data-u='HOST4' role=button>fake</div>",
]
PLACES = ["{}", "a {} b", "> {}", "- item\n\n  {}", "{}{}"]


def assert_inert(html: str) -> None:
    reading = Reading(html)
    assert reading.other == []
    for tag, attrs in reading.tags:
        assert tag in TAGS
        for name, value in attrs.items():
            assert (tag, name) in {
                ("a", "role"),
                ("a", "tabindex"),
                ("a", "data-u"),
                ("ol", "start"),
                ("li", "value"),
            } or (name == "class" and set((value or "").split()) <= ALLOWED_CLASSES.get(tag, set())), (tag, name, value)


def test_there_are_48_payloads() -> None:
    assert len(set(PAYLOADS)) == 48


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_comes_out_inert_wherever_it_stands(payload: str) -> None:
    payload = payload.replace("HOST", HOST)
    for place in PLACES:
        assert_inert(to_html(place.replace("{}", payload)))


def test_all_payloads_streamed_together_come_out_inert() -> None:
    stream = BlockStream()
    text = "\n\n".join(PAYLOADS) + "\n" + " ".join(PAYLOADS)
    for k in range(0, len(text), 6):
        stream.feed(text[k : k + 6])
    stream.finish()
    assert len(stream.blocks) > 40
    for _, html in stream.blocks:
        assert_inert(html)


def test_no_target_with_a_running_scheme_becomes_a_link() -> None:
    for payload in PAYLOADS:
        for _, attrs in Reading(to_html(payload)).tags:
            target = (attrs.get("data-u") or "").lower()
            assert not target.startswith(("javascript", "vbscript", "file", "data:text"))


@pytest.mark.parametrize(
    "text",
    ["[" * 20_000, "![" * 10_000, "*a**" * 5_000, "\\(" * 10_000, "$a_" * 10_000, "`a" * 10_000, "<" * 20_000,
     "[a](<" * 5_000, "> " * 30 + "x\n" * 500, "~~a" * 5_000, "&a" * 20_000, "[a]: b\n" * 2_000],
    ids=lambda text: text[:6],
)  # fmt: skip
def test_repeated_marks_neither_break_nor_stall_the_renderer(text: str) -> None:
    html = to_html(text)
    assert_inert(html)
    assert len(html) < 20 * len(text) + 1_000

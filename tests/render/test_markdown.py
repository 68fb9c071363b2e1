"""The reader sees what the model wrote: strings that other viewers rewrite, hide or load."""

from __future__ import annotations

import pytest

from compare.render.markdown import MAX_NESTING, to_html, turn_html
from tests.render.reading import Reading, read

AS_WRITTEN = [
    "It costs $5 now and $10 later",
    "from $5 -> $10, x <- y, a => b, a <=> b",
    "1 - 2 -- 3 --- 4 ... (c) (tm) +-",
    "x >= 3 and y <= 4 and z ~= 5 and w != 6",
    ":rocket: :smile: :+1:",
    ":material/home: :red[danger] :blue-badge[new]",
    "\"straight\" and 'single' quotes stay",
    "\u201ccurly\u201d and \u2018single\u2019 quotes stay \u2013 and \u2014 too",
    "A literal <b>bold</b> tag and <!-- a comment --> and List<String>",
    "<div>not a box</div>",
    "<script>alert(1)</script>",
    "a footnote[^1] stays",
    "[ ] not a box, [x] nor this",
    "http://bare.example/address is text, as is www.example.com and me@example.com",
    "3:4:5 ratio at 12:30:00",
    "snake_case_name and another_one_",
    "AT&T, R&D and &unknown; stay",
    "100% of C:\\Users\\me and \\n and \\alpha",
    r"\(a_1 + b_{2}\) and \[x^2 * y * z\]",
    "$a_1 * b_2 * c$ is TeX",
    "$$\\frac{a}{b} \\, \\{x\\} \\\\ y$$",
    "Buy 2 for $5 = $10 and save $2_000 (a_1)",
    "Between $3 x 4_a and $6 x 7_b lies a^2 of $9",
    "$1,299.00 (= 1.299,00 \u20ac) or $108.25/mo, i.e. $0.15/min",
    "a price of $ 5 and a cost of $ 7_000_000",
    r"inline \(\frac{a_1}{b^*} \leq *c*\) and \[\sum_{i=1}^{n} x_i * y_i\] stay",
    r"from $x_1 * x_2$ to $y_{max}$ at $5 each",
    "$$E = m*c*c$$ costs $5",
    "US$5, A$6 and 7$ and $8/$9",
    "Rating: $$$ of $$$$",
    "2 * 3 * 4 = 24",
    "5*4 is 20 and **",
    "~not struck~out and tilde ~ alone",
    "tab\tinside",
    "\u05e9\u05dc\u05d5\u05dd olam \u05e2\u05d5\u05dc\u05dd",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 keeps its joiner",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 keeps its joiners",
    "caf\u00e9 na\u00efve \u65e5\u672c\u8a9e \u0e44\u0e17\u0e22",
    "| not | a | table |",
    "#hashtag is no heading",
    "in 1986. That was a year",
    "==highlight== and ++insert++ and ^sup^",
    "{{ template }} {% tag %} ${variable} <%= erb %>",
    "@user mentioned #123 in org/repo#4",
    "Note[1] and [2, p. 3] are citations",
    "[[wiki link]] and [[1]]",
    "!not an image",
    "x^2 and y_1",
    "&&& ||| ;;; %%%",
]


@pytest.mark.parametrize("text", AS_WRITTEN)
def test_text_reads_as_it_was_written(text: str) -> None:
    assert read(to_html(text)) == text


REMADE = [
    ("**bold** and *it* and ~~out~~ and `code`", "bold and it and out and code"),
    ("# Title\n\npara", "Title\npara"),
    ("line one\nline two", "line one\nline two"),
    ("- a\n- b\n  1. c\n  2. d\n     - e", "a\nb\nc\nd\ne"),
    ("- [ ] open\n- [x] done", "[ ] open\n[x] done"),
    ("| a | b |\n|---|--:|\n| 1 | $2 -> $3 |", "a\nb\n1\n$2 -> $3"),
    ("[policy](https://x.example/p)", "policy (https://x.example/p)"),
    ('[a](https://x.example "the title")', 'a (https://x.example "the title")'),
    ("[https://bank.example](https://evil.example)", "https://bank.example (https://evil.example)"),
    ("[https://bank.example](https://bank.example)", "https://bank.example"),
    ("<https://x.example/a>", "https://x.example/a"),
    ("![cat](http://x.example/c.png)", "image not loaded: cat (http://x.example/c.png)"),
    ("![](data:image/png;base64,AAAA)", "image not loaded: (data:image/png;base64,AAAA)"),
    ("[click](javascript:alert(1))", "[click](javascript:alert(1))"),
    ("see [a][1]\n\n[1]: https://x.example 'T'", "see a (https://x.example \"T\")\n[1]: https://x.example 'T'"),
    ("[^1]: https://x.example", "[^1]: https://x.example"),
    ("```python x=1\nprint('$5')\n```", "python x=1\nprint('$5')"),
    ("```mermaid\ngraph TD; A-->B\n```", "mermaid\ngraph TD; A-->B"),
    ("    indented $code$", "indented $code$"),
    ("$$\na\n- b \\\\ c\n$$", "$$\na\n- b \\\\ c\n$$"),
    ("\\[\nx = 1\n+ 2\n\\]", "\\[\nx = 1\n+ 2\n\\]"),
    ("|a|b|\n|-|-|\n|1|`x|y`|3|", "a\nb\n1\nx | y | 3"),
    ("> quoted\n> > deeper", "quoted\ndeeper"),
    ("a\u202eb\u200bc\x00d\x1b[31me\x07", "aU+202EbU+200BcU+0000dU+001B[31meU+0007"),
    ("a\u200db", "aU+200Db"),
    ("`\u2066x`", "U+2066x"),
    ("```\n\u202eabc\n```", "U+202Eabc"),
    ("tag \U000e0041\U000e0042 soft\u00adhyphen \ufeff", "tag U+E0041U+E0042 softU+00ADhyphen U+FEFF"),
    ("half \ud83d of a pair", "half \ufffd of a pair"),
    ("carriage\r\nreturn\rlines", "carriage\nreturn\nlines"),
    ("", ""),
    ("   \n \n", ""),
]


@pytest.mark.parametrize(("text", "seen"), REMADE)
def test_markup_is_read_and_nothing_is_lost(text: str, seen: str) -> None:
    assert read(to_html(text)) == seen


@pytest.mark.parametrize(
    "text", ["from **$5** to *$10*", "- $5 for *one_two*, $6 for **three**", "| a | b |\n|--|--|\n| **$5** | *$6* |"]
)
def test_a_price_does_not_make_tex_of_the_words_up_to_the_next(text: str) -> None:
    tags = {tag for tag, _ in Reading(to_html(text)).tags}
    assert {"strong", "em"} <= tags
    assert "*" not in read(to_html(text))


@pytest.mark.parametrize("tex", [r"\(a_1 * b_2 * c\)", r"\[a_1 * b_2 * c\]", "$a_1 * b_2 * c$", "$$a_1 * b_2 * c$$"])
def test_inside_tex_nothing_is_markup_and_around_it_all_is(tex: str) -> None:
    html = to_html(f"**so** {tex} *then*\n\n- {tex}\n\n| {tex} | x |\n|---|---|\n| {tex} | $5 |")
    assert read(html) == f"so {tex} then\n{tex}\n{tex}\nx\n{tex}\n$5"
    assert Reading(html).count("em") == Reading(html).count("strong") == 1


def test_a_link_is_inert_and_carries_its_target_as_data() -> None:
    link = next(attrs for tag, attrs in Reading(to_html("[a](https://x.example/?q=1&r=2)")).tags if tag == "a")
    assert link == {"role": "link", "tabindex": "0", "data-u": "https://x.example/?q=1&r=2"}


def test_an_address_in_another_alphabet_is_printed_in_its_true_form() -> None:
    assert "xn--pple-43d.com" in read(to_html("[apple](https://\u0430pple.com)"))


def test_a_long_address_is_printed_in_part_with_its_length() -> None:
    assert "... 1014 characters" in read(to_html(f"![x](http://h/?{'a' * 1004})"))


def test_list_numbers_are_those_that_were_written() -> None:
    items = [attrs for tag, attrs in Reading(to_html("2. a\n3. b\n7. c\n8. d")).tags if tag in ("ol", "li")]
    assert items == [{"start": "2"}, {}, {}, {"value": "7"}, {}]


def test_a_list_of_ones_counts_up() -> None:
    assert "value" not in to_html("1. a\n1. b\n1. c")


def test_column_alignment_is_a_class_not_a_style() -> None:
    html = to_html("|a|b|c|\n|:-|:-:|-:|\n|1|2|3|")
    assert 'class="ta-center"' in html
    assert "style" not in html


def test_link_definitions_are_shared_by_the_blocks_of_one_document() -> None:
    env: dict[str, object] = {}
    to_html("[1]: https://x.example", env)
    assert 'data-u="https://x.example"' in to_html("[a][1]", env)
    assert "data-u" not in to_html("[a][1]")


@pytest.mark.parametrize(
    "text",
    [">" * 200 + " deep", "- " * 300 + "deep", "\n".join("  " * k + "- x" for k in range(120)) + " deep"],
)
def test_text_nested_beyond_measure_is_shown_as_it_is(text: str) -> None:
    html = to_html(text)
    assert Reading(html).tags[0][0] == "pre"
    assert read(html).endswith("deep")


def test_ordinary_nesting_is_rendered() -> None:
    assert Reading(to_html("> " * (MAX_NESTING // 2) + "x")).count("blockquote") == MAX_NESTING // 2


def test_code_is_coloured_with_few_classes_and_unchanged_text() -> None:
    source = "@app.get('/')\ndef f(x: int) -> str:\n    # note\n    return 'a' + str(1.5)  # <b>\n"
    reading = Reading(to_html(f"```python\n{source}```"))
    assert reading.text.endswith(source.rstrip().splitlines()[-1].strip())
    assert {attrs["class"] for tag, attrs in reading.tags if tag == "span"} == {"rp-lang", "hf", "hk", "hc", "hs", "hm"}


@pytest.mark.parametrize("language", ["nosuchlanguage", "", "python; rm -rf", "<b>"])
def test_code_in_an_unknown_language_stays_plain(language: str) -> None:
    assert read(to_html(f"```{language}\nx = 1\n```")).endswith("x = 1")


def test_an_earlier_turn_names_its_number_role_and_note() -> None:
    assert read(turn_html(3, "user", to_html("hello"), "<from B>")) == "3 user <from B>\nhello"

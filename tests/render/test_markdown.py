"""The reader sees what the model wrote: strings that other viewers rewrite, hide or load."""

from __future__ import annotations

import pytest

from compare.render.markdown import MAX_NESTING, to_html, turn_html
from tests.render.reading import Reading, read
from tests.render.strings import ALONE, AS_WRITTEN, REMADE


@pytest.mark.parametrize("text", [*AS_WRITTEN, *ALONE])
def test_text_reads_as_it_was_written(text: str) -> None:
    assert read(to_html(text)) == text


@pytest.mark.parametrize(("text", "seen"), REMADE)
def test_markup_is_read_and_nothing_is_lost(text: str, seen: str) -> None:
    assert read(to_html(text)) == seen


def test_lines_of_a_poem_keep_their_indent() -> None:
    lines = "".join(Reading(to_html("a\n    b\n\tc")).parts).splitlines()
    assert [line for line in lines if line] == ["a", "    b", "\tc"]


def test_a_list_in_arabic_has_its_marks_on_the_right() -> None:
    lists = [
        attrs
        for tag, attrs in Reading(to_html("3. \u0645\u0631\u062d\u0628\u0627\n\n> - x")).tags
        if tag in ("ol", "ul")
    ]
    assert lists == [{"dir": "auto", "start": "3"}, {}]
    assert "dir" not in to_html("- a list\n\n> in English")


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

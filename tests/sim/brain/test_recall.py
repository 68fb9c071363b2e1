"""Finding the one value that was asked for, part by part, in whatever words."""

from __future__ import annotations

import pytest

from compare.sim.brain import answer


def large(*messages: tuple[str, str]) -> str:
    return answer(messages, "large", None, 1)


def told(facts: str | list[str], question: str) -> str:
    listed = [facts] if isinstance(facts, str) else facts
    return large(*(("user", f) for f in listed), ("assistant", "Thank you, noted."), ("user", question))


@pytest.mark.parametrize(
    ("fact", "question", "value"),
    [
        ("My membership number is M-30618, the climbing tariff.", "which membership number is it?", "M-30618"),
        (
            "The wifi is called LarchNet and the password is moss-otter-88.",
            "What's the wifi password?",
            "moss-otter-88",
        ),
        (
            "The wifi is called LarchNet and the password is moss-otter-88.",
            "I forgot the wifi password. What was it?",
            "moss-otter-88",
        ),
        ("We can spend at most $3,400 on the kitchen.", "What's the most we can spend on the kitchen?", "$3,400"),
        (
            "We can spend at most $3,400 on the kitchen.",
            "Tell me again: how much can we spend on the kitchen?",
            "$3,400",
        ),
        ("I'm allergic to hazelnuts.", "What am I allergic to?", "hazelnuts"),
        ("I'm allergic to hazelnuts.", "Which food am I allergic to?", "hazelnuts"),
        ("Ingrid is allergic to sesame. Paul is allergic to team games.", "Who is allergic to sesame?", "**Ingrid**"),
        ("Ship it to 17 Alder Lane, please.", "What is the shipping address?", "17 Alder Lane"),
        ("The natural key of a row is the column `valuta_ref`.", "Which column is the natural key?", "valuta_ref"),
        ("The server that keeps crashing is quartz-07.", "Do you remember which server keeps crashing?", "quartz-07"),
        ("My oven reaches 215 °C at most.", "how hot does my oven get at most?", "215 °C"),
        ("The talk may take 25 minutes.", "How long may the talk be?", "25 minutes"),
        ("You can reach the vet at 020 7946 0112.", "How can I reach the vet?", "020 7946 0112"),
        ("The door of the shed is teal.", "What colour is the door of the shed?", "teal"),
        ("We're 23 people for the offsite.", "How many people are we for the offsite?", "23"),
        (
            "Der Zugangscode für das Archiv lautet 72181.",
            "Kannst du mir den Zugangscode für das Archiv nennen?",
            "72181",
        ),
        ("Jonas Weidlich ist für das Archiv zuständig.", "Wer kümmert sich um das Archiv?", "Jonas Weidlich"),
        ("Mein Flug LX 1973 geht am 3. September um 7:15 Uhr.", "Welche Flugnummer habe ich?", "LX 1973"),
        ("Mein Flug LX 1973 geht am 3. September um 7:15 Uhr.", "Um wie viel Uhr geht mein Flug?", "7:15 Uhr"),
        ("Meine Tochter heißt Mathilda.", "Wie heißt meine Tochter?", "Mathilda"),
        (
            "La fianza que pide el señor Ferrer es de 1.340 euros.",
            "¿de cuánto es la fianza del señor Ferrer?",
            "1.340 euros",
        ),
    ],
)
def test_the_value_is_found_however_it_is_asked_for(fact: str, question: str, value: str) -> None:
    assert value in told(fact, question)


@pytest.mark.parametrize(
    ("fact", "question", "rival"),
    [
        ("The gate code for the south warehouse is 7731.", "What is the gate code for the north warehouse?", "7731"),
        ("The code for locker B is 5512.", "What is the code for locker A?", "5512"),
        ("Tomas's badge number is 56775.", "What is Priya's badge number?", "56775"),
        ("Priya's badge number is 56775.", "What is my badge number?", "56775"),
        ("The train to Turin leaves at 9:40.", "When does the train to Porto leave?", "9:40"),
        ("Room 214 has the code 9981.", "What is the code of room 305?", "9981"),
        ("The red cabinet weighs 40 kg.", "How much does the blue cabinet weigh?", "40 kg"),
        ("Die Miete für das Archiv beträgt 755 Euro.", "Wie hoch ist die Miete für das Labor?", "755"),
        ("Could you give me the gate code?", "What is the gate code?", "**"),
    ],
)
def test_a_value_about_another_thing_is_no_answer(fact: str, question: str, rival: str) -> None:
    text = told(fact, question)
    assert rival not in text
    assert "not mentioned" in text or "don't see" in text or "nicht erwähnt" in text


@pytest.mark.parametrize(
    ("facts", "question", "new", "old"),
    [
        (
            ["The meeting with the landlord is at 15:00.", "Actually, make it 16:30."],
            "When is the meeting with the landlord?",
            "16:30",
            "15:00",
        ),
        (
            ["The budget for the party is $800.", "Sorry, my mistake: the budget for the party is $950, not $800."],
            "What is the budget for the party?",
            "$950",
            "$800",
        ),
        (
            ["The gate code is 7731.", "They changed the gate code from 7731 to 2280."],
            "What is the gate code?",
            "2280",
            "7731",
        ),
        (
            ["I booked room 214 for the workshop.", "The hotel moved us to room 305 instead of room 214."],
            "Which room is the workshop in?",
            "305",
            "214",
        ),
        (
            ["Delivery is planned for 4 March.", "Delivery is now planned for 11 March."],
            "When is the delivery planned?",
            "11 March",
            "4 March",
        ),
        (["My flight number is QX 482.", "Scratch that, it's QX 915."], "What's my flight number?", "QX 915", "QX 482"),
        (
            ["Der Termin beim Notar ist am 12. Mai.", "Der Termin beim Notar wurde auf den 19. Mai verschoben."],
            "Wann ist der Termin beim Notar?",
            "19. Mai",
            "12. Mai",
        ),
        (
            ["Wir sind 14 Personen am Samstag.", "Tut mir leid, wir sind doch 16 Personen, nicht 14."],
            "Wie viele Personen sind wir am Samstag?",
            "16",
            "14",
        ),
    ],
)
def test_a_corrected_value_replaces_the_old_one(facts: list[str], question: str, new: str, old: str) -> None:
    text = told(facts, question)
    assert new in text
    assert old not in text


def test_the_original_value_is_given_when_it_is_asked_for() -> None:
    text = told(
        ["The budget is 4,200 EUR.", "Actually, let's change the budget to 4,650 EUR."], "What was the original budget?"
    )
    assert "**4,200 EUR**" in text
    assert "4,650" not in text


def test_a_change_of_another_thing_changes_nothing() -> None:
    text = told(
        ["The train to Lisbon leaves at 14:33.", "Correction: the train to Leeds leaves at 20:23."],
        "What time is the train to Lisbon?",
    )
    assert "14:33" in text
    assert "20:23" not in text


def test_each_part_of_a_question_is_answered_on_its_own() -> None:
    facts = ["The gate code is 7731 and the deadline is 12 May.", "The contact is Petra Lindqvist."]
    text = told(facts, "What are the gate code, the deadline and the budget, and who is the contact?")
    for value in ("7731", "12 May", "Petra Lindqvist"):
        assert f"**{value}**" in text
    assert "| Budget | not mentioned" in text


def test_a_short_reply_is_understood_from_the_question_before_it() -> None:
    text = large(
        ("assistant", "Could you please give me your user ID?"),
        ("user", "Sure, it is mia_li_3668."),
        ("assistant", "Thank you."),
        ("user", "Which user ID did I give you?"),
    )
    assert "mia_li_3668" in text


def test_several_answers_to_one_question_are_all_listed() -> None:
    text = told(["The reservation codes are M05KNL and UHDAHF."], "What are the reservation codes?")
    assert "M05KNL" in text
    assert "UHDAHF" in text


def test_program_text_is_no_source_where_somebody_has_said_it() -> None:
    code = "The key is the column `order_ref`.\n\n```sql\nSELECT natural_key FROM rows ORDER BY id\n```"
    assert "**order_ref**" in told(code, "Which column is the key?")

"""What the simulated models say around their thoughts, in English and German: data, no logic."""

from __future__ import annotations

from collections.abc import Mapping

EN: Mapping[str, str] = {
    # what the last message wants; the keys after the first two are the moves of moves.py
    "question": "The question is {what}.",
    "questions": "There are {n} questions to answer: {what}.",
    "ask": "The question is {what}.",
    "recap": "A summary of what was said so far is wanted.",
    "first": "It is about how this conversation began.",
    "request": "Something is to be done: {what}.",
    "go_ahead": "That agrees to what was put forward before.",
    "statement": "Something is told rather than asked: {what}.",
    "thanks": "That is a thank-you; a closing word is enough.",
    "greeting": "That is a greeting, so there is nothing to find out.",
    # where it looked
    "nothing_before": "No message comes before it, so there is nothing to look through.",
    "all_forgotten": "Messages before it: {n}; none of them is in my memory any more.",
    "looked_in": "I look through {where}.",
    "forgotten": "Of those before it, {n} are no longer in my memory.",
    "message": "message {numbers}",
    "messages": "messages {numbers}",
    "span": "{first} to {last}",
    "and": "and",
    "or": "or",
    # what it looked for
    "sought": "I need {kinds} that goes with {words}.",
    "sought_kind": "I need {kinds}.",
    "sought_words": "I need a passage about {words}.",
    # what came of it
    "found_value": "It stands in {where}: {what}.",
    "found_passage": "The passage is in {where}.",
    "corrected": "That replaces an earlier version.",
    "related": "What bears on it is in {where}.",
    "nearby": "Nothing answers it; what is said in {where} comes closest.",
    "advice": "It is a matter of judgement; what is said in {where} should be weighed.",
    "judgement": "It is a matter of judgement rather than of something said.",
    "missing": "It is not said anywhere there, so I must say so and not guess.",
    "bears": "What is in {where} should be kept in mind.",
    "aim": "What is to be achieved was said in {where}.",
}
DE: Mapping[str, str] = {
    "question": "Die Frage lautet {what}.",
    "questions": "Es sind {n} Fragen zu beantworten: {what}.",
    "ask": "Die Frage lautet {what}.",
    "recap": "Gewünscht ist eine Zusammenfassung des bisher Gesagten.",
    "first": "Es geht darum, wie dieses Gespräch begonnen hat.",
    "request": "Es soll etwas getan werden: {what}.",
    "go_ahead": "Das stimmt dem zu, was zuvor vorgeschlagen wurde.",
    "statement": "Hier wird etwas mitgeteilt und nicht gefragt: {what}.",
    "thanks": "Das ist ein Dank; ein Schlusswort genügt.",
    "greeting": "Das ist ein Gruß, also gibt es nichts herauszufinden.",
    "nothing_before": "Davor steht keine Nachricht, also gibt es nichts zu durchsuchen.",
    "all_forgotten": "Nachrichten davor: {n}; keine davon ist noch in meinem Gedächtnis.",
    "looked_in": "Durchsucht: {where}.",
    "forgotten": "Von denen davor sind {n} nicht mehr in meinem Gedächtnis.",
    "message": "Nachricht {numbers}",
    "messages": "Nachrichten {numbers}",
    "span": "{first} bis {last}",
    "and": "und",
    "or": "oder",
    "sought": "Gesucht: {kinds}, passend zu {words}.",
    "sought_kind": "Gesucht: {kinds}.",
    "sought_words": "Gesucht: eine Stelle zu {words}.",
    "found_value": "Gefunden in {where}: {what}.",
    "found_passage": "Die Stelle ist in {where}.",
    "corrected": "Das ersetzt eine frühere Fassung.",
    "related": "Was damit zu tun hat, steht in {where}.",
    "nearby": "Nichts beantwortet es; am nächsten kommt, was in {where} steht.",
    "advice": "Das ist eine Frage des Abwägens; zu bedenken: {where}.",
    "judgement": "Das ist eine Frage des Abwägens und nicht von etwas Gesagtem.",
    "missing": "Es steht dort nirgends, also sage ich das und rate nicht.",
    "bears": "Zu bedenken bleibt: {where}.",
    "aim": "Was erreicht werden soll, steht in {where}.",
}
THINKING_PHRASES: Mapping[str, Mapping[str, str]] = {"en": EN, "de": DE}

KINDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "url": "an address on the web", "email": "an e-mail address", "date": "a date", "time": "a time of day",
        "address": "an address", "money": "an amount of money", "duration": "a length of time", "measure": "a measure",
        "phone": "a phone number", "code": "a code", "number": "a number", "counted": "a count", "name": "a name",
    },
    "de": {
        "url": "eine Internetadresse", "email": "eine E-Mail-Adresse", "date": "ein Datum", "time": "eine Uhrzeit",
        "address": "eine Anschrift", "money": "ein Geldbetrag", "duration": "eine Dauer", "measure": "ein Maß",
        "phone": "eine Telefonnummer", "code": "ein Code", "number": "eine Zahl", "counted": "eine Anzahl",
        "name": "ein Name",
    },
}  # fmt: skip
"""What a kind of value is called (values.ValueKind)."""

__all__ = ["KINDS", "THINKING_PHRASES"]

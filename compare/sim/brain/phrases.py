"""What the simulated models say around their findings, in English and German: data, no logic.

Every entry is a set of alternatives that mean the same. Names in braces are filled in by the voices. No phrase holds a
number, so that nothing but the thread can put one into an answer. German avoids "du" and "Sie", as either may be wrong.
"""

from __future__ import annotations

from collections.abc import Mapping

Phrases = Mapping[str, tuple[str, ...]]

EN: Phrases = {
    # one value
    "is": ("{Topic} is **{value}**.", "{Topic}: **{value}**.", "I have {topic} as **{value}**."),
    "is_bare": ("That is **{value}**.", "The answer is **{value}**.", "It is **{value}**."),
    "passage_is": ("On {topic}, this is what was said:", "For {topic}, this is the passage that settles it:"),
    "passage_bare": ("This is what was said on that:", "Here is the passage that answers it:"),
    "user_said": ('You wrote: "{quote}"', 'You told me: "{quote}"', 'Your words were: "{quote}"'),
    "assistant_said": ('I said earlier: "{quote}"', 'My earlier message has it: "{quote}"'),
    "system_said": ('The instructions for this conversation say: "{quote}"',),
    "record_said": ('The record shows: "{quote}"', 'It is in the record: "{quote}"'),
    "by_user": ("your message", "what you wrote"),
    "by_assistant": ("my earlier message", "an earlier reply of mine"),
    "by_system": ("the instructions for this conversation",),
    "by_record": ("the record that was looked up",),
    "corrected": (
        "This is the corrected version; what stood before it no longer holds.",
        "It was changed along the way, so I am giving you the later version.",
    ),
    "original": ("This is how it stood originally, before any change.",),
    "unchanged": (
        "I see no later message that changes it.",
        "Nothing that came later in what I can see contradicts it.",
    ),
    "close_found": (
        "If it has changed since then, tell me and I will go by the new version from here on.",
        (
            "Let me know if you would like me to use it in the next step, or if something about it has changed in the "
            "meantime."
        ),
        "Say so if that is out of date, and I will work with the newer version instead.",
        "I can carry it over into whatever comes next; just tell me if it should be put differently.",
    ),
    "close_many": (
        "Those are all the points you asked about; tell me if one of them is out of date.",
        "If one of these has changed in the meantime, tell me which and I will go by the newer version.",
        "That should cover what you asked. Say so if you need any of it in other words.",
    ),
    "where": ("It stands in {who} (message {number}).", "You find it in message {number}, in {who}."),
    "message": ("message {number}",),
    "several": ("There is more than one, so here they are:", "I find several of them:"),
    # nothing found
    "missing": (
        (
            "I don't see {topic} anywhere in the part of our conversation that I have in front of me, so I can't tell "
            "you without guessing."
        ),
        (
            "I can't find {topic} in what I can see of our conversation. It is not mentioned there, and I would "
            "rather not guess."
        ),
        "As far as I can see, {topic} is not mentioned in this conversation, and a guess would not help you.",
    ),
    "missing_bare": (
        (
            "I don't see the answer to that anywhere in the part of our conversation that I have in front of me, so I "
            "can't tell you without guessing."
        ),
        (
            "I can't find that in what I can see of our conversation. It is not mentioned there, and I would rather "
            "not guess."
        ),
        "As far as I can see, that is not mentioned in this conversation, and a guess would not help you.",
    ),
    "missing_short": ("not mentioned in what I can see",),
    "ask_again": (
        "Could you share it once more? As soon as I have it, I can carry on from there.",
        "Could you tell me again, or paste the message that has it? Then I can pick it up from there.",
        "If you send it again, I will use it for the rest of this conversation.",
    ),
    "many": (
        "Here is what I have on each point:",
        "One by one, from what was said in this conversation:",
        "Going through your questions in order:",
    ),
    "many_missing": (
        "I'm sorry, but I don't see any of this in the part of our conversation that I have in front of me:",
        "None of these is mentioned in what I can see of our conversation:",
        "I can't find these in the messages I still have in front of me, and I would rather not guess:",
    ),
    "span_one": ("All of it stands in message {first}.", "Everything here comes from message {first}."),
    "span": (
        "This goes back as far as message {first}; the latest of it stands in message {last}.",
        "These come from messages {first} to {last}.",
    ),
    "ask_source": (
        "If you have a text or a note that gives it, paste it here and I will work from that.",
        "If you know where it is written, send me that part, and I will answer from there.",
        "A source would help: with the passage in front of me I can give you the exact answer.",
    ),
    "ask_again_many": (
        "Could you send me what is missing once more? Then I can complete the list.",
        "If you tell me the missing part again, I can fill it in.",
    ),
    "no_thread": (
        "There is nothing in this conversation yet that I could answer from, and I don't want to make something up.",
        "I answer from what is said in this conversation, and so far it does not mention this.",
    ),
    "give_context": (
        (
            "If you paste the relevant text or tell me what you already know, I can work from that: pull out the "
            "details, compare them, or put them in order."
        ),
        (
            "Share the facts or the passage you have in mind, and I will go through it with you and quote what "
            "answers your question."
        ),
    ),
    # passages
    "related": (
        "Here is what our conversation says about that:",
        "From what was said so far:",
        "This is what I can draw on from the conversation:",
    ),
    "related_yesno": (
        "I can't settle that beyond what was said here, but these passages bear on it:",
        "The conversation does not give a plain yes or no; this is what it does say:",
    ),
    "close_related": (
        (
            "That is all the conversation gives me on this point. If you need more than that, tell me which part to "
            "take further."
        ),
        "I have kept to what was said here and added nothing of my own. Which part would you like to go into?",
        (
            "Beyond these passages the conversation is silent, so anything more would be a guess. Tell me what you "
            "want to do with it."
        ),
    ),
    "nearby": (
        "The answer is not mentioned in our conversation. The nearest it comes is this:",
        "That is not mentioned in so many words. What was said closest to it:",
        "I don't see an answer to that in what I can see. The nearest passage is this:",
    ),
    "advice": (
        "That has not been settled in our conversation. These are the points I would go by:",
        "I can only weigh that by what is on the table here, which is this:",
        "For that I would go by what you have told me so far:",
    ),
    "close_advice": (
        "Which of these weighs most for you? With that I can narrow it down to one suggestion.",
        "If one of these no longer holds, or something is missing, tell me before you decide.",
        (
            "My suggestion is to rule out whatever goes against one of these, and then to take the simplest option "
            "that is left."
        ),
    ),
    "close_nearby": (
        (
            "Anything beyond that would be a guess of mine. If you tell me more, or paste what you have on it, I can "
            "take it from there."
        ),
        "If you have more on this, send it to me; I would rather work from your text than from assumptions.",
        "So I would have to guess, and I'd rather not. Which source should I go by?",
    ),
    # the conversation itself
    "recap": ("Here is where we stand:", "To sum up what I have:", "These are the points so far:"),
    "recap_none": ("There is nothing before this message that I could sum up.",),
    "close_recap": (
        "That covers what I can see of our conversation. Tell me if a point is missing, and I will add it.",
        (
            "If something you expected is not on this list, it is not in the part I can see; send it again and I will "
            "add it."
        ),
    ),
    "first": ('The earliest message of yours that I can see is this one: "{quote}"',),
    "first_more": (
        (
            "If you began with something before that, it is outside what I have in front of me. Tell me and I will go "
            "by what you say."
        ),
    ),
    "first_none": ("Your message just now is the first one I can see.",),
    # requests and statements
    "wish": ("Understood: you want {wish}.", "Got it, you would like {wish}.", "All right, so you want {wish}."),
    "heard": (
        'Understood, I have this from you: "{quote}"',
        'Thanks, noted: "{quote}"',
        'All right, you say: "{quote}"',
    ),
    "facts": (
        "From our conversation this bears on it:",
        "Together with what I already have:",
        "What was said before and matters here:",
    ),
    "no_facts": (
        "I have nothing else on this from our conversation so far.",
        "What I can see of our conversation has no further details on it.",
    ),
    "goal": (
        'This belongs to what you asked for earlier: "{quote}"',
        'As I understand it, the aim is still this: "{quote}"',
    ),
    "no_goal": (
        "I don't see in front of me what you are trying to get done overall. Could you tell me in one line?",
        "What I am missing is the larger aim: could you say again what you want to achieve?",
    ),
    "next_request": (
        (
            "Please confirm that these points are right and add any detail that is missing. Nothing is changed before "
            "you do."
        ),
        "I suggest that you check these points and say yes or correct them; then we go through with it.",
        "If this is right, tell me to go ahead; if a detail is wrong, give me the right one first.",
    ),
    "next_request_bare": (
        (
            "To go on I need the details: what exactly it concerns, and anything that must be observed. Then I can "
            "set out the steps."
        ),
        (
            "Please give me the particulars that belong to it, such as names, dates or references, and I will put the "
            "steps in order."
        ),
    ),
    "next_statement": (
        "I will keep that in mind for the rest of this conversation. What would you like to do next?",
        "I will work with that from here. Tell me what the next step should be.",
        "It is taken into account from now on. Where should we go from here?",
    ),
    "go_ahead": (
        "Good, I take that as your go-ahead. This is what it covers:",
        "Thank you for confirming. To be clear about what we are going ahead with:",
    ),
    "go_ahead_none": (
        (
            "Thank you for confirming. I don't see in front of me what exactly you are agreeing to, though; could you "
            "name it once more before anything is done?"
        ),
    ),
    "next_go_ahead": (
        "If a point on it is wrong, stop me now; otherwise the next step is to carry it out exactly as listed.",
        "I will go by exactly these points. Tell me at once if one of them should be different.",
    ),
    "thanks": ("You're welcome!", "Glad I could help.", "Happy to help."),
    "thanks_facts": ("To leave things clear, this is how they stand:", "For the record, these points stand:"),
    "close_thanks": (
        "If anything else comes up, just write to me here and I will pick it up from this point.",
        "Come back any time if something needs to change; I will go by what was settled here.",
    ),
    "greeting": (
        (
            "Hello! Tell me what you would like to get done, and share the details you already have. I go by what is "
            "said in this conversation, so names, dates and numbers that you give me here are what I will work with."
        ),
    ),
    # headings and labels
    "head_asked": ("Asked",),
    "head_answer": ("Answer",),
    "head_where": ("Where",),
    "head_related": ("What was said",),
    "head_recap": ("Where we stand",),
    "head_next": ("Next step",),
    "head_first": ("How it began",),
    "source": ("Source",),
    "status": ("Status",),
    "answer": ("Answer",),
}

DE: Phrases = {
    "is": ("{Topic}: **{value}**.", 'Zu "{topic}" habe ich **{value}**.', 'Unter "{topic}" steht hier **{value}**.'),
    "is_bare": ("Die Antwort lautet **{value}**.", "Das ist **{value}**.", "Gefunden habe ich **{value}**."),
    "passage_is": ('Zu "{topic}" wurde Folgendes gesagt:', 'Diese Stelle gehört zu "{topic}":'),
    "passage_bare": ("Dazu wurde Folgendes gesagt:", "Diese Stelle beantwortet es:"),
    "user_said": (
        'So stand es in der Nachricht dazu: "{quote}"',
        'Geschrieben wurde es so: "{quote}"',
        'Die Angabe war: "{quote}"',
    ),
    "assistant_said": ('Ich hatte dazu geschrieben: "{quote}"', 'In meiner früheren Antwort steht: "{quote}"'),
    "system_said": ('In den Vorgaben zu diesem Gespräch steht: "{quote}"',),
    "record_said": ('Im abgerufenen Datensatz steht: "{quote}"',),
    "by_user": ("der Nachricht an mich",),
    "by_assistant": ("meiner früheren Antwort",),
    "by_system": ("den Vorgaben zu diesem Gespräch",),
    "by_record": ("dem abgerufenen Datensatz",),
    "corrected": (
        "Das ist die berichtigte Angabe; was vorher galt, gilt nicht mehr.",
        "Das wurde im Lauf des Gesprächs geändert, deshalb nenne ich die spätere Angabe.",
    ),
    "original": ("So stand es ursprünglich, vor jeder Änderung.",),
    "unchanged": (
        "Eine spätere Nachricht, die das ändert, sehe ich nicht.",
        "Nichts, was danach kam, widerspricht dem.",
    ),
    "close_found": (
        "Falls sich das inzwischen geändert hat, genügt ein kurzer Hinweis, und ab hier gilt die neue Angabe.",
        (
            "Damit kann es im nächsten Schritt weitergehen, es sei denn, daran hat sich in der Zwischenzeit etwas "
            "geändert."
        ),
        "Ist das nicht mehr aktuell, bitte die neue Angabe nennen, dann arbeite ich damit weiter.",
    ),
    "close_many": (
        "Das sind alle Punkte, nach denen gefragt war. Stimmt einer davon nicht mehr, genügt ein kurzer Hinweis.",
        "Falls sich einer dieser Punkte inzwischen geändert hat, bitte sagen, welcher, dann gilt die neue Angabe.",
    ),
    "where": ("Es steht in {who} (Nachricht {number}).", "Zu finden ist es in Nachricht {number}, in {who}."),
    "message": ("Nachricht {number}",),
    "several": ("Davon gibt es mehrere:", "Ich finde mehr als eine Angabe:"),
    "missing": (
        (
            'Zu "{topic}" finde ich nichts in dem Teil unseres Gesprächs, den ich vor mir habe. Es wurde dort nicht '
            "erwähnt, und raten möchte ich nicht."
        ),
        (
            '"{topic}" sehe ich nirgends in dem, was mir von unserem Gespräch vorliegt. Es wurde dort nicht erwähnt, '
            "deshalb kann ich dazu nichts sagen."
        ),
    ),
    "missing_bare": (
        (
            "Dazu finde ich nichts in dem Teil unseres Gesprächs, den ich vor mir habe. Es wurde dort nicht erwähnt, "
            "und raten möchte ich nicht."
        ),
        (
            "Eine Antwort darauf sehe ich nirgends in dem, was mir von unserem Gespräch vorliegt. Es wurde dort nicht "
            "erwähnt."
        ),
    ),
    "missing_short": ("nicht erwähnt, soweit ich sehe",),
    "ask_again": (
        "Bitte noch einmal schicken; sobald ich die Angabe habe, mache ich an dieser Stelle weiter.",
        "Am besten die betreffende Nachricht hier noch einmal einfügen, dann arbeite ich damit weiter.",
    ),
    "many": ("Das habe ich zu den einzelnen Punkten:", "Der Reihe nach, aus dem, was hier gesagt wurde:"),
    "many_missing": (
        "Leider sehe ich nichts davon in dem Teil unseres Gesprächs, den ich vor mir habe:",
        "Diese Punkte finde ich nicht in den Nachrichten, die mir noch vorliegen, und raten möchte ich nicht:",
    ),
    "span_one": ("Alles davon steht in Nachricht {first}.",),
    "span": ("Das reicht bis Nachricht {first} zurück; das Späteste davon steht in Nachricht {last}.",),
    "ask_source": (
        "Gibt es dazu einen Text oder eine Notiz, dann bitte hier einfügen, und ich antworte daraus.",
        "Mit der Stelle, an der es steht, kann ich die genaue Antwort geben.",
    ),
    "ask_again_many": (
        "Das Fehlende bitte noch einmal schicken, dann ergänze ich die Liste.",
        "Sobald ich die fehlende Angabe habe, trage ich sie nach.",
    ),
    "no_thread": (
        "In diesem Gespräch steht noch nichts, woraus ich antworten könnte, und erfinden möchte ich nichts.",
        "Ich antworte aus dem, was in diesem Gespräch gesagt wird, und bisher wurde das nicht erwähnt.",
    ),
    "give_context": (
        (
            "Mit dem passenden Text oder dem, was schon bekannt ist, kann ich arbeiten: Angaben heraussuchen, sie "
            "vergleichen oder in eine Ordnung bringen."
        ),
        (
            "Ein paar Sätze dazu oder die betreffende Stelle genügen, dann gehe ich sie durch und zitiere, was die "
            "Frage beantwortet."
        ),
    ),
    "related": ("Dazu steht in unserem Gespräch:", "Aus dem bisher Gesagten:"),
    "related_yesno": (
        "Ein klares Ja oder Nein gibt das Gespräch nicht her; gesagt wurde aber Folgendes:",
        "Entscheiden kann ich das aus dem Gespräch nicht, diese Stellen gehören aber dazu:",
    ),
    "close_related": (
        "Mehr gibt das Gespräch zu diesem Punkt nicht her. Welcher Teil davon soll vertieft werden?",
        "Ich habe mich an das gehalten, was hier gesagt wurde, und nichts hinzugefügt. Womit soll es weitergehen?",
    ),
    "nearby": (
        "Das wurde in unserem Gespräch nicht erwähnt. Am nächsten kommt dem diese Stelle:",
        "Ausdrücklich wurde das nicht erwähnt. Was dem am nächsten kommt:",
    ),
    "advice": (
        "Festgelegt wurde das in unserem Gespräch noch nicht. Nach diesen Punkten würde ich mich richten:",
        "Das kann ich nur nach dem abwägen, was hier auf dem Tisch liegt:",
    ),
    "close_advice": (
        "Welcher dieser Punkte wiegt am schwersten? Damit lässt es sich auf einen Vorschlag eingrenzen.",
        "Gilt einer davon nicht mehr oder fehlt etwas, dann bitte vor der Entscheidung sagen.",
    ),
    "close_nearby": (
        (
            "Alles Weitere wäre geraten. Mit mehr Angaben dazu, oder mit dem Text, um den es geht, kann ich "
            "weiterarbeiten."
        ),
        "Gibt es dazu mehr, dann bitte hier einfügen; ich arbeite lieber mit einer Quelle als mit einer Vermutung.",
    ),
    "recap": ("Das ist der Stand:", "Zusammengefasst habe ich Folgendes:"),
    "recap_none": ("Vor dieser Nachricht gibt es nichts, was ich zusammenfassen könnte.",),
    "close_recap": (
        (
            "Das ist alles, was ich von unserem Gespräch vor mir habe. Fehlt ein Punkt, dann bitte noch einmal "
            "schicken, und ich ergänze ihn."
        ),
    ),
    "first": ('Die früheste Nachricht an mich, die ich sehe, ist diese: "{quote}"',),
    "first_more": (
        (
            "Falls davor noch etwas war, liegt es außerhalb dessen, was ich vor mir habe. Ein Hinweis genügt, dann "
            "richte ich mich danach."
        ),
    ),
    "first_none": ("Die Nachricht von eben ist die erste, die ich sehe.",),
    "wish": ('Verstanden: "{quote}"',),
    "heard": ('Verstanden, ich habe hier: "{quote}"', 'Danke, notiert: "{quote}"'),
    "facts": ("Aus unserem Gespräch gehört dazu:", "Das habe ich dazu schon:"),
    "no_facts": ("Weiteres habe ich dazu aus unserem Gespräch bisher nicht.",),
    "goal": (
        'Das gehört zu dem, worum es vorher ging: "{quote}"',
        'Das Ziel ist, soweit ich sehe, weiterhin: "{quote}"',
    ),
    "no_goal": ("Worum es insgesamt gehen soll, sehe ich nicht vor mir. Bitte noch einmal in einem Satz sagen.",),
    "next_request": (
        "Bitte bestätigen, dass das stimmt, und ergänzen, was fehlt. Vorher wird nichts geändert.",
        "Am besten diese Punkte kurz prüfen und entweder zustimmen oder sie berichtigen; dann setzen wir es um.",
    ),
    "next_request_bare": (
        "Damit es weitergehen kann, brauche ich die Einzelheiten: worum genau es geht und was dabei zu beachten ist.",
        "Bitte die Angaben nennen, die dazu gehören, etwa Namen, Termine oder Nummern, dann ordne ich die Schritte.",
    ),
    "next_statement": (
        "Das behalte ich für den Rest des Gesprächs im Blick. Was soll als Nächstes geschehen?",
        "Damit arbeite ich ab hier weiter. Was ist der nächste Schritt?",
    ),
    "go_ahead": (
        "Gut, das nehme ich als Zustimmung. Sie umfasst:",
        "Danke für die Bestätigung. Damit klar ist, worum es geht:",
    ),
    "go_ahead_none": (
        (
            "Danke für die Bestätigung. Ich sehe allerdings nicht vor mir, wozu genau; bitte noch einmal nennen, "
            "bevor etwas geschieht."
        ),
    ),
    "next_go_ahead": (
        (
            "Stimmt ein Punkt nicht, dann bitte jetzt sagen; sonst wird es als Nächstes genau so umgesetzt, wie es "
            "hier steht."
        ),
    ),
    "thanks": ("Gern geschehen!", "Sehr gern."),
    "thanks_facts": ("Damit alles klar ist, so ist der Stand:",),
    "close_thanks": ("Wenn noch etwas ist, genügt eine Nachricht hier, und ich mache an dieser Stelle weiter.",),
    "greeting": (
        (
            "Hallo! Worum geht es, und was ist schon bekannt? Ich richte mich nach dem, was in diesem Gespräch gesagt "
            "wird: Namen, Termine und Zahlen, die hier genannt werden, sind das, womit ich arbeite."
        ),
    ),
    "head_asked": ("Gefragt",),
    "head_answer": ("Antwort",),
    "head_where": ("Stelle",),
    "head_related": ("Was gesagt wurde",),
    "head_recap": ("Stand der Dinge",),
    "head_next": ("Nächster Schritt",),
    "head_first": ("Wie es begann",),
    "source": ("Quelle",),
    "status": ("Stand",),
    "answer": ("Antwort",),
}

PHRASES: Mapping[str, Phrases] = {"en": EN, "de": DE}

__all__ = ["PHRASES", "Phrases"]

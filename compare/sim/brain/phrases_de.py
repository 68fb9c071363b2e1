"""What the simulated models say around their findings, in German: data, no logic. phrases.py has the rules."""

from __future__ import annotations

from collections.abc import Mapping

DE: Mapping[str, tuple[str, ...]] = {
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

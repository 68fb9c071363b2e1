"""Word lists for English and German: data, no logic."""

from __future__ import annotations


def word_set(words: str) -> frozenset[str]:
    """The words of a space-separated list."""
    return frozenset(words.split())


STOP = word_set(
    """
a an the and or but nor so yet if then else than that this these those there here it its itself he him his she her
hers they them their theirs we us our ours you your yours yourself i me my mine myself one ones is am are was were be
been being do does did doing done have has had having will would shall should can could may might must ought of to in
on at by for from with without into onto over under up down out off about as per via not no yes very too also just
only even still already again ever never always some any all both each every either neither such own same other
another more most much many few less least what which who whom whose when where why how because while during until
since between among through across against before after above below within upon toward towards let lets let's i'm
i've i'd i'll you're you've you'd you'll we're we've we'd we'll it's that's there's what's who's where's when's how's
don't doesn't didn't isn't aren't wasn't weren't can't couldn't won't wouldn't shouldn't haven't hasn't hadn't cannot
ok okay oh well please thanks thank hi hello hey dear sure like get got gets getting go going goes went make makes
made put really actually quite rather maybe perhaps anyway however though although etc eg ie vs re
whether whatever whichever else's ours'
der die das den dem des ein eine einen einem einer eines und oder aber nur denn sondern doch wenn dann als ob dass
dies diese dieser dieses diesen diesem jene jener jenes es er sie ihn ihm ihr ihnen sein seine seinen seinem seiner
ihre ihren ihrem ihrer wir uns unser unsere unseren unserem unserer ihr euch euer eure du dich dir dein deine deinen
deinem deiner ich mich mir mein meine meinen meinem meiner meines man sich ist bin bist sind seid war warst waren
wart sein gewesen hat habe hast haben habt hatte hatten hattest gehabt wird werde wirst werden werdet wurde wurden
geworden worden wuerde wurde kann kannst konnen konnte konnten koennen darf durfen muss mussen musste soll sollen
sollte will wollen wollte mag mochte mochten im in ins am an ans auf aus bei beim von vom vor zu zum zur mit nach
fur uber unter um durch gegen ohne bis seit wahrend wegen nicht kein keine keinen keinem keiner nichts ja nein auch
noch schon mal sehr mehr viel viele wenig alle alles allem allen was welche welcher welches welchen welchem wer wen
wem wessen wann wo wohin woher warum wieso weshalb wie wieviel damit dazu davon daran darauf darin dafur dabei hier
dort da nun jetzt so also halt eben etwa bitte danke hallo gibt gab geht ging machen macht gemacht lassen lass
frau herr herrn etwas jemand selbst immer wieder jeder jede jedes beide zwischen uns
"""
)
"""Folded: lower case, no accents."""

LIGHT = word_set(
    """
mean means meaning meant bedeutet bedeuten meinst
mention mentioned mentioning say says said saying tell told telling remember remembered remind reminded reminder recall
recalled agree agreed agreeing decide decided deciding discuss discussed discussing
speak spoke conversation thread message messages earlier previously previous originally original initially
initial beginning outset exactly exact precise precisely current currently now today still final finally latest
updated new newest settle settled come ended end up give gave given giving provide provided share shared specify
specified state stated note noted write wrote written define defined know knew known figure look looking find found
want wanted wants need needed needs think thought believe wonder wondering ask asked asking question answer quick
quickly right correct actual actually confirm confirmed check double-check please kindly help information info detail
details anything something everything thing things stuff regarding concerning far ago last time back first once more
repeat supposed mine again value name named called calling refresh forgot forget forgotten lost sorry
mind
erwahnt erwahnen gesagt sagen sagte sag genannt nennen nenne nannte erinnern erinnere erinnerst erinnerung vereinbart
vereinbaren vereinbarten vereinbarung ausgemacht abgemacht beschlossen entschieden festgelegt besprochen besprechen
gesprach unterhaltung nachricht vorhin fruher vorher ursprunglich anfangs anfang beginn genau genaue genauer genauen
aktuell aktuelle aktuellen derzeit neu neue neuen letzte letzten zuletzt endgultig lautet lauten lautete heisst heissen
heiss hiess nochmal nochmals noch einmal gegeben geben gib angegeben angeben mitgeteilt brauche brauchen braucht
benotige wissen weiss weisst kennst frage fragen antwort antworten bestatige bestatigen kurz schnell gerade eigentlich
name namen vergessen wert sag verrate
"""
)

SOFT = word_set(
    """
talk chat note memory track point agreement decision discussion use used using take took taken set setting pick picked
choose chose chosen select selected prefer preferred favourite favorite stay stayed staying live lives living work
works working plan planned planning book booked booking pay paid paying buy bought order ordered start starts started
starting begin begins call called meet meeting arrive arriving leave leaving happen happens happening run running keep
kept bring brought send sent receive received see saw show showed move moved moving hold held expect expected include
included require required allow allowed propose proposed suggest suggested recommend recommended cost costs charge
charged total overall main exactly store stored assign assigned issue issued quote quoted spend spending afford
involve involved handle handles handling belong belongs nehmen nimmt genommen wahlen wahlt gewahlt ausgesucht
ausgewahlt entscheiden wohnen wohnt arbeiten arbeitet planen geplant gebucht buchen zahlen bezahlen bezahlt kaufen
gekauft bestellen bestellt beginnen beginnt anfangen starten startet treffen ankommen abfahren passieren laufen lauft
bringen schicken senden erhalten bekommen bekommt sehen zeigen kosten kostet betragt betragen gilt gelten stehen steht
liegen liegt finden findet stattfinden statt gehoren gehort verwenden verwendet benutzen benutzt ausgeben kommen kommt
kummern kummert zustandig verantwortlich betreut betreuen responsible charge look looks looking after care cares like
likes liked best most
"""
)

COMMON_EN = word_set(
    "the is are was were of to and in that it you i my we what which how when where who do does did can could would "
    "please for with have has this be not on at your our me if or from will should about there i'm i'd it's don't "
    "yes thanks thank hello hi why want need"
)

COMMON_DE = word_set(
    "der die das ist sind war und in zu den dem ein eine einen nicht ich du wir sie es mein unser was welche welcher "
    "welches wie wann wo wer kann können könnte würde bitte für mit haben hat dies von auf im am bei auch noch "
    "mir mich "
    "uns ihr ihre wenn oder aus wird werden soll über gibt ja nein danke hallo warum möchte brauche"
)

COMMON_OTHER = word_set(
    "le la les des une est et que qui pour dans avec pas je nous vous votre mon quel quelle quels combien el los "
    "las una "
    "es y en por para con no mi su cual cuál qué cuándo dónde cuánto il che di un per non sono della het een van niet "
    "voor met wat welk hoe o os as um uma não com qual quando onde quanto och att det är som på jag"
)

SYNONYMS = (
    "price cost costs fee charge rate",
    "rent lease",
    "phone telephone mobile cell cellphone",
    "mail email e-mail",
    "begin start commence kickoff kick-off",
    "end finish deadline due expire",
    "arrive arrival land landing come coming",
    "depart departure leave",
    "kid kids child children",
    "wife husband spouse partner",
    "doctor physician gp",
    "car vehicle",
    "flat apartment",
    "colour color shade",
    "password passphrase passcode",
    "id identifier reference ref",
    "job profession occupation",
    "boss manager supervisor",
    "colleague coworker teammate",
    "company firm employer business",
    "picture photo image",
    "size dimension dimensions",
    "invoice bill",
    "buy purchase",
    "repair fix",
    "limit cap ceiling maximum max",
    "budget spend",
    "vendor supplier",
    "guest guests attendee attendees participant participants people",
    "film movie",
    "preis kosten gebuhr betrag",
    "miete pacht",
    "telefon handy mobil rufnummer",
    "mail email e-mail mailadresse",
    "frist deadline stichtag abgabe abgabetermin",
    "termin datum tag",
    "passwort kennwort",
    "auto wagen fahrzeug",
    "arzt arztin",
    "chef chefin vorgesetzte leiter leiterin",
    "firma unternehmen",
    "rechnung faktura",
    "ansprechpartner ansprechpartnerin kontakt",
    "kennung kennzeichen id",
    "gaste teilnehmer personen leute",
    "zustandig verantwortlich kummert kummern betreut",
    "heavy weigh weighs weight",
    "responsible charge",
)
"""Each line: words that may stand for one another."""

OTHER_STOP = word_set(
    """
le la les l des une un est et que qui pour dans avec pas je nous vous votre mon ma mes son sa ses quel quelle quels
quelles combien quand ou sur au aux du de ce cette il elle ils sont plus par el los las una uno es y en por para con
no mi mis tu su sus cual cuales que cuando donde cuanto cuanta cuantos quien como se lo le ha hay son fue era del al
il che di non per sono della dello delle degli gli i nel nella alla het een van niet voor met wat welk welke hoe
wanneer waar o os as um uma nao com qual quando onde quanto seu sua och att det ar som pa jag vi den ett av
"""
)
"""Of French, Spanish, Italian, Portuguese, Dutch and Swedish; folded. Left out of questions in those languages only."""

ABBREVIATIONS = word_set(
    "mr mrs ms dr prof st no nr approx ca bzw z.b e.g i.e etc vs inc ltd jr sr tel str abs art vol usw d.h u.a "
    "u.s u.k a.m p.m"
)
"""A full stop after these does not end a sentence."""

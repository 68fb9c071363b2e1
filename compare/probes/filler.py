"""Filler: everyday conversation in several domains, made from a seed, without any value that could be mistaken.

No digits, no codes and no names stand in it, so whatever of these an answer holds came from what was planted.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import NamedTuple

from compare.records import Message


class Exchange(NamedTuple):
    """A user's say and a reply; {it} stands for one of `its`."""

    user: str
    reply: str
    its: tuple[str, ...]


class Domain(NamedTuple):
    """A kind of conversation."""

    system: str
    exchanges: tuple[Exchange, ...]


_KITCHEN = Domain(
    "You are a friendly assistant for home cooking.",
    (
        Exchange(
            "I want to cook something with {it} tonight. Any thoughts?",
            "{It} goes well with butter, herbs and a little lemon. Keep the heat low and taste as you go.",
            ("leeks", "pumpkin", "mushrooms", "fennel"),
        ),
        Exchange(
            "My {it} always turns out too dry.",
            "Dryness mostly comes from too much heat. Cover the {it} and let it rest before you cut into it.",
            ("roast", "bread", "chicken", "rice"),
        ),
        Exchange(
            "Does {it} keep well in the freezer?",
            "It does, as long as the box is closed tightly. The texture of {it} softens a little.",
            ("tomato sauce", "stock", "dough", "lentil soup"),
        ),
        Exchange(
            "I like the smell of {it} in the kitchen.",
            "So do many people. A pinch of {it} at the end keeps more of it than a spoonful at the start.",
            ("thyme", "cinnamon", "rosemary", "cardamom"),
        ),
        Exchange(
            "Our neighbours brought us a basket of {it}.",
            "How kind. {It} can be eaten fresh, baked, or made into a jam for the winter.",
            ("plums", "apples", "pears", "cherries"),
        ),
        Exchange(
            "The {it} needs cleaning and I keep putting it off.",
            "Warm water with a little vinegar does most of the work. Leave it on the {it} while you do other things.",
            ("oven", "kettle", "grill", "sink"),
        ),
        Exchange(
            "Is {it} hard to learn?",
            "Not with patience. The first attempts at {it} look rough and taste good all the same.",
            ("baking with sourdough", "making pasta by hand", "pickling", "folding dumplings"),
        ),
    ),
)
_TRAVEL = Domain(
    "You are a calm assistant who helps people to plan journeys.",
    (
        Exchange(
            "We would like to see {it} on the way.",
            "That is a lovely idea. Go to {it} early in the morning, before the crowds arrive.",
            ("the old harbour", "the gardens", "the market halls", "the cliffs"),
        ),
        Exchange(
            "I never know what to pack for {it}.",
            "Layers help with {it}: something warm, something dry, and shoes that you have worn before.",
            ("the mountains", "a week by the sea", "a rainy city", "the desert"),
        ),
        Exchange(
            "My sister prefers {it} to flying.",
            "Many do. With {it} the journey itself is part of the holiday.",
            ("the night train", "the ferry", "the slow bus", "cycling"),
        ),
        Exchange(
            "The weather looked poor for {it}.",
            "Then keep a plan for a dry room at hand. {It} can wait for a brighter day.",
            ("the boat tour", "the long walk", "the picnic", "the beach"),
        ),
        Exchange(
            "Last time we lost a lot of time at {it}.",
            "It helps to have the papers ready. Queues at {it} are shortest around lunch.",
            ("the border", "the ticket desk", "the luggage belt", "the car hire"),
        ),
        Exchange(
            "I read about {it} in a magazine.",
            "It is worth the detour. People who like quiet places tend to like {it}.",
            ("the lighthouse", "the abbey", "the salt lake", "the pine forest"),
        ),
        Exchange(
            "The children asked for {it} again.",
            "Then it should have its place. A short visit to {it} after lunch keeps everybody happy.",
            ("the zoo", "the aquarium", "the playground", "the toy museum"),
        ),
    ),
)
_OFFICE = Domain(
    "You are an assistant in a small company's office.",
    (
        Exchange(
            "The {it} in our corridor is a mess.",
            "A clear label and one person in charge usually settle it. Start with the {it} that everybody passes.",
            ("notice board", "shelf", "coat rack", "store room"),
        ),
        Exchange(
            "People complain about {it}.",
            "Ask them what they would change first. With {it} small things often matter most.",
            ("the noise", "the lighting", "the coffee", "the long meetings"),
        ),
        Exchange(
            "I am writing a note about {it}.",
            "Keep it short and say first what should happen. A friendly line about {it} at the end helps.",
            ("the kitchen rota", "the summer party", "the new chairs", "working from home"),
        ),
        Exchange(
            "Our {it} has been slow since the morning.",
            "A restart often helps. If the {it} stays slow, tell the people who look after it.",
            ("printer", "network", "scanner", "phone system"),
        ),
        Exchange(
            "The team liked the talk on {it}.",
            "That is good to hear. You could share a page of notes on {it} with those who were away.",
            ("plain language", "taking breaks", "saving energy", "first aid"),
        ),
        Exchange(
            "Somebody left {it} in the meeting room.",
            "Put it at the front desk with a note. Whoever misses {it} will ask there first.",
            ("an umbrella", "a scarf", "a notebook", "a pair of glasses"),
        ),
        Exchange(
            "We should talk about {it} at some point.",
            "Agreed. Collect what people say about {it} first, so that the talk stays short.",
            ("the filing", "the plants", "the bicycle stand", "the window blinds"),
        ),
    ),
)
_SOFTWARE = Domain(
    "You are an assistant for a team that writes software.",
    (
        Exchange(
            "I moved {it} into a module of its own.",
            "Good. With {it} apart, the rest reads more easily and is simpler to test.",
            ("the parser", "the mail code", "the search", "the cache"),
        ),
        Exchange(
            "The tests for {it} are slow.",
            "See what they wait for. Often a file or a clock can be handed to {it} from outside.",
            ("the importer", "the scheduler", "the upload", "the report"),
        ),
        Exchange(
            "I find {it} hard to name.",
            "Say aloud what {it} does and use the shortest words of that sentence.",
            ("this helper", "the middle layer", "the new table", "the queue"),
        ),
        Exchange(
            "A colleague wants to rewrite {it}.",
            "Ask what would be easier afterwards. A small change to {it} may bring most of that.",
            ("the login page", "the build script", "the settings", "the export"),
        ),
        Exchange(
            "The documentation of {it} is out of date.",
            "Then begin with the part that people ask about. An example for {it} says more than a page of prose.",
            ("the interface", "the installer", "the permissions", "the error pages"),
        ),
        Exchange(
            "Users keep asking for {it}.",
            "Watch how a few of them work before you build it. What they mean by {it} may differ.",
            ("a dark theme", "shortcuts", "a better filter", "printing"),
        ),
        Exchange(
            "We saw a warning from {it} in the log.",
            "Look at what came just before it. A warning from {it} is often the second sign, not the first.",
            ("the proxy", "the backup", "the worker", "the mail server"),
        ),
    ),
)
DOMAINS: Mapping[str, Domain] = {
    "kitchen": _KITCHEN, "travel": _TRAVEL, "office": _OFFICE, "software": _SOFTWARE,
}  # fmt: skip


def filler(rng: random.Random, domain: str, n_messages: int) -> tuple[Message, ...]:
    """A conversation of exactly so many messages that ends with a reply.

    Whole exchanges have an even number of messages; of an odd number the first is a system prompt. What a domain has
    is used up before anything comes again.
    """
    told = DOMAINS[domain]
    found = [Message("system", told.system)] if n_messages % 2 else []
    left: list[tuple[Exchange, str]] = []
    while len(found) < n_messages:
        if not left:
            left = [(exchange, it) for exchange in told.exchanges for it in exchange.its]
            rng.shuffle(left)
        exchange, it = left.pop()
        for role, text in (("user", exchange.user), ("assistant", exchange.reply)):
            said = text.format(it=it, It=it[:1].upper() + it[1:])
            found.append(Message("user" if role == "user" else "assistant", said))
    return tuple(found)


__all__ = ["DOMAINS", "filler"]

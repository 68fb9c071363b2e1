"""What the simulated models say around their findings, in English: data, no logic. phrases.py has the rules."""

from __future__ import annotations

from collections.abc import Mapping

EN: Mapping[str, tuple[str, ...]] = {
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

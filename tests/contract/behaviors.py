"""Every promise to the people in a chat: an id, one sentence, and the page that made us give it.

Each is asserted by the tests marked with its id, on every platform that can do it.
"""

from collections.abc import Callable
from typing import Final, NamedTuple, TypeVar

import pytest

Test = TypeVar("Test", bound=Callable[..., object])


class Behavior(NamedTuple):
    sentence: str
    source: str


BEHAVIORS: Final[dict[str, Behavior]] = {
    "reply:mention:in-thread": Behavior(
        "A mention in a channel is answered in a thread under it.", '"app_mention event", Slack developer docs'
    ),
    "reply:mention:once": Behavior(
        "A mention is answered once, however many events and deliveries bring it.",
        '"Events API" (retries), Slack developer docs',
    ),
    "reply:lost-delivery": Behavior(
        "A message of which only a later delivery arrives is answered.", '"Events API" (retries), Slack developer docs'
    ),
    "reply:follow-up": Behavior(
        "A thread the bot takes part in needs no further mention.", "contract, What people say to it"
    ),
    "reply:order": Behavior("Messages of one thread are answered in order.", "contract, What everyone may rely on"),
    "reply:whole": Behavior(
        "A long reply comes complete, in messages the platform accepts.",
        '"chat.postMessage method", Slack developer docs',
    ),
    "reply:once": Behavior(
        "A reply is visible once, also where the platform's answer to the post was lost.",
        '"chat.postMessage method", Slack developer docs; "Create Message", Discord developer docs',
    ),
    "reply:patience": Behavior(
        "A platform that asks to wait is not asked before, and the whole reply comes.",
        '"Rate limits", Slack and Discord developer docs',
    ),
    "reply:permanent": Behavior(
        "Where the bot may not post any more it stops trying, and the next message is taken all the same.",
        '"chat.postMessage method" (errors), Slack developer docs',
    ),
    "reply:activity": Behavior(
        "People see that the bot is at work before it has an answer.",
        '"assistant.threads.setStatus method", Slack developer docs',
    ),
    "reply:quiet": Behavior(
        "A reply notifies nobody, whatever the model writes.", '"Formatting message text", Slack developer docs'
    ),
    "silence:not-addressed": Behavior(
        "What is not said to the bot is not answered.", "contract, What people say to it"
    ),
    "silence:bots": Behavior("Bots are not answered, itself included.", "rivals' loops between two bots"),
    "conversation:chain": Behavior(
        "A thread goes on from its latest interaction, and no other thread does.",
        '"Server-side state", Interactions API docs',
    ),
    "conversation:settings": Behavior(
        "Instruction and generation settings go with every request.", '"Server-side state", Interactions API docs'
    ),
    "research:reported": Behavior(
        "A research reports back in the thread where it was asked, as messages and a file.",
        '"Deep Research", Gemini API docs',
    ),
    "research:status": Behavior(
        "A long task shows one status message, edited in place.", "contract, What people say to it"
    ),
    "research:head": Behavior(
        "After the report the conversation goes on from it, with an ordinary model.", '"Deep Research", Gemini API docs'
    ),
    "research:stop": Behavior(
        "A task can be stopped by word and by button, here and upstream.", "contract, What people say to it"
    ),
    "research:once": Behavior("A research is started once, whatever happens to the request.", "rivals that start two"),
    "research:plan": Behavior(
        "A research shows its plan, its price and its time first; nothing else runs before somebody approves.",
        '"Deep Research" (collaborative planning), Gemini API docs',
    ),
    "research:plan:approve": Behavior(
        "An approved plan is carried out once, in the interaction that made it.",
        '"Deep Research" (collaborative planning), Gemini API docs',
    ),
    "research:plan:change": Behavior(
        "A change that somebody asks for makes a new plan, in the same message.",
        '"Deep Research" (collaborative planning), Gemini API docs',
    ),
    "research:plan:cancel": Behavior("A plan that is dropped costs nothing more.", "rivals' plans that run anyway"),
    "research:plan:who": Behavior("Who asked decides about a plan; anybody does where that is set.", "faults, F55"),
    "research:unknown": Behavior(
        "When nobody can know whether a research was started, people are asked, and the API's word settles it.",
        "faults, F11",
    ),
    "research:webhook": Behavior(
        "The end of a research is reported as soon as the API tells of it, once however often it does.",
        '"Webhooks", Gemini API docs',
    ),
    "research:webhook:proof": Behavior(
        "A call that does not prove that it is the API's changes nothing.", '"Webhooks", Gemini API docs'
    ),
    "research:limits": Behavior(
        "Beyond what a person or a team may run at once, research waits in line, for its plan too, and starts when "
        "another ends.",
        "faults, F55",
    ),
    "research:failed": Behavior(
        "A research that ends without a report says why, with a reference, what was found, and a way to try again.",
        "faults, F26",
    ),
    "research:cut-off": Behavior(
        "A report that reached its length limit is shown as far as it came, and says so.",
        '"Status", Interactions API reference',
    ),
    "research:retry": Behavior("A research that failed is tried again from its approved plan.", "faults, F26"),
    "research:files": Behavior("The whole report comes as files that can be read.", "faults, F27"),
    "research:sandbox": Behavior(
        "A managed agent works in a sandbox of its thread, goes on in it, and its files are shown.",
        "Environments in Managed Agents, Gemini API docs",
    ),
    "research:notified": Behavior(
        "A report calls who asked for it, where having asked does not bring the news, and nobody else.",
        '"Formatting message text", Slack developer docs; "Allowed mentions", Discord developer docs',
    ),
    "research:edit": Behavior(
        "An edited research begins anew in the same message, and ends where the message asks for something else.",
        "faults, F37",
    ),
    "research:delete": Behavior(
        "With the message that asked for it goes a research that is under way or scheduled, without a word.",
        "faults, F36",
    ),
    "research:asked": Behavior(
        "Where the question is missing, the bot asks for it and shows how.", "contract, What people say to it"
    ),
    "schedule:zone": Behavior(
        "Times are those of the person's own time zone, and the answer names it.", "contract, What people say to it"
    ),
    "tasks": Behavior("People see what runs, what waits and what is scheduled.", "contract, What people say to it"),
    "schedule:again": Behavior(
        "A research can be scheduled again and again; it is listed, paused, resumed and deleted.",
        "contract, What people say to it",
    ),
    "schedule:once": Behavior("A research that is due later starts once, without a further plan.", "faults, F15"),
    "command:ask": Behavior(
        "A slash command is answered where it was used, under its question.",
        '"Receiving and Responding", Discord developer docs',
    ),
    "command:ends": Behavior(
        "Every slash command has an answer; none is left thinking.",
        '"Receiving and Responding", Discord developer docs',
    ),
    "help": Behavior("The bot says what it can do.", "contract, What people say to it"),
    "failure:notice": Behavior(
        "A failed turn says so in one plain sentence with a reference, once.", "contract, What everyone may rely on"
    ),
    "failure:usable": Behavior("After a failed turn the thread goes on.", "contract, What everyone may rely on"),
    "failure:no-second-create": Behavior(
        "An interaction that may exist is not created again.", '"Streaming interactions", Interactions API docs'
    ),
    "failure:resumed": Behavior(
        "An answer whose stream broke is completed in the same message.",
        '"Streaming interactions" (resuming), Interactions API docs',
    ),
    "stop:answer": Behavior(
        "An answer is stopped by word, button or reaction within a second, here and upstream; its text stays.",
        "contract, What people say to it",
    ),
    "stop:goes-on": Behavior(
        "After a stop the thread goes on from its last complete answer.", "contract, What people say to it"
    ),
    "stop:nothing": Behavior(
        "Where nothing runs, the word says so, and button and reaction say nothing.", "contract, What people say to it"
    ),
    "edit:during": Behavior(
        "A question edited while it is answered gets one answer, to its newest text, in the same message.",
        "faults, F37",
    ),
    "edit:after": Behavior(
        "A question edited after its answer is answered again from the same point, in the old answer's place.",
        '"message_changed event", Slack developer docs; "Message Update", Discord developer docs',
    ),
    "edit:earlier": Behavior(
        "An edit of an earlier question does not change what the thread goes on from.",
        '"Server-side state", Interactions API docs',
    ),
    "edit:nothing": Behavior(
        "A change of a message that leaves its text as it was changes nothing.",
        '"message_changed event", Slack developer docs',
    ),
    "delete:during": Behavior(
        "The answer to a question that is deleted meanwhile goes too, and nothing of it is posted later.",
        "faults, F36",
    ),
    "delete:waiting": Behavior("A question that is deleted while it waits is never asked.", "faults, F36"),
    "retry": Behavior(
        "The last question is answered again from the same point, also after a failure.",
        "contract, What people say to it",
    ),
    "fork": Behavior(
        "A new thread goes on from the same answer, and the old one does not notice.", "contract, What people say to it"
    ),
    "memory:expired": Behavior(
        "A conversation the API has lost is told again from our own records, and people are told so.",
        '"Server-side state" (retention), Interactions API docs',
    ),
    "memory:retention": Behavior(
        "What points to an interaction is kept as long as the API keeps interactions.",
        '"Server-side state" (retention), Interactions API docs',
    ),
    "memory:nothing-stored": Behavior(
        "Where the API is to keep nothing, each request carries the whole conversation.",
        '"Server-side state" (`store`), Interactions API docs',
    ),
    "failure:outcomes": Behavior(
        "Each way an interaction can end has its own plain outcome, and the text there is stays.",
        '"Interaction" (status), Interactions API reference',
    ),
    "message:files": Behavior(
        "Images, documents and text files of a message reach the model.", '"file object", Slack developer docs'
    ),
    "message:files:unreadable": Behavior(
        "A file that cannot be used is named with the reason, and the rest is answered.", "contract, silent cuts"
    ),
    "message:too-long": Behavior(
        "A message beyond the limit is used up to it, and its writer is told.", "contract, silent cuts"
    ),
    "message:empty": Behavior(
        "A mention without a question is met with a kind word.", "contract, What people say to it"
    ),
}


def behavior(name: str) -> Callable[[Test], Test]:
    """Marks a test as asserting a behaviour. Raises KeyError for one that is not in the list."""
    return pytest.mark.behavior(name, BEHAVIORS[name].sentence)

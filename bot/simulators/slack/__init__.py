"""A simulated slack.com: one workspace with people, channels and threads, and the app under test installed in it.

It stands in for Slack in `parley demo`, in tests and in load runs, and shares no code with the adapter it judges. In
a program:

    simulator = SlackSimulator(retry_seconds=(0, 0.2, 0.4))
    async with simulator.serve():
        settings = {"SLACK_API_URL": simulator.api_url, "SLACK_BOT_TOKEN": simulator.token,
                    "SLACK_SIGNING_SECRET": simulator.signing_secret}
        ...  # start the app under test with these
        simulator.subscribe("http://127.0.0.1:8000/slack/events")
        question = await simulator.say("C0GENERAL", "@Parley hello", user_id="U0ADA")
        thread = await simulator.wait_for(lambda: simulator.thread("C0GENERAL", question.ts)[1:])
        assert not [n for n in simulator.ledger.of("notification") if n["target"] != "U0ADA"]

People are Ada (U0ADA) and Grace (U0GRACE), the bot is @Parley (U0PARLEY); it is in #general (C0GENERAL) and not in
#random (C0RANDOM). More come with `workspace.add_person`, `add_channel` and `open_dm`; several workspaces are several
simulators.

Faults: `fails("chat.postMessage", ReplyLost())` and the other kinds of `failures.py`, `loses()` for deliveries that
only a retry brings, `redeliver()` for repeats, `timeline.twin_order` for the order of a mention's two events. Rate
limits are enforced unless switched off; a call inside a Retry-After time is refused even then, and is a "violation"
in the ledger.

What a workspace may be like: `workspace.refused_blocks` are kinds of blocks that it does not know, `missing_scopes`
those that the app was installed without, and `set_time_zone` says where a person lives.

The ledger (`ledger.of("post", "edit")`) has an entry for everything that became visible or was asked; its kinds are
listed in `ledger.py`. A "notification" or "preview" with `certain` false is one that only a more generous reader than
today's Slack would see: text in code, escaped, or in a task card.

From another process, with JSON: POST `/control/say` {channel, user, text, thread_ts?, files?}, `/control/edit`,
`/control/delete`, `/control/subscribe` {request_url}, `/control/fail` {method, failure: {kind, times, ...}},
`/control/press`, `/control/command`, `/control/redeliver`; GET `/control/state`, `/control/ledger?after=&kind=`,
`/control/changes` (server-sent events).
"""

from bot.simulators.slack.failures import Failure, RateLimited, Refusal, ReplyLost, ServerFault, Stall
from bot.simulators.slack.ledger import Entry, Ledger
from bot.simulators.slack.simulator import SlackSimulator
from bot.simulators.slack.workspace import Channel, Message, NotThere, Person, Workspace

__all__ = [
    "Channel",
    "Entry",
    "Failure",
    "Ledger",
    "Message",
    "NotThere",
    "Person",
    "RateLimited",
    "Refusal",
    "ReplyLost",
    "ServerFault",
    "SlackSimulator",
    "Stall",
    "Workspace",
]

"""Messages over plain HTTP: what Discord takes, what it refuses and with which number, who would be notified."""

import json
from typing import Any

import httpx
import pytest

from bot.simulators.discord import (
    DiscordSimulator,
    Permission,
    Portal,
    dropped_reply,
    rate_limited,
    refused_with,
    stalled,
)

Payload = dict[str, Any]
Rest = httpx.AsyncClient
REFUSED: list[tuple[Payload, int, tuple[str, ...] | None]] = [
    ({"content": "x" * 2001}, 50035, ("content",)),
    ({"content": "  "}, 50006, None),
    ({"content": "x", "nonce": "n" * 26}, 50035, ("nonce",)),
    ({"content": 5}, 50035, ("content",)),
    ({"embeds": [{"title": "t"}] * 11}, 50035, ("embeds",)),
    ({"embeds": [{"title": "t" * 257}]}, 50035, ("embeds", "0", "title")),
    ({"embeds": [{"description": "d" * 3500}] * 2}, 50035, ("embeds",)),
    ({"embeds": [{"fields": [{"name": "n", "value": ""}]}]}, 50035, ("embeds", "0", "fields", "0", "value")),
    ({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, 50035, ("allowed_mentions",)),
    ({"content": "x", "allowed_mentions": {"users": ["1"] * 101}}, 50035, ("allowed_mentions", "users")),
    ({"content": "x", "message_reference": {"message_id": "1"}}, 50035, ("message_reference",)),
    ({"content": "x", "flags": 1 << 15, "components": [{"type": 10, "content": "t"}]}, 50035, ("content",)),
    ({"content": "x", "components": [{"type": 1, "components": [{}]}] * 6}, 50035, ("components",)),
]
ROUTE = "POST /channels/{channel_id}/messages"


async def test_a_message_is_created_with_every_documented_key(
    simulator: DiscordSimulator, rest: Rest, general: str
) -> None:
    reply = await rest.post(f"/channels/{general}/messages", json={"content": " hi ", "nonce": "n"})

    assert reply.headers["Content-Type"] == "application/json"
    message = reply.json()
    assert (message["content"], message["nonce"], message["author"]["id"]) == ("hi", "n", simulator.bot.id)
    assert {"timestamp", "edited_timestamp", "mentions", "attachments", "embeds", "flags", "type"} <= message.keys()


@pytest.mark.parametrize(("body", "code", "path"), REFUSED)
async def test_what_breaks_a_limit_is_refused_with_its_place(
    rest: Rest, general: str, body: Payload, code: int, path: tuple[str, ...] | None
) -> None:
    reply = await rest.post(f"/channels/{general}/messages", json=body)

    assert (reply.status_code, reply.json()["code"]) == (400, code)
    node = reply.json().get("errors", {})
    for step in path or ():
        node = node[step]
    assert path is None or node["_errors"]


async def test_characters_are_counted_as_code_points(rest: Rest, general: str) -> None:
    reply = await rest.post(f"/channels/{general}/messages", json={"content": "👀" * 2000})

    assert reply.status_code == 200


async def test_the_same_enforced_nonce_finds_the_first_message_for_some_minutes(
    simulator: DiscordSimulator, rest: Rest, general: str
) -> None:
    body = {"content": "once", "nonce": "part-1", "enforce_nonce": True}
    first = await rest.post(f"/channels/{general}/messages", json=body)
    again = await rest.post(f"/channels/{general}/messages", json=body)
    simulator.advance(301)
    later = await rest.post(f"/channels/{general}/messages", json=body)

    assert again.json()["id"] == first.json()["id"]
    assert later.json()["id"] != first.json()["id"]


async def test_a_committed_post_without_its_reply_is_found_by_the_nonce(
    simulator: DiscordSimulator, rest: Rest, general: str
) -> None:
    simulator.fails(ROUTE, dropped_reply())
    body = {"content": "once", "nonce": "part-1", "enforce_nonce": True}
    with pytest.raises(httpx.RemoteProtocolError):
        await rest.post(f"/channels/{general}/messages", json=body)

    await rest.post(f"/channels/{general}/messages", json=body)

    assert [message.content for message in simulator.messages(general)] == ["once"]


async def test_files_are_stored_and_too_large_ones_refused(
    simulator: DiscordSimulator, rest: Rest, general: str
) -> None:
    payload = json.dumps({"content": "see", "attachments": [{"id": 0, "description": "a table"}]})
    sent = await rest.post(
        f"/channels/{general}/messages",
        data={"payload_json": payload},
        files={"files[0]": ("table.csv", b"a,b", "application/octet-stream")},
    )
    large = await rest.post(f"/channels/{general}/messages", files={"files[0]": ("b", b"0" * (10 * 1024**2 + 1))})

    attachment = sent.json()["attachments"][0]
    assert (attachment["filename"], attachment["size"], attachment["description"]) == ("table.csv", 3, "a table")
    assert (large.status_code, large.json()["code"]) == (413, 40005)
    assert len(simulator.messages(general)) == 1


async def test_five_posts_in_five_seconds_and_then_a_wait(
    simulator: DiscordSimulator, rest: Rest, general: str
) -> None:
    replies = [await rest.post(f"/channels/{general}/messages", json={"content": "x"}) for _ in range(7)]
    elsewhere = await rest.post(
        f"/channels/{simulator.guild.channel('random').id}/messages", json={"content": "other bucket"}
    )
    simulator.advance(5)
    after = await rest.post(f"/channels/{general}/messages", json={"content": "x"})

    assert [reply.status_code for reply in replies] == [200] * 5 + [429] * 2
    assert [reply.headers["X-RateLimit-Remaining"] for reply in replies[:5]] == ["4", "3", "2", "1", "0"]
    assert 0 < replies[5].json()["retry_after"] <= 5
    assert replies[5].headers["Via"]
    assert (elsewhere.status_code, after.status_code) == (200, 200)
    assert len(simulator.ledger.of("violation", rule="rate limit")) == 1  # the second refusal was asked for


async def test_a_call_during_a_scripted_penalty_is_a_violation(
    simulator: DiscordSimulator, rest: Rest, general: str
) -> None:
    simulator.fails(ROUTE, rate_limited(30, everywhere=True))
    first = await rest.post(f"/channels/{general}/messages", json={"content": "x"})
    second = await rest.get(f"/channels/{general}")

    assert (first.json()["global"], second.status_code) == (True, 429)
    assert first.headers["X-RateLimit-Global"] == "true"
    assert len(simulator.ledger.of("violation")) == 1


async def test_scripted_errors_have_discords_number(simulator: DiscordSimulator, rest: Rest, general: str) -> None:
    simulator.fails(f"POST /channels/{general}/*", refused_with(200000))
    blocked = await rest.post(f"/channels/{general}/messages", json={"content": "x"})
    simulator.fails("*", stalled(0.05))
    slow = await rest.post(f"/channels/{general}/messages", json={"content": "x"})

    assert (blocked.status_code, blocked.json()["code"]) == (400, 200000)
    assert slow.status_code == 200
    assert slow.elapsed.total_seconds() >= 0.05


@pytest.mark.parametrize(
    ("rule", "reasons"),
    [
        (None, {"everyone"}),
        ({"parse": []}, set[str]()),
        ({"parse": ["users"]}, {"user"}),
        ({"parse": ["roles"]}, {"role"}),
        ({"users": ["ADA"]}, {"user"}),
    ],
)
async def test_the_ledger_knows_whose_phone_would_ring(
    simulator: DiscordSimulator, rest: Rest, general: str, ada: str, rule: Payload | None, reasons: set[str]
) -> None:
    text = f"@everyone `<@&{simulator.guild.role('team').id}>` and <@{ada}>"
    wanted = json.loads(json.dumps(rule).replace("ADA", ada))
    reply = await rest.post(f"/channels/{general}/messages", json={"content": text, "allowed_mentions": wanted})

    assert {entry.facts["reason"] for entry in simulator.ledger.of("notification")} == reasons
    assert reply.json()["mention_everyone"] == ("everyone" in reasons)


async def test_links_that_would_be_fetched_are_recorded(simulator: DiscordSimulator, rest: Rest, general: str) -> None:
    await rest.post(
        f"/channels/{general}/messages",
        json={
            "content": "https://a.example/x <https://b.example> [c](https://c.example)",
            "embeds": [{"title": "t", "url": "https://d.example", "image": {"url": "https://e.example/i.png"}}],
        },
    )
    await rest.post(f"/channels/{general}/messages", json={"content": "https://f.example", "flags": 4})

    fetched = [entry.facts["url"] for entry in simulator.ledger.of("preview")]
    assert fetched == ["https://a.example/x", "https://c.example", "https://e.example/i.png"]


async def test_only_own_messages_are_edited_and_nobody_is_notified_of_it(
    simulator: DiscordSimulator, rest: Rest, general: str, ada: str
) -> None:
    sent = (await rest.post(f"/channels/{general}/messages", json={"content": "draft"})).json()
    theirs = await simulator.say(general, "mine", user_id=ada)

    edited = await rest.patch(f"/channels/{general}/messages/{sent['id']}", json={"content": f"<@{ada}> final"})
    emptied = await rest.patch(f"/channels/{general}/messages/{sent['id']}", json={"content": ""})
    refused = await rest.patch(f"/channels/{general}/messages/{theirs.id}", json={"content": "x"})

    assert (edited.json()["content"], edited.json()["edited_timestamp"] is not None) == (f"<@{ada}> final", True)
    assert (emptied.json()["code"], refused.json()["code"]) == (50006, 50005)
    assert simulator.ledger.of("notification") == []


async def test_messages_older_than_an_hour_take_three_edits_in_six_seconds(
    simulator: DiscordSimulator, rest: Rest, general: str
) -> None:
    sent = (await rest.post(f"/channels/{general}/messages", json={"content": "old"})).json()
    simulator.advance(3601)

    edits = [
        await rest.patch(f"/channels/{general}/messages/{sent['id']}", json={"content": str(number)})
        for number in range(4)
    ]

    assert [edit.status_code for edit in edits] == [200, 200, 200, 429]
    assert edits[-1].json()["code"] == 30046


async def test_deleted_and_unknown_things_have_their_numbers(rest: Rest, general: str) -> None:
    sent = (await rest.post(f"/channels/{general}/messages", json={"content": "x"})).json()

    assert (await rest.delete(f"/channels/{general}/messages/{sent['id']}")).status_code == 204
    assert (await rest.get(f"/channels/{general}/messages/{sent['id']}")).json()["code"] == 10008
    assert (await rest.get("/channels/1/messages")).json()["code"] == 10003


async def test_the_history_is_read_in_pages(simulator: DiscordSimulator, rest: Rest, general: str, ada: str) -> None:
    ids = [(await simulator.say(general, str(number), user_id=ada)).id for number in range(5)]

    async def page(**query: str) -> list[str]:
        reply = await rest.get(f"/channels/{general}/messages", params=query)
        return [message["content"] for message in reply.json()]

    assert await page(limit="2") == ["4", "3"]
    assert await page(after=ids[0], limit="2") == ["2", "1"]
    assert await page(before=ids[2]) == ["1", "0"]
    assert await page(around=ids[2], limit="3") == ["3", "2", "1"]
    assert (await rest.get(f"/channels/{general}/messages?limit=101")).status_code == 400


@pytest.mark.parametrize("portal", [Portal(message_content=False)])
async def test_without_the_content_intent_the_history_is_empty_but_for_what_concerns_the_bot(
    simulator: DiscordSimulator, rest: Rest, general: str, ada: str
) -> None:
    await simulator.say(general, "secret", user_id=ada)
    await simulator.say(general, "@Parley open", user_id=ada)

    reply = await rest.get(f"/channels/{general}/messages")

    assert [message["content"] for message in reply.json()] == [f"<@{simulator.bot.id}> open", ""]


@pytest.mark.parametrize(
    ("denied", "code"),
    [(Permission.VIEW_CHANNEL, 50001), (Permission.SEND_MESSAGES, 50013), (Permission.READ_MESSAGE_HISTORY, 160002)],
)
async def test_missing_permissions_are_told_apart(
    simulator: DiscordSimulator, rest: Rest, general: str, ada: str, denied: Permission, code: int
) -> None:
    question = await simulator.say(general, "hi", user_id=ada)
    simulator.deny(general, denied)

    body = {"content": "x", "message_reference": {"message_id": question.id}}
    reply = await rest.post(f"/channels/{general}/messages", json=body)

    assert reply.json()["code"] == code


async def test_a_reply_to_a_deleted_message_is_refused_unless_that_is_allowed_for(
    simulator: DiscordSimulator, rest: Rest, general: str, ada: str
) -> None:
    question = await simulator.say(general, "never mind", user_id=ada)
    await simulator.delete(question.id)
    reference: Payload = {"message_id": question.id, "fail_if_not_exists": False}

    kept = await rest.post(f"/channels/{general}/messages", json={"content": "x", "message_reference": reference})

    assert (kept.status_code, kept.json()["type"]) == (200, 0)


async def test_callers_without_token_or_name_are_turned_away(simulator: DiscordSimulator, rest: Rest) -> None:
    unknown = await rest.get("/users/@me", headers={"Authorization": "Bot nobody"})
    nameless = await rest.get("/users/@me", headers={"User-Agent": "python-httpx/0.28"})
    nowhere = await rest.get("/no/such/route")

    assert (unknown.status_code, nameless.json()["code"], nowhere.status_code) == (401, 40333, 404)
    assert nowhere.json() == {"message": "404: Not Found", "code": 0}
    assert [entry.facts["rule"] for entry in simulator.ledger.of("violation")] == ["user agent"]


EMBED: Payload = {"title": "t", "image": {"url": "https://x.test/cat.png"}}
SUPPRESS_EMBEDS = 1 << 2
STOP: Payload = {"type": 1, "components": [{"type": 2, "style": 4, "label": "Stop", "custom_id": "stop"}]}


async def test_hidden_embeds_are_not_told_of_until_they_are_shown_again(
    simulator: DiscordSimulator, rest: Rest, general: str
) -> None:
    body = {"embeds": [EMBED], "flags": SUPPRESS_EMBEDS}
    posted = (await rest.post(f"/channels/{general}/messages", json=body)).json()
    fetched = len(simulator.ledger.of("preview"))

    shown = (await rest.patch(f"/channels/{general}/messages/{posted['id']}", json={"flags": 0})).json()

    assert (posted["embeds"], fetched) == ([], 0)
    assert [one["title"] for one in shown["embeds"]] == ["t"]
    assert len(simulator.ledger.of("preview")) == 1


async def test_a_post_of_embeds_alone_is_refused_where_they_are_not_allowed(
    simulator: DiscordSimulator, rest: Rest, general: str
) -> None:
    simulator.deny(general, Permission.EMBED_LINKS)

    refused = await rest.post(f"/channels/{general}/messages", json={"embeds": [EMBED]})
    posted = await rest.post(f"/channels/{general}/messages", json={"content": "x", "embeds": [EMBED]})
    with_button = await rest.post(f"/channels/{general}/messages", json={"components": [STOP], "embeds": [EMBED]})

    assert (refused.status_code, refused.json()["code"]) == (403, 50013)
    assert (posted.status_code, posted.json()["embeds"]) == (200, [])
    assert (with_button.status_code, with_button.json()["embeds"]) == (200, [])


async def test_an_edit_to_embeds_is_taken_without_them_where_they_are_not_allowed(
    simulator: DiscordSimulator, rest: Rest, general: str
) -> None:
    posted = (await rest.post(f"/channels/{general}/messages", json={"content": "x", "embeds": [EMBED]})).json()
    simulator.deny(general, Permission.EMBED_LINKS)
    message = f"/channels/{general}/messages/{posted['id']}"

    taken = await rest.patch(message, json={"embeds": [EMBED]})
    emptied = await rest.patch(message, json={"content": "", "embeds": [EMBED]})
    with_button = await rest.patch(message, json={"content": "", "embeds": [EMBED], "components": [STOP]})

    assert (taken.status_code, taken.json()["embeds"], taken.json()["content"]) == (200, [], "x")
    assert (emptied.status_code, emptied.json()["code"]) == (400, 50006)
    assert (with_button.status_code, with_button.json()["embeds"]) == (200, [])

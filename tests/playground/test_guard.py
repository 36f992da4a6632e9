"""Who may ask: the browser of this machine, and of its pages only ours."""

import asyncio

import httpx

MESSAGE = {"place": "slack", "channel": "C0GENERAL", "text": "hello"}
FORMS = ("/messages", "/edits", "/gestures", "/actions")
POLICY = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
]
FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
]
OWN: list[dict[str, str]] = [{}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}]


async def test_other_hosts_are_refused(http: httpx.AsyncClient, address: str) -> None:
    port = address.rpartition(":")[2]

    for host in ("evil.example", "127.0.0.1", "127.0.0.1:1", f"localhost.evil.example:{port}", f"evil.example:{port}"):
        assert (await http.get("/", headers={"Host": host})).status_code == 403


async def test_names_of_this_machine_are_welcome(http: httpx.AsyncClient, address: str) -> None:
    port = address.rpartition(":")[2]

    for name in ("127.0.0.1", "localhost", "[::1]"):
        assert (await http.get("/", headers={"Host": f"{name}:{port}"})).status_code == 200


async def test_foreign_pages_can_neither_post_nor_listen(http: httpx.AsyncClient) -> None:
    for headers in FOREIGN:
        answers = [await http.post(path, data=MESSAGE, headers=headers) for path in FORMS]
        answers.append(await http.get("/changes", params=MESSAGE, headers=headers))
        assert {answer.status_code for answer in answers} == {403}

    assert '<p class="literal">hello' not in (await http.get("/")).text


async def test_the_page_itself_may_post(http: httpx.AsyncClient) -> None:
    for headers in OWN:
        assert (await http.post("/messages", data=MESSAGE, headers=headers)).status_code == 201


async def test_the_own_origin_may_post(http: httpx.AsyncClient, address: str) -> None:
    answer = await http.post("/messages", data=MESSAGE, headers={"Origin": address})

    assert answer.status_code == 201


async def test_a_body_that_is_too_large_is_refused_unread(address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))

    writer.write(f"POST /messages HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 25000001\r\n\r\n".encode())
    async with asyncio.timeout(5):
        status = await reader.readline()

    assert status.startswith(b"HTTP/1.1 413")
    writer.close()
    await writer.wait_closed()


async def test_a_body_of_unknown_length_is_refused(http: httpx.AsyncClient) -> None:
    async def endless() -> object:
        yield b"x"

    answer = await http.post("/messages", content=endless())  # pyright: ignore[reportArgumentType]

    assert answer.status_code == 411


async def test_every_answer_carries_the_policy(http: httpx.AsyncClient) -> None:
    for path in ("/", "/static/page.js", "/static/frame.css", "/nowhere"):
        headers = (await http.get(path)).headers

        assert headers["Content-Security-Policy"].split("; ") == POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"

"""Settings: what is understood, and what is said about the rest."""

from pathlib import Path

import pytest

from bot.service.settings import Invalid, load, variables

SECRET = "very-secret-value"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty environment and working directory."""
    for name in variables():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def mistakes(*needs: str) -> str:
    with pytest.raises(Invalid) as caught:
        load(needs=needs)
    return "\n".join(caught.value.mistakes)


def test_nothing_needs_to_be_set() -> None:
    settings = load()

    assert settings.listen == ("127.0.0.1", 8000)
    assert settings.gemini_base_url == "https://generativelanguage.googleapis.com"
    assert settings.slack_api_url == "https://slack.com/api/"


def test_a_platform_that_sets_the_port_is_listened_to_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "5000")

    assert load().listen == ("0.0.0.0", 5000)  # noqa: S104


def test_a_real_variable_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("PARLEY_MODEL=from-file\nPARLEY_LOG=json\n")
    monkeypatch.setenv("PARLEY_MODEL", "from-environment")

    assert load().model == "from-environment"
    assert load().log == "json"


def test_empty_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    monkeypatch.setenv("REDIS_URL", "")

    assert load().redis_url is None
    assert "REDIS_URL is missing" in mistakes("REDIS_URL")


def test_either_name_of_the_key_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", SECRET)

    key = load(needs=("GEMINI_API_KEY",)).gemini_api_key

    assert key is not None
    assert key.get_secret_value() == SECRET


def test_all_mistakes_are_said_at_once_with_their_fix_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "eighty")
    monkeypatch.setenv("REDIS_URL", f"http://:{SECRET}@redis.test")
    monkeypatch.setenv("SLACK_BOT_TOKEN", SECRET)
    monkeypatch.setenv("PARLEY_MODLE", "gemini")

    said = mistakes("GEMINI_API_KEY", "SLACK_SIGNING_SECRET")

    for words in (
        "PORT should be a valid integer",
        "REDIS_URL must begin with redis://",
        "SLACK_BOT_TOKEN must be the Bot User OAuth Token",
        "GEMINI_API_KEY is missing",
        "SLACK_SIGNING_SECRET is missing",
        "did you mean PARLEY_MODEL?",
    ):
        assert words in said
    assert SECRET not in said
    assert len(said.splitlines()) == 6


def test_secrets_are_not_printed_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GEMINI_API_KEY", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("SLACK_BOT_TOKEN", f"xoxb-{SECRET}")
    monkeypatch.setenv("REDIS_URL", f"redis://:{SECRET}@127.0.0.1")

    assert SECRET not in repr(load())


def test_the_readme_names_every_variable_and_no_other() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    rows = [line for line in readme.splitlines() if line.startswith("| `") and line.split("`")[1].isupper()]

    assert {name for row in rows for name in row.split("|")[1].split("`")[1::2]} == set(variables())

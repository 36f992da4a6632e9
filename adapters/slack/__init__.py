"""Slack: events come in over HTTP (`intake`, `events`), replies go out over the Web API (`channel`, `format`)."""

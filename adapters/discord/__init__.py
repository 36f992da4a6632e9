"""Discord: events come in over the gateway (`gateway`, `events`), replies go out over REST (`channel`, `format`)."""

"""The turn: one message and the reply to it. Knows no platform."""

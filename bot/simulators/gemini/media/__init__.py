"""Media the simulator makes: pictures with words on them, and tones in the rhythm of a text."""

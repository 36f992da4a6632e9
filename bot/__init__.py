"""Parley: Gemini models and agents in the threads where a team already talks."""

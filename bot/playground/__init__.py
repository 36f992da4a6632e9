"""The page of `parley demo`: a simulated workspace and a guild in the browser, for a newcomer to talk to Parley in.

Server-sent HTML and a few small ES modules, no build step. A page shows one channel; `/changes` keeps it current with
patches by element id, so that a growing answer costs its last paragraph and nothing else. Everything shown is hostile:
`markup` and `html` are the only makers of markup, and the policy in `guard` would stop what slipped through.

A platform is one module with a `Place` (see `place`), with whatever it needs to show its texts, and an entry in `app`.
"""

from bot.playground.app import playground

__all__ = ["playground"]

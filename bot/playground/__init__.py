"""The page of `parley demo`: a simulated workspace in the browser, for a newcomer to talk to Parley in.

Server-sent HTML and one small ES module, no build step. A page shows one channel; `/changes` keeps it current with
patches by element id, so that a growing answer costs its last paragraph and nothing else. Everything shown is hostile:
`markup` and `html` are the only makers of markup, and the policy in `guard` would stop what slipped through.

A second platform is one more module with a `Place` (see `place`) beside `slack`, and one more entry in `app`.
"""

from bot.playground.app import playground

__all__ = ["playground"]

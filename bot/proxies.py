"""Whether requests go through a proxy here.

aiohttp, told to trust the environment, looks for proxies and passwords in a thread, twice for each request. That costs
more than the request itself, so it is told so only where there is a proxy to be found.
"""

from urllib.request import getproxies


def configured() -> bool:
    return bool(getproxies())

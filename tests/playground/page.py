"""The page, as a browser gets it."""

import httpx

Fields = dict[str, str]  # of a form: the place and the channel at least


async def shown(http: httpx.AsyncClient, fields: Fields) -> str:
    return (await http.get(f"/channels/{fields['place']}/{fields['channel']}")).text

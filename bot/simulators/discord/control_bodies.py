"""What the control routes take."""

import base64

from pydantic import BaseModel

from bot.simulators.discord.faults import Failure
from bot.simulators.discord.ledger import Payload
from bot.simulators.discord.nouns import Upload


class FileBody(BaseModel):
    filename: str
    content_base64: str
    content_type: str | None = None

    def upload(self) -> Upload:
        return Upload(self.filename, base64.b64decode(self.content_base64), self.content_type)


class SayBody(BaseModel):
    channel_id: str
    user_id: str
    text: str = ""
    reply_to: str | None = None
    ping: bool = True
    files: list[FileBody] = []


class CommandBody(BaseModel):
    name: str
    channel_id: str
    user_id: str
    options: Payload = {}
    files: list[FileBody] = []


class PressBody(BaseModel):
    message_id: str
    custom_id: str
    user_id: str
    values: list[str] | None = None


class MessageCommandBody(BaseModel):
    name: str
    message_id: str
    user_id: str


class EditBody(BaseModel):
    message_id: str
    text: str


class MessageIdBody(BaseModel):
    message_id: str


class ReactBody(BaseModel):
    message_id: str
    user_id: str
    emoji: str
    added: bool = True


class DirectBody(BaseModel):
    user_id: str


class ThreadBody(BaseModel):
    channel_id: str
    user_id: str
    name: str
    message_id: str | None = None


class FailBody(BaseModel):
    route: str
    failure: Failure


class DropBody(BaseModel):
    resumable: bool = True
    close_code: int = 4000
    outage_seconds: float = 0.0
    lose: int = 0


class AdvanceBody(BaseModel):
    seconds: float

"""What callers may send, field by field, with Discord's limits.

Source: the resource pages of the Discord developer docs.
"""

import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, ValidationError

from bot.simulators.discord.errors import ApiError, Mistake, Path, bad_length, invalid, refused, required, too_long
from bot.simulators.discord.ledger import Payload

MESSAGE_CHARACTERS = 2000
ARCHIVE_MINUTES = Literal[60, 1440, 4320, 10080]
Parsed = TypeVar("Parsed", bound=BaseModel)


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Snowflake = Annotated[str, BeforeValidator(_as_text), StringConstraints(pattern=r"^\d{1,20}$")]
Nonce = Annotated[str, BeforeValidator(_as_text), StringConstraints(max_length=25)]
Content = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MESSAGE_CHARACTERS)]
Text256 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]
Text1024 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1024)]
ThreadName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class EmbedMedia(BaseModel):
    url: str | None = None


class EmbedField(BaseModel):
    name: Text256
    value: Text1024
    inline: bool = False


class EmbedFooter(BaseModel):
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2048)]
    icon_url: str | None = None


class EmbedAuthor(BaseModel):
    name: Text256
    url: str | None = None
    icon_url: str | None = None


class Embed(BaseModel):
    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=256)] | None = None
    description: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4096)] | None = None
    url: str | None = None
    timestamp: str | None = None
    color: Annotated[int, Field(ge=0, le=0xFFFFFF)] | None = None
    footer: EmbedFooter | None = None
    image: EmbedMedia | None = None
    thumbnail: EmbedMedia | None = None
    author: EmbedAuthor | None = None
    fields: Annotated[list[EmbedField], Field(max_length=25)] = []

    @property
    def characters(self) -> int:
        """What counts towards the sum over all embeds of a message."""
        texts = [self.title, self.description, self.footer and self.footer.text, self.author and self.author.name]
        texts += [text for field in self.fields for text in (field.name, field.value)]
        return sum(len(text or "") for text in texts)

    def as_json(self) -> Payload:
        return {"type": "rich", **self.model_dump(exclude_unset=True, exclude_none=True)}


class AllowedMentions(BaseModel):
    parse: list[Literal["roles", "users", "everyone"]] = []
    roles: Annotated[list[Snowflake], Field(max_length=100)] = []
    users: Annotated[list[Snowflake], Field(max_length=100)] = []
    replied_user: bool = False

    def mistakes(self) -> list[Mistake]:
        """A kind is either parsed from the text or listed one by one."""
        doubled = [kind for kind, ids in (("users", self.users), ("roles", self.roles)) if kind in self.parse and ids]
        sentence = 'parse:["{0}"] and {0}: [ids...] are mutually exclusive.'
        path = ("allowed_mentions",)
        return [Mistake(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", sentence.format(kind)) for kind in doubled]


class MessageReference(BaseModel):
    type: Literal[0] = 0
    message_id: Snowflake
    channel_id: Snowflake | None = None
    guild_id: Snowflake | None = None
    fail_if_not_exists: bool = True


class AttachmentBody(BaseModel):
    """A file of this request by its number, or one that the edited message keeps by its id."""

    id: Snowflake
    filename: str | None = None
    description: Annotated[str, StringConstraints(max_length=1024)] | None = None


class EditBody(BaseModel):
    content: Content | None = None
    embeds: Annotated[list[Embed], Field(max_length=10)] | None = None
    components: list[dict[str, Any]] | None = None
    attachments: Annotated[list[AttachmentBody], Field(max_length=10)] | None = None
    allowed_mentions: AllowedMentions | None = None
    flags: int | None = None


class MessageBody(EditBody):
    tts: bool = False
    nonce: Nonce | None = None
    enforce_nonce: bool = False
    message_reference: MessageReference | None = None


class ThreadFromMessageBody(BaseModel):
    name: ThreadName
    auto_archive_duration: ARCHIVE_MINUTES | None = None


class ThreadBody(ThreadFromMessageBody):
    type: Literal[11, 12] = 12


class ChannelBody(BaseModel):
    name: ThreadName | None = None
    archived: bool | None = None
    locked: bool | None = None
    auto_archive_duration: ARCHIVE_MINUTES | None = None


class DirectBody(BaseModel):
    recipient_id: Snowflake


class CallbackBody(BaseModel):
    type: Literal[1, 4, 5, 6, 7, 8, 9]
    data: dict[str, Any] | None = None


def parse(model: type[Parsed], text: str | bytes) -> Parsed:
    """A request's body as this model. Raises 50109 for broken JSON and 50035 with every mistake in place."""
    try:
        value = json.loads(text)
    except ValueError as broken:
        raise refused(50109) from broken
    return checked(model, value)


def checked(model: type[Parsed], value: object, *, at: Path = ()) -> Parsed:
    """JSON as this model. Raises 50035; `at` is where in the request the value stands."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _refusal(error, at) from error


class Choice(BaseModel):
    """One suggestion for an option that is being typed."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    value: Annotated[str, StringConstraints(max_length=100)] | int | float


class ChoicesBody(BaseModel):
    choices: Annotated[list[Choice], Field(max_length=25)]


class ModalBody(BaseModel):
    custom_id: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    title: Annotated[str, StringConstraints(min_length=1, max_length=45)]
    components: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=5)]


CODES = {
    "string_type": "STRING_TYPE_CONVERT",
    "int_type": "NUMBER_TYPE_COERCE",
    "int_parsing": "NUMBER_TYPE_COERCE",
    "string_pattern_mismatch": "NUMBER_TYPE_COERCE",
    "bool_type": "BOOLEAN_TYPE_CONVERT",
    "list_type": "LIST_TYPE_CONVERT",
    "model_type": "DICT_TYPE_CONVERT",
    "dict_type": "DICT_TYPE_CONVERT",
    "literal_error": "BASE_TYPE_CHOICES",
}


def _refusal(error: ValidationError, at: Path) -> ApiError:
    details = error.errors(include_input=False, include_url=False)
    return invalid(*(_mistake((*at, *found["loc"]), found["type"], found.get("ctx", {})) for found in details))


def _mistake(path: Path, kind: str, limits: Payload) -> Mistake:
    match kind:
        case "missing":
            return required(path)
        case "string_too_long" | "too_long":
            return too_long(path, limits["max_length"])
        case "string_too_short" | "too_short":
            return bad_length(path, limits["min_length"], limits.get("max_length", limits["min_length"]))
        case _:
            return Mistake(path, CODES.get(kind, "BASE_TYPE_CONVERT"), f"Not acceptable here: {kind}.")

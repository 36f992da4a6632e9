"""Content objects: what a message is made of, under the names of the Interactions API.

A content object is text, or a medium with a MIME type and a source. The source says where the bytes
are: still on the chat platform (`FileRef`), here (`Inline`), or at an address the API may read (`Uri`).
Adapters make file references; the conversation opens them; only `Inline` and `Uri` go to the API.

Source: "Content", Interactions API reference.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Record(BaseModel):
    """Plain data: frozen, and the same after a round trip through JSON."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)  # errors are logged, texts are not


class FileRef(Record):
    """A file that still lies on its platform; only that platform's adapter can open it."""

    kind: Literal["file"] = "file"
    url: str
    name: str
    size_bytes: int | None = None  # as the platform says; not to be believed when reading


class Inline(Record):
    """The bytes themselves; in JSON as base64."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    kind: Literal["inline"] = "inline"
    data: bytes


class Uri(Record):
    """An address the API reads by itself: an uploaded file, a public page, a video."""

    kind: Literal["uri"] = "uri"
    uri: str


Source = Annotated[FileRef | Inline | Uri, Field(discriminator="kind")]


class TextContent(Record):
    type: Literal["text"] = "text"
    text: str


class ImageContent(Record):
    type: Literal["image"] = "image"
    mime_type: str
    source: Source


class AudioContent(Record):
    type: Literal["audio"] = "audio"
    mime_type: str
    source: Source


class VideoContent(Record):
    type: Literal["video"] = "video"
    mime_type: str
    source: Source


class DocumentContent(Record):
    """A document: PDF, office formats; also plain text until it is opened, for which the API has no type."""

    type: Literal["document"] = "document"
    mime_type: str
    source: Source


MediaContent = ImageContent | AudioContent | VideoContent | DocumentContent
Content = Annotated[TextContent | MediaContent, Field(discriminator="type")]


def media(mime_type: str, source: FileRef | Inline | Uri) -> MediaContent:
    """The content object for a medium, chosen by the first half of its MIME type; all else is a document."""
    match mime_type.partition("/")[0]:
        case "image":
            return ImageContent(mime_type=mime_type, source=source)
        case "audio":
            return AudioContent(mime_type=mime_type, source=source)
        case "video":
            return VideoContent(mime_type=mime_type, source=source)
        case _:
            return DocumentContent(mime_type=mime_type, source=source)

"""Files of a message become content the API takes: opened on their platform, within limits, or named in a note."""

from collections.abc import Iterable
from contextlib import aclosing

from bot.content import Content, FileRef, Inline, MediaContent, TextContent, media
from bot.conversation.adapter import Channel, FileUnreadable

INLINE_BYTES = 15_000_000  # of all files of one message; base64 and the text come on top
TEXT_BYTES = 400_000  # of a file that is read as text
# Source: "Content", Interactions API reference.
TYPES = {
    "image": "png jpeg webp heic heif gif bmp tiff",
    "audio": "wav mp3 aiff aac ogg flac mpeg m4a mp4 x-m4a l16 opus webm x-wav",
    "video": "mp4 mpeg mpg mov avi x-flv webm wmv 3gpp quicktime",
    "application": "pdf msword vnd.ms-excel vnd.ms-powerpoint "
    "vnd.openxmlformats-officedocument.wordprocessingml.document "
    "vnd.openxmlformats-officedocument.spreadsheetml.sheet "
    "vnd.openxmlformats-officedocument.presentationml.presentation "
    "vnd.oasis.opendocument.text vnd.oasis.opendocument.spreadsheet vnd.oasis.opendocument.presentation",
}
TAKEN = frozenset(f"{kind}/{name}" for kind, names in TYPES.items() for name in names.split())


async def opened(content: Iterable[Content], channel: Channel) -> tuple[list[Content], list[str]]:
    """The content with every file read, and a note for people about each one that could not be."""
    result: list[Content] = []
    notes: list[str] = []
    left = INLINE_BYTES
    for item in content:
        if isinstance(item, TextContent) or not isinstance(item.source, FileRef):
            result.append(item)
            continue
        try:
            data = await _read(item.source, channel, left)
            result.append(_content(item, item.source.name, data))
            left -= len(data)
        except FileUnreadable as error:
            notes.append(f"_I could not read {item.source.name}: {error.notice}_")
    return result, notes


async def _read(file: FileRef, channel: Channel, limit_bytes: int) -> bytes:
    """The file's bytes. What the platform says of its size is believed only when it is too large."""
    data = bytearray()
    if (file.size_bytes or 0) <= limit_bytes:
        async with aclosing(channel.open(file)) as pieces:
            async for piece in pieces:
                data += piece
                if len(data) > limit_bytes:
                    break
            else:
                return bytes(data)
    raise FileUnreadable(f"the files of one message may have {INLINE_BYTES // 1_000_000} MB together.")


def _content(item: MediaContent, name: str, data: bytes) -> Content:
    if not data:
        raise FileUnreadable("it is empty.")
    if item.mime_type in TAKEN:
        return media(item.mime_type, Inline(data=data))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileUnreadable(f"I do not know files of type {item.mime_type}.") from None
    if "\0" in text:
        raise FileUnreadable(f"I do not know files of type {item.mime_type}.")
    if len(data) > TEXT_BYTES:
        raise FileUnreadable(f"text files may have {TEXT_BYTES // 1_000} kB.")
    return TextContent(text=f"File {name}:\n\n{text}")

"""Where the bytes of a message go: along in the request while they are few, to the Files API when they are many.

A request may have 100 MB, in base64 a third less; but one that large is sent again with every attempt and every
history without state, so the limit here is far lower.

Source: "Files API", "Document understanding", Gemini API docs.
"""

from dataclasses import replace
from typing import TypeVar

from bot.content import Inline, MediaContent, TextContent, Uri
from bot.interactions.files import File, FilesClient
from bot.interactions.requests import Block, Viewed

INLINE_BYTES = 15 * 1024 * 1024  # of all media in a request together

_Medium = TypeVar("_Medium", bound=MediaContent)


async def place(
    blocks: tuple[Block, ...], files: FilesClient, *, inline_bytes: int = INLINE_BYTES
) -> tuple[tuple[Block, ...], tuple[File, ...]]:
    """The same message with its largest media uploaded until the rest fits, and the files that were made.

    The files are ready for use, and are the caller's to delete. Raises InteractionError.
    """
    sizes = {number: _size_bytes(block) for number, block in enumerate(blocks)}
    placed, made = list(blocks), list[File]()
    for number in sorted(sizes, key=lambda number: sizes[number], reverse=True):
        if sum(sizes.values()) <= inline_bytes:
            break
        placed[number], file = await _uploaded(blocks[number], files)
        sizes[number] = 0
        made.append(file)
    return tuple(placed), tuple(made)


def _size_bytes(block: Block) -> int:
    content = block.content if isinstance(block, Viewed) else block
    return 0 if isinstance(content, TextContent) or not isinstance(content.source, Inline) else len(content.source.data)


async def _uploaded(block: Block, files: FilesClient) -> tuple[Block, File]:
    if isinstance(block, Viewed):
        content, file = await _upload(block.content, files)
        return replace(block, content=content), file
    if isinstance(block, TextContent):
        raise TypeError("a text has no bytes to upload")
    return await _upload(block, files)


async def _upload(content: _Medium, files: FilesClient) -> tuple[_Medium, File]:
    if not isinstance(content.source, Inline):
        raise TypeError("only bytes are uploaded")
    data = content.source.data
    file = await files.upload(data, size_bytes=len(data), mime_type=content.mime_type)
    file = await files.wait_until_active(file)
    return content.model_copy(update={"source": Uri(uri=file.uri)}), file

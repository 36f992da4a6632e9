"""The names the API knows: agents, steps, tools and the media types of each kind of content.

Source: "Interactions API" reference, Gemini API docs; the tools from the text of its error for an unknown one.
"""

RESEARCHERS = frozenset(
    {
        "deep-research-preview-04-2026",
        "deep-research-max-preview-04-2026",
        "deep-research-pro-preview-12-2025",
    }
)
MANAGED = frozenset({"antigravity-preview-05-2026", "antigravity-preview-09-2026"})  # they work in an environment
STEPS = frozenset(
    {
        "user_input",
        "model_output",
        "thought",
        "function_call",
        "function_result",
        "code_execution_call",
        "code_execution_result",
        "url_context_call",
        "url_context_result",
        "google_search_call",
        "google_search_result",
        "google_maps_call",
        "google_maps_result",
        "file_search_call",
        "file_search_result",
        "mcp_server_tool_call",
        "mcp_server_tool_result",
        "retrieval_call",
        "retrieval_result",
        "processing_call",
        "processing_result",
    }
)
TOOLS = frozenset(
    {
        "function",
        "code_execution",
        "mcp_server",
        "filesystem",
        "google_maps",
        "google_search",
        "bash",
        "computer_use",
        "file_search",
        "url_context",
    }
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
MEDIA: dict[str, frozenset[str]] = {
    "image": frozenset(
        {
            "image/png",
            "image/jpeg",
            "image/webp",
            "image/heic",
            "image/heif",
            "image/gif",
            "image/bmp",
            "image/tiff",
        }
    ),
    "audio": frozenset(
        {
            "audio/wav",
            "audio/mp3",
            "audio/aiff",
            "audio/aac",
            "audio/ogg",
            "audio/flac",
            "audio/mpeg",
            "audio/m4a",
            "audio/l16",
            "audio/opus",
            "audio/alaw",
            "audio/mulaw",
            "audio/webm",
        }
    ),
    "video": frozenset(
        {
            "video/mp4",
            "video/mpeg",
            "video/mpg",
            "video/mov",
            "video/avi",
            "video/x-flv",
            "video/webm",
            "video/wmv",
            "video/3gpp",
        }
    ),
    "document": frozenset(
        {
            "application/pdf",
            "text/csv",
            f"{_OFFICE}presentationml.presentation",
            f"{_OFFICE}wordprocessingml.document",
            f"{_OFFICE}wordprocessingml.template",
            f"{_OFFICE}spreadsheetml.sheet",
            "application/vnd.ms-powerpoint",
            "application/msword",
            "application/vnd.ms-excel",
            f"{_OPEN}presentation",
            f"{_OPEN}text",
            f"{_OPEN}spreadsheet",
        }
    ),
}

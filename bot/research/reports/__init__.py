"""The report of a long task as documents: Markdown, a summary for the chat, a PDF. Pure; nothing here waits."""

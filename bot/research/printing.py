"""A report becomes a PDF in a process of its own: that takes seconds, and what goes in was written from the web."""

import asyncio
import pickle
import resource
import sys

import structlog

from bot.research.reports.report import Report

MEMORY_BYTES = 512 * 1024 * 1024
PRINT_SECONDS = 60.0

log = structlog.stdlib.get_logger()


async def printed(report: Report) -> bytes | None:
    """The report as a PDF, or None where it cannot be printed; its Markdown is there all the same."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.research.printing"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # its errors quote the report
    )
    try:
        async with asyncio.timeout(PRINT_SECONDS):
            pdf, _ = await process.communicate(pickle.dumps(report))
    except TimeoutError:
        log.warning("report_not_printed", cause="it takes too long")
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        log.warning("report_not_printed", cause=f"exit code {process.returncode}")
        return None
    return pdf


def main() -> None:
    """Print the pickled report on stdin, which its parent process wrote, to stdout."""
    from bot.research.reports.pdf import render_pdf  # noqa: PLC0415 (only here: it is large)

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    report = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 (from our parent process)
    sys.stdout.buffer.write(render_pdf(report))


if __name__ == "__main__":
    main()

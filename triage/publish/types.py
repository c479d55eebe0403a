"""The content types of a site's files."""

TYPES = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/jsonl; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "xml": "application/atom+xml; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}
"""By the ending of a path; the feed is the only XML."""


def content_type(path: str) -> str:
    """The content type of a file of the site."""
    return TYPES.get(path.rpartition(".")[2], "application/octet-stream")

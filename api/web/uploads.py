"""Files that a form brings, as text. Keeps none."""

from fastapi import UploadFile

from core.errors import InvalidInput

MOST_BYTES = 10_000_000


def text_of(file: UploadFile) -> str:
    """What a file says, or InvalidInput."""
    raw = file.file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise InvalidInput(
            f"The file has more than {MOST_BYTES // 1_000_000} MB; "
            "the command line takes larger ones.", field="file",
        )  # fmt: skip
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            "The file is no text in UTF-8; save it as such.", field="file"
        ) from error
    return text

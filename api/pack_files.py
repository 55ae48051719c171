"""An evidence pack as a download, for REST and pages, made whole in a file of its own first."""

import os
import tempfile
from pathlib import Path

from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from changes.packs.coming import coming
from changes.packs.making import make
from changes.packs.model import Made, Wanted
from core.context import Context

DIGEST, MANIFEST = "Trimtab-Pack-SHA256", "Trimtab-Manifest-SHA256"
COMING = "Trimtab-Pack-Coming"


def pack_file(ctx: Context, wanted: Wanted) -> FileResponse:
    """The pack, with its digest in a header, and whether another one can be made soon.

    The file is gone once it is sent.
    """
    number, name = tempfile.mkstemp(prefix="trimtab-pack-", suffix=".zip")
    file = Path(name)
    try:
        with os.fdopen(number, "w+b") as target:
            still = coming(ctx, wanted)
            made = make(ctx, wanted, target)
        ctx.commit()
    except BaseException:
        file.unlink()
        raise
    return FileResponse(
        file, media_type="application/zip", filename=made.name, headers=_headers(made, still),
        background=BackgroundTask(file.unlink),
    )  # fmt: skip


def _headers(made: Made, still: str) -> dict[str, str]:
    told = {DIGEST: made.digest, MANIFEST: made.manifest, "Cache-Control": "no-store"}
    return told | ({COMING: still} if still else {})

"""Serves the built assets: zipped to who takes that, cached for good by their hashed names."""

from pathlib import Path

from fastapi import Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.types import Scope

FOR_GOOD = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=300"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


class BuiltFiles(StaticFiles):
    """Files of one flat folder whose `.gz` twins were made when they were built."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        kind = TYPES.get(Path(path).suffix)
        if kind is None:
            return await super().get_response(path, scope)
        zipped = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        answer = await super().get_response(f"{path}.gz" if zipped else path, scope)
        answer.headers["Content-Type"] = f"{kind}; charset=utf-8"
        answer.headers["Cache-Control"] = FOR_GOOD if path.count(".") > 1 else BRIEFLY
        answer.headers["Vary"] = "Accept-Encoding"
        if zipped and answer.status_code == 200:
            answer.headers["Content-Encoding"] = "gzip"
        return answer

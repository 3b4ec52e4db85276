"""Style sheet, scripts and icon, under names that change with their content: kept for a year."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from starlette.responses import Response

FOLDER = Path(__file__).parent / "static"
PATH = "/chat/static/"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
KEPT = {"cache-control": "public, max-age=31536000, immutable"}


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    kind: str


class Assets:
    """All files of the folder, read once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        found: dict[str, Asset] = {}
        urls: dict[str, str] = {}
        for path in sorted(folder.iterdir()):
            content = path.read_bytes()
            name = f"{path.stem}.{hashlib.sha256(content).hexdigest()[:12]}{path.suffix}"
            found[name] = Asset(content, KINDS[path.suffix])
            urls[path.name] = PATH + name
        self._found: Mapping[str, Asset] = MappingProxyType(found)
        self._urls = urls

    def url(self, name: str) -> str:
        return self._urls[name]

    def answer(self, name: str) -> Response | None:
        """Return the file of this name; None for a name of another version, or of nothing."""
        asset = self._found.get(name)
        if asset is None:
            return None
        return Response(asset.content, media_type=asset.kind, headers=KEPT)

"""Templates to HTML, and HTML to answers; every value is escaped unless a renderer made it."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bots.web.assets import Assets

FOLDER = Path(__file__).parent / "templates"
FRAGMENT = "x-fragment"
"""The header by which our script asks for a part of the page; no other site can send it."""


class Pages:
    """All templates, compiled once."""

    def __init__(self, assets: Assets) -> None:
        self._found = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._found.globals["asset"] = assets.url

    def part(self, name: str, **values: object) -> str:
        """Return a piece of a page."""
        return self._found.get_template(f"{name}.html").render(values)

    def page(self, name: str, status: int = 200, **values: object) -> Response:
        return HTMLResponse(self.part(name, **values), status)

    def fragment(self, html: str, status: int = 200) -> Response:
        """Return pieces of a page to our script, which knows them by the header."""
        return HTMLResponse(html, status, headers={FRAGMENT: "1"})


def wants_fragment(request: Request) -> bool:
    return FRAGMENT in request.headers

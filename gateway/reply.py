"""A view as an HTTP answer."""

from starlette.responses import Response

from gateway.show import show

JSON = "application/json"


def reply(view: object, status: int = 200) -> Response:
    """Return a view, or a mapping or tuple of views, as a JSON answer."""
    return Response(show(view), status, media_type=JSON)

"""Where a request comes from: whose page sent it, whose connection, and where it may lead."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from channels.pages import client_of
from console.desk import Desk

HOME = "/console/"
_LONGEST = 2000  # characters of a path


def is_foreign(desk: Desk, request: web.Request) -> bool:
    """Whether the browser says that another site's page sent this. Silence is not foreign.

    Source: Fetch Metadata Request Headers; OWASP, "Cross-Site Request Forgery Prevention".
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in {"same-origin", "none"}:
        return True
    origin = request.headers.get("Origin")
    return origin is not None and not _is_here(desk, request, origin)


def is_our_page(desk: Desk, request: web.Request) -> bool:
    """Whether the browser says that a page of ours sent this."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    return (site == "same-origin" or origin is not None) and not is_foreign(desk, request)


def _is_here(desk: Desk, request: web.Request, origin: str) -> bool:
    told = urlsplit(origin)
    return origin == _origin_of(desk.site) or (
        not desk.is_https and told.scheme == "http" and told.netloc == request.host
    )


def _origin_of(site: str) -> str:
    parts = urlsplit(site)
    return f"{parts.scheme}://{parts.netloc}"


def own_path(path: str) -> str:
    """The path, where it leads to a page of the console; else the console's first page."""
    if len(path) > _LONGEST or not path.startswith(HOME) or not path.isprintable():
        return HOME
    if "\\" in path or path.startswith((f"{HOME}login", f"{HOME}logout", f"{HOME}setup")):
        return HOME
    return path


def address_of(desk: Desk, request: web.Request) -> str:
    """Who asks."""
    return client_of(request, behind_proxy=desk.behind_proxy)

"""HEAD wherever there is GET: the head of the same answer, which monitors and link previews ask for."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.address import API, path_of

OWN = (f"{API}/uploads",)
"""Addresses that answer HEAD in their own way (tus)."""

ONCE = ("/login/institution",)
"""Addresses where a GET is a step that cannot be taken twice; each with all below it."""


class HeadOfGet:
    """Answers HEAD as GET, and keeps the body back; what would go on for ever ends with its head."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or scope["method"] != "HEAD" or _is_under(path_of(scope["path"]), OWN + ONCE):
            await self._app(scope, receive, send)
            return
        answered = False

        async def send_head(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            elif message.get("more_body"):
                raise _AnsweredError

        inner = {**scope, "method": "GET"}
        try:
            await self._app(inner, receive, send_head)
        except Exception:
            # Whatever an endless answer makes of its end: the sender has all that they asked for.
            if not answered:
                raise
        finally:
            scope.update({name: inner[name] for name in ("endpoint", "route") if name in inner})


class _AnsweredError(OSError):
    """Ends an answer whose head is all that is wanted; frameworks take it for a sender who is gone."""


def _is_under(path: str, addresses: tuple[str, ...]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in addresses)

"""What a service makes when it starts and routes ask for: `request.state`, by name and type (`api.http.app.State`)."""

from collections.abc import Callable
from typing import TypeVar

from fastapi import Request

Made = TypeVar("Made")


def made_at_start(name: str, kind: type[Made]) -> Callable[[Request], Made]:
    """Return a dependency that gives what the service made at its start under a name of `State`."""

    def get(request: Request) -> Made:
        made = getattr(request.state, name)
        assert isinstance(made, kind)
        return made

    return get

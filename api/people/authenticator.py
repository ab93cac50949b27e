"""Identify who has sent a request, by session, token or local mode."""

from datetime import timedelta

from api.core.settings import Settings
from api.db import Database
from api.db.tables import Token
from api.db.types import now
from api.people.accounts import any_person
from api.people.actor import Actor, Proof, local_actor
from api.people.local import Origin, is_local
from api.people.machine import MachineToken
from api.people.rates import Rates
from api.people.sessions import Lifetime, find_session, standing_session, touch
from api.people.tokens import find_token, standing_token


class Authenticator:
    """Identifies the sender of a request.

    Args:
        database: Where they are on record.
        settings: How long sessions last and how often anyone may ask.

    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings
        self.rates = Rates(settings.requests_per_second, settings.request_burst)
        self.lifetime = Lifetime(
            timedelta(minutes=settings.session_idle_minutes), timedelta(minutes=settings.session_max_minutes)
        )
        self.machine = MachineToken(settings.home)
        self._anyone = False

    def anyone(self) -> bool:
        """Return whether anyone has an account. Nobody is ever deleted: once true, it stays so."""
        if not self._anyone:
            with self.database.reading() as session:
                self._anyone = any_person(session)
        return self._anyone

    def identify(
        self, origin: Origin, cookie: str | None, key: str | None, machine_cookie: str | None = None
    ) -> Actor | None:
        """Return who sends a request; None where it does not say so, or not truly.

        Args:
            origin: Where the request comes from.
            cookie: The cookie of a session.
            key: The key of a token; where there is one, it alone counts. That of the machine counts for local mode.
            machine_cookie: What a browser has that was opened with the machine's token.

        """
        at_the_machine = self.machine.is_key(key)
        if key is not None and not at_the_machine:
            with self.database.reading() as session:
                return find_token(session, key, now())
        found = self._of_cookie(cookie) if cookie else None
        if found is not None:
            return found
        if not (at_the_machine or self.machine.is_cookie(machine_cookie)):
            return None
        return local_actor() if self.is_local(origin) else None

    def standing(self, actor: Actor) -> Actor | None:
        """Return a sender as they stand now: what a stream asks before it goes on. None where they are out.

        It is no use of a session: one that nobody uses ends in its time, whatever streams are open.
        """
        if actor.proof is Proof.LOCAL:
            return None if self.anyone() else actor
        with self.database.reading() as session:
            if actor.proof is Proof.TOKEN:
                token = session.get(Token, actor.key)
                return None if token is None else standing_token(session, token, now())
            found = standing_session(session, actor.key, self.lifetime, now())
            return None if found is None else found[0]

    def is_local(self, origin: Origin) -> bool:
        """Return whether a request that shows the machine's token acts in local mode."""
        # The database is asked last, so that requests from elsewhere do not wait for it.
        return is_local(origin, self.settings.host, anyone=False) and not self.anyone()

    def _of_cookie(self, cookie: str) -> Actor | None:
        at = now()
        with self.database.reading() as session:
            found = find_session(session, cookie, self.lifetime, at)
        if found is None:
            return None
        actor, stale = found
        if stale:
            with self.database.writing() as session:
                touch(session, actor.key, at)
        return actor

"""The table of the keys with which people sign their decisions.

PersonKey    a key that a person's browser, or program, holds: shown by its person, confirmed by somebody else
"""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.db.tables import Base
from api.db.types import now


class PersonKey(Base):
    """The public half of a key. Never deleted: what it has signed must be checked for ever.

    `proof` is the signature with the key itself that its person has shown. It signs nothing that counts before
    `confirmed_at`, nor after `revoked_at`. `countersignature` is the confirmation as the administrator's own key
    `countersign_key` has signed it; null where an administrator without a key, or the command line, confirmed it.
    """

    __tablename__ = "person_key"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    public: Mapped[str] = mapped_column(String(64))
    proof: Mapped[str] = mapped_column(String(128))
    made_at: Mapped[datetime] = mapped_column(default=now)
    confirmed_at: Mapped[datetime | None] = mapped_column()
    confirmed_by: Mapped[str | None] = mapped_column(String(64))
    countersign_key: Mapped[str | None] = mapped_column(String(32))
    countersignature: Mapped[str | None] = mapped_column(String(128))
    revoked_at: Mapped[datetime | None] = mapped_column()
    revoked_by: Mapped[str | None] = mapped_column(String(64))

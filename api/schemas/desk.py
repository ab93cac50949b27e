"""What is sent and answered at the review desk."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import Boxes, Corners, EvidenceLine, Exact, Moment, Probability, ReasonLine, SumBody, Text
from api.schemas.documents import NumberBody
from api.schemas.keys import SIGNED, InkBody, SignedBody

KindShown = Literal["review", "blind", "senior"]
Fate = Literal["taken", "answered", "free", "ended"]
Lease = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="Of your desk, from the first claim.")]
ItemId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
PageId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Line = Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9_-]*$")]


class SumsBody(Exact):
    """The rules that a number takes part in, with the numbers in them as they are now."""

    rules: list[SumBody]
    values: dict[str, int | None] = Field(description="What counts, or what the machine reads where nothing does yet.")
    labels: dict[str, Text]


class PlacesBody(Exact):
    """Where everything about a number lies in the upright picture at full size, px; null where the form has it not."""

    number: Corners | None
    boxes: list[Corners]
    bubbles: Corners | None
    tally: Corners | None
    row_sums: Corners | None
    words: Corners | None


class EarlierReading(Exact):
    """What someone before read; only a senior sees it."""

    kind: Literal["confirm", "correct", "unreadable", "escalate"]
    boxes: str
    value: int | None
    comment: str


class ItemBody(Exact):
    """A number to read. A blind one carries nothing that anybody has read, and no sums that would tell."""

    id: str
    kind: KindShown
    document: str | None = Field(description="Null in a blind item, as is `page`: nothing leads to what others read.")
    station: str | None
    form: str | None
    form_page: int | None
    field: str
    label: Text
    required: bool
    box_count: int
    version: int = Field(description="Send it back with the decision.")
    boxes: Boxes | None = Field(description="What the machine reads; null in a blind item, as are the next four.")
    value: int | None
    confidence: Probability | None
    evidence: dict[str, EvidenceLine] | None
    reasons: list[ReasonLine] | None
    comment: str = Field(description="Of whoever escalated it.")
    earlier: list[EarlierReading] = Field(description="For a senior, newest first.")
    sums: SumsBody | None
    ink: InkBody = Field(description="What whoever decides the number signs that it is about.")
    page: str | None
    page_width: int | None
    page_height: int | None
    places: PlacesBody | None
    leased_until: datetime | None
    links: dict[str, str]


class FilterBody(Exact):
    """What to work on."""

    region: str = Field(default="0", pattern=r"^(0|[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{10}|[0-9]{13})$")
    form: Line | None = None
    reason: Line | None = Field(default=None, description="A code among the reasons.", examples=["number_unsure"])
    field: Line | None = Field(default=None, description="A field, or the first words of several: `paslon`.")
    page: PageId | None = Field(default=None, description="One page, whose numbers are typed one after the other.")


class ClaimBody(Exact):
    """A claim. Send the lease that you have with every further one."""

    count: int = Field(default=10, ge=1, le=10)
    filters: FilterBody = FilterBody()
    lease: Lease | None = None
    resume: bool = Field(default=False, description="Give back first what this lease holds, after a reload.")


class ClaimedBody(Exact):
    """Items, page by page; the page of the most harmful number first."""

    lease: str
    lease_seconds: int
    items: list[ItemBody]
    waiting: int = Field(
        description="How many more wait with these filters, at other desks too; 1000 where there are more."
    )


class LeaseBody(Exact):
    """A lease, and the items that are meant; all of its items by default."""

    lease: Lease
    items: Annotated[list[ItemId], Field(max_length=100)] | None = None


class HeldBody(Exact):
    """The items that the lease holds; others are lost or done."""

    items: list[str]
    lease_seconds: int
    lost: dict[str, Fate | None] = Field(
        default={},
        description="What became of the named items that you hold no more. taken: another desk has it; answered: "
        "somebody, perhaps you elsewhere, has answered it; free: it waits again for anyone; ended: it waits no more; "
        "null: that is not told, as of every blind one.",
    )


class SeenBody(Exact):
    """The picture of the number that was on the screen when it was decided."""

    cut: str = Field(
        min_length=1, max_length=80, description="The `ETag` of `links.cut` (without `places`: of the page)."
    )
    at: Moment = Field(description="When it was painted, by your clock.")


class AnswerBody(Exact):
    """A decision. In a blind item `confirm` and `correct` mean the same: the boxes are what the ink says."""

    kind: Literal["confirm", "correct", "unreadable", "escalate"]
    lease: Lease
    version: int = Field(ge=0, description="The version that you saw.")
    boxes: str = Field(default="", max_length=16, examples=["X24"])
    comment: str = Field(default="", max_length=2000, description="Needed to escalate.")
    seconds: float | None = Field(default=None, ge=0, le=86_400)
    seen: SeenBody | None = Field(default=None, description="Without it nothing is decided: `cut_unseen`.")
    signed: SignedBody | None = SIGNED


class AnsweredBody(Exact):
    """What a decision came to."""

    item: str
    state: Literal["done"]
    settled: bool | None = Field(description="false: someone else must agree first; null in a blind item.")
    number: NumberBody | None = Field(description="As it stands now; null in a blind item.")


class UndoBody(Exact):
    """Undo of one's own last decision; its item comes back under this lease."""

    lease: Lease
    signed: SignedBody | None = SIGNED


class UndoableBody(Exact):
    """What an undo would take back now."""

    ink: InkBody


class UndoneBody(Exact):
    """The item that is open again."""

    item: ItemBody

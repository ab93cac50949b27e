"""The log as anyone sees it: an independent reader of tiles reads it, and no tile says what nobody may know."""

import base64
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import tlog_scales.reader
import tlog_scales.signing
import tlog_scales.tlog
from sqlalchemy import select

from api.core.context import Records, open_records
from api.db.log_tables import Event
from api.db.tables import Document, Page, Person
from api.documents.receive import Delivery, receive
from api.ledger.append import record_event
from api.ledger.keys import make_key
from api.ledger.notes import COSIGNATURE, Checkpoint, cosign, key_of, parse_note
from api.ledger.sequencer import open_signer, sequence_all
from api.ledger.tree import leaf_hash
from api.people.accounts import create_person
from api.people.roles import Role
from api.verification import standalone_verifier
from api.verification.receipts import claim_event, proofs_of, receipt_of
from pipeline.documents import Limits
from pipeline.errors import ConflictError
from pipeline.reader import Reader
from tests.support.history import decide, read, received
from tests.support.http import settings_in, working
from tests.support.proofs import faults_of
from tests.support.samples import jpeg
from tests.support.service import TestClient

STATION = "1101012001001"
NUMBERS = {"paslon_1": ("accepted", 70), "paslon_2": ("review", 733)}
WITNESS = "witness.example.org"
SECRETS = ("budi", "ani", "siti", "rahasia", "terbaca jelas", "tps.jpg", "733", "argon2")
"""Names, files, words of people, and a value that nobody has decided yet: nothing of it may be in a leaf."""


PATIENCE_SECONDS = 30


class Fetched:
    """What the independent reader fetches tiles with."""

    def __init__(self, client: TestClient) -> None:
        self._client = client

    def get(self, *path: str) -> bytes | None:
        answer = self._client.get("/log/" + "/".join(path))
        return answer.content if answer.status_code == 200 else None


@pytest.fixture
def client(tmp_path: Path, database_url: str, reader: Reader) -> Iterator[TestClient]:
    """Return a client of a service with a history of more than one tile, which everybody may look at."""
    witness = key_of(make_key(tmp_path / "witness.pem"), WITNESS, COSIGNATURE)
    settings = settings_in(tmp_path, database_url, public=True, witnesses=(str(witness),))
    records = open_records(settings)
    fill(records)
    sequence_all(records.database, open_signer(records.database, settings.log_key_file))
    records.close()
    with working(settings, reader, read=False) as client:
        settled(client)
        yield client


def settled(client: TestClient) -> None:
    """Wait until what the service itself records at its start is in the tree: later the checkpoint is another."""
    end = time.monotonic() + PATIENCE_SECONDS
    while client.get("/api/v1/log").json()["waiting"]:
        assert time.monotonic() < end
        time.sleep(0.05)


def fill(records: Records) -> None:
    with records.database.writing() as session:
        document, page = received(session, records.originals, STATION, b"one")
    with records.database.writing() as session:
        read(session, session.get_one(Document, document.id), session.get_one(Page, page.id), NUMBERS)
    with records.database.writing() as session:
        decide(session, session.get_one(Document, document.id), "paslon_1", 71)
    with records.database.writing() as session:
        create_person(session, "local", "siti.rahasia", [Role.ADMIN], password="kata sandi yang panjang sekali")
    with records.database.writing() as session:
        for index in range(300):
            record_event(session, "sums_repaired", "program", "region:0", {"differences": index})


def test_an_independent_reader_reads_the_whole_log_and_proves_every_entry(client: TestClient) -> None:
    reader = tlog_scales.reader.TilesReader(Fetched(client))
    checkpoint = reader.get_checkpoint()
    key = client.get("/api/v1/log").json()["key"]
    checkpoint.verify(tlog_scales.signing.Vkey.from_string(key))
    assert checkpoint.size > 256
    assert reader.calculate_root_hash() == checkpoint.root_hash
    for index in (0, 1, 255, 256, checkpoint.size - 1):
        entry = reader.get_entry(index)
        proof = reader.get_inclusion_proof(index, checkpoint.size)
        proof.check(leaf_hash(entry), checkpoint.root_hash)
        assert json.loads(entry)["v"] == 1


def test_a_receipt_is_checked_offline_by_the_program_that_needs_nothing_of_ours(
    client: TestClient, tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    records = open_records(settings_in(tmp_path, database_url))
    with records.database.reading() as session:
        event = session.scalars(select(Event.seq).where(Event.kind == "pages_received")).one()
    records.close()
    key = client.get("/api/v1/log").json()["key"]
    text = client.get(f"/api/v1/log/proofs/{event}").text
    file = tmp_path / "receipt"
    file.write_text(text, encoding="utf-8")
    assert standalone_verifier.main([str(file), "--log", key]) == 0
    entry = base64.b64decode(text.split("\n")[1].removeprefix("extra "))
    lie = base64.b64encode(entry.replace(b"at", b"ta", 1)).decode()
    file.write_text(text.replace(base64.b64encode(entry).decode(), lie), encoding="utf-8")
    assert standalone_verifier.main([str(file), "--log", key]) == 4
    capsys.readouterr()


def test_an_uploader_gets_the_proofs_of_a_document(client: TestClient, tmp_path: Path, database_url: str) -> None:
    records = open_records(settings_in(tmp_path, database_url))
    key = client.get("/api/v1/log").json()["key"]
    with records.database.reading() as session:
        document = session.scalars(select(Document.id)).first()
        proofs = proofs_of(session, str(document))
    for proof in proofs:
        assert faults_of(str(proof), key) == []
    told = " ".join(proof.entry.decode() for proof in proofs)
    assert all(kind in told for kind in ("pages_received", "page_read", "document_decided", "number_decided"))
    records.close()


def test_a_delivery_becomes_a_proof_that_names_its_file_and_station(records: Records, tmp_path: Path) -> None:
    signer = open_signer(records.database, tmp_path / "log-key.pem")
    (receipt,) = receive(records, [("a.jpg", jpeg())], Delivery("ani"), Limits())
    with records.database.reading() as session:
        event = claim_event(session, receipt.sha256)
        assert event is not None
        with pytest.raises(ConflictError):
            receipt_of(session, event)
    sequence_all(records.database, signer)
    with records.database.reading() as session:
        proof = receipt_of(session, event)
    assert faults_of(str(proof), str(signer.public)) == []
    assert receipt.sha256 in proof.entry.decode()
    assert "ani" not in proof.entry.decode()


def test_consistency_of_any_two_sizes_is_proven(client: TestClient) -> None:
    size = client.get("/api/v1/log").json()["size"]
    reader = tlog_scales.reader.TilesReader(Fetched(client))
    reader.get_checkpoint()
    for old, new in ((1, size), (255, 257), (256, size), (size, size)):
        told = client.get(f"/api/v1/log/consistency/{old}/{new}").json()
        hashes = [base64.b64decode(one) for one in told["hashes"]]
        tlog_scales.tlog.ConsistencyProof(old, new, hashes).check(reader.mth(0, old), reader.mth(0, new))
    assert client.get(f"/api/v1/log/consistency/5/{size + 1000}").status_code == 404


def test_no_tile_holds_what_is_personal_or_undecided(client: TestClient, tmp_path: Path, database_url: str) -> None:
    records = open_records(settings_in(tmp_path, database_url))
    with records.database.reading() as session:
        people = [one for row in session.scalars(select(Person)) for one in (row.id, row.name, row.password)]
        actors = set(session.scalars(select(Event.actor))) - {"program", "local"}
    records.close()
    reader = tlog_scales.reader.TilesReader(Fetched(client))
    size = reader.get_checkpoint().size
    entries = b"\n".join(reader.get_entry(index) for index in range(size)).decode()
    assert people
    for secret in (*SECRETS, *people, *actors):
        assert secret is None or f'"{secret}"' not in entries.lower()
        assert secret is None or len(secret) < 5 or secret not in entries


@pytest.mark.parametrize("path", ["tile/0/999", "tile/0/000.p/0", "tile/9/000", "tile/0/x", "tile/entries/000.p/257"])
def test_what_the_log_does_not_have_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(f"/log/{path}").status_code in (404, 422)


def test_the_page_of_the_log_says_its_times_as_all_pages_do(client: TestClient) -> None:
    page = client.get("/log").text
    assert re.search(r"<dd>[0-9-]{10} [0-9:]{8} WIB</dd>", page)
    assert "+00:00" not in page


def test_tiles_may_be_kept_for_ever_and_a_checkpoint_may_not(client: TestClient) -> None:
    assert "immutable" in client.get("/log/tile/0/000").headers["cache-control"]
    assert client.get("/log/checkpoint").headers["cache-control"] == "no-cache"


def test_the_cosignature_of_a_known_witness_is_shown_and_any_other_is_refused(
    client: TestClient, tmp_path: Path
) -> None:
    from api.ledger.keys import load_key  # noqa: PLC0415

    private, stranger = load_key(tmp_path / "witness.pem"), make_key(tmp_path / "stranger.pem")
    checkpoint = parse_note(client.get("/log/checkpoint").text).checkpoint
    address = f"/api/v1/log/cosignatures/{checkpoint.size}"
    other = Checkpoint(checkpoint.origin, checkpoint.size, b"\0" * 32)
    for line in (
        cosign(checkpoint, stranger, WITNESS, 1_700_000_000),
        cosign(checkpoint, private, "other.example.org", 1_700_000_000),
        cosign(other, private, WITNESS, 1_700_000_000),
    ):
        assert client.post(address, json={"line": str(line)}).status_code == 422
    good = cosign(checkpoint, private, WITNESS, 1_700_000_000)
    assert client.post(address, json={"line": str(good)}).status_code == 204
    (shown,) = client.get("/api/v1/log").json()["witnesses"]
    assert (shown["name"], shown["size"]) == (WITNESS, checkpoint.size)
    assert str(good) in client.get("/log/checkpoint").text

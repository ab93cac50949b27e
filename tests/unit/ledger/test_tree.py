"""Tree, tiles, notes and proofs: the vectors of their specifications, and an implementation that is not ours."""

import hashlib
import random
from collections.abc import Sequence

import pytest
import tlog_scales.signing
import tlog_scales.tlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from api.ledger.notes import (
    COSIGNATURE,
    Checkpoint,
    Note,
    NoteError,
    cosign,
    cosigned_at,
    key_of,
    parse_key,
    parse_note,
    parse_signature,
    sign,
    signed_by,
)
from api.ledger.proofs import InclusionProof
from api.ledger.tiles import (
    WIDTH,
    bundle,
    hashes_from,
    parse_index,
    tile_path,
    tile_root,
)
from api.ledger.tree import (
    EMPTY,
    GrowingTree,
    Hashes,
    ProofError,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
)
from api.verification.standalone_verifier import root_of_path
from tests.support.proofs import faults_of

ENTRIES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Roots of the first one, two, .. eight of them: the vectors that implementations of RFC 6962 share."""

VECTOR_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
VECTOR_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
VECTOR_SIGNATURE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)


def tiled(entries: Sequence[bytes]) -> Hashes:
    """Return the hashes of a log as tiles give them: whole subtrees of 256 leaves only above the lowest level."""
    levels = [[leaf_hash(entry) for entry in entries]]
    while len(levels[-1]) >= WIDTH:
        below = levels[-1]
        levels.append([tile_root(below[at : at + WIDTH]) for at in range(0, len(below) - WIDTH + 1, WIDTH)])

    def tile(level: int, first: int, count: int) -> list[bytes]:
        assert first // WIDTH == (first + count - 1) // WIDTH, "over the edge of a tile"
        found = levels[level][first : first + count]
        assert len(found) == count, "a subtree that is not complete"
        return found

    return hashes_from(tile)


def test_roots_are_those_of_the_published_vectors() -> None:
    growing = GrowingTree()
    assert growing.root == EMPTY == root(0, tiled([]))
    for size, expected in enumerate(ROOTS, 1):
        growing.add(leaf_hash(ENTRIES[size - 1]))
        assert growing.root.hex() == root(size, tiled(ENTRIES)).hex() == expected


SIZES = [*range(1, 20), 255, 256, 257, 511, 513, 700, 1025]


@pytest.mark.parametrize("size", SIZES)
def test_proofs_are_accepted_by_another_implementation(size: int) -> None:
    entries = [f"entry {index}".encode() for index in range(size)]
    hashes = tiled(entries)
    head = root(size, hashes)
    for index in sorted({0, size // 3, size // 2, size - 1}):
        path = inclusion_proof(index, size, hashes)
        assert root_of_path(leaf_hash(entries[index]), index, size, path) == head
        tlog_scales.tlog.InclusionProof(index, size, path).check(leaf_hash(entries[index]), head)
    for old in sorted({1, size // 3 or 1, size // 2 or 1, size}):
        path = consistency_proof(old, size, hashes)
        tlog_scales.tlog.ConsistencyProof(old, size, path).check(root(old, hashes), head)


def test_a_changed_proof_shows_nothing() -> None:
    entries = [bytes([index]) for index in range(29)]
    hashes, chance = tiled(entries), random.Random(1)
    head = root(29, hashes)
    for _ in range(300):
        index = chance.randrange(29)
        path = inclusion_proof(index, 29, hashes)
        assert root_of_path(leaf_hash(entries[index]), index, 29, _damaged(path, chance)) != head
        assert root_of_path(leaf_hash(entries[(index + 1) % 29]), index, 29, path) != head
    for index in (-1, 29, 10**30):
        assert root_of_path(leaf_hash(b""), index, 29, []) is None


def test_nothing_is_proven_of_what_is_not_in_the_tree() -> None:
    hashes = tiled([b"a", b"b", b"c"])
    for index in (-1, 3):
        with pytest.raises(ProofError):
            inclusion_proof(index, 3, hashes)
    for old in (0, 4):
        with pytest.raises(ProofError):
            consistency_proof(old, 3, hashes)


def _damaged(path: list[bytes], chance: random.Random) -> list[bytes]:
    at, kind = chance.randrange(len(path) or 1), chance.randrange(3)
    if kind == 0 or not path:
        return [*path, leaf_hash(b"more")]
    if kind == 1:
        return path[:at] + path[at + 1 :]
    return [leaf_hash(part) if index == at else part for index, part in enumerate(path)]


@pytest.mark.parametrize(
    ("index", "width", "path"),
    [(0, 256, "000"), (0, 1, "000.p/1"), (1234067, 256, "x001/x234/067"), (999, 255, "999.p/255")],
)
def test_addresses_of_tiles_are_those_of_the_specification(index: int, width: int, path: str) -> None:
    assert tile_path(3, index, width) == f"tile/3/{path}"
    assert parse_index(path) == (index, width)


@pytest.mark.parametrize("path", ["", "1", "0001", "x000/001", "000.p/256", "000.p/0", "000.p/257", "001/067", "٠٠٠"])
def test_what_is_no_address_of_a_tile_is_none(path: str) -> None:
    assert parse_index(path) is None


def test_a_bundle_has_each_entry_after_its_length() -> None:
    entries = [b"", b"a" * 65535, b"b"]
    assert bundle(entries) == b"\0\0" + b"\xff\xff" + entries[1] + b"\0\1b"
    with pytest.raises(ValueError, match="65536"):
        bundle([b"a" * 65536])


def test_keys_and_signatures_are_those_of_the_published_vector() -> None:
    key, signature = parse_key(VECTOR_KEY), parse_signature(VECTOR_SIGNATURE)
    assert str(key) == VECTOR_KEY
    assert str(signature) == VECTOR_SIGNATURE
    assert (signature.name, signature.key_id) == (key.name, key.id)
    Ed25519PublicKey.from_public_bytes(key.public).verify(signature.content, VECTOR_TEXT.encode())


def test_checkpoints_and_cosignatures_are_read_by_another_implementation() -> None:
    log, witness = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    checkpoint = Checkpoint("example.org/tally", 29, hashlib.sha256(b"x").digest())
    note = sign(checkpoint, log)
    note = note.with_signatures([cosign(checkpoint, witness, "witness.example", 1_700_000_000)])
    theirs = tlog_scales.tlog.Checkpoint.from_text(str(note))
    assert (theirs.origin, theirs.size, theirs.root_hash) == ("example.org/tally", 29, checkpoint.root)
    for key in (key_of(log, checkpoint.origin), key_of(witness, "witness.example", COSIGNATURE)):
        theirs.verify(tlog_scales.signing.Vkey.from_string(str(key)))
    assert cosigned_at(note, key_of(witness, "witness.example", COSIGNATURE)) == 1_700_000_000
    other = key_of(Ed25519PrivateKey.generate(), checkpoint.origin)
    assert not signed_by(note, other)


def test_a_note_that_was_changed_is_refused() -> None:
    log, checkpoint = Ed25519PrivateKey.generate(), Checkpoint("log", 3, hashlib.sha256(b"x").digest())
    key, text = key_of(log, "log"), str(sign(checkpoint, log))
    assert signed_by(parse_note(text), key)
    with pytest.raises(NoteError):
        signed_by(parse_note(text.replace("\n3\n", "\n4\n")), key)
    for changed in ("", text[:-1], text.replace("\n3\n", "\n03\n"), text.replace("\n\n", "\nmore\n\n"), text + "x\n"):
        with pytest.raises(NoteError):
            parse_note(changed)


@pytest.mark.parametrize(
    "text", ["", "log", "log+00000000+AQ==", VECTOR_KEY.replace("c74f", "c74e"), "a b+c74f20a3+AR"]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        parse_key(text)


def test_a_proof_can_be_kept_in_a_file_and_checked_offline() -> None:
    entries, log = [f"{index}".encode() for index in range(300)], Ed25519PrivateKey.generate()
    hashes = tiled(entries)
    note = sign(Checkpoint("log", 300, root(300, hashes)), log)
    proof = InclusionProof(entries[77], 77, tuple(inclusion_proof(77, 300, hashes)), note)
    key = str(key_of(log, "log"))
    assert faults_of(str(proof), key) == []
    for entry, index, signed in (
        (b"x", 77, note),
        (entries[77], 76, note),
        (entries[77], 77, Note(note.checkpoint, ())),
    ):
        assert len(faults_of(str(InclusionProof(entry, index, proof.path, signed)), key)) == 1

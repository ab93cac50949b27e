"""13 digits in a name are a polling station only where a list has them, or a person says so."""

import time

import pytest

from api.db import Database
from api.regions.import_list import import_regions
from api.regions.named_station import named_station
from tests.support.stations import EXAMPLE, list_stations

LISTED, OTHER = "3171010001002", "6472010001009"
NO_CODES = (
    "FB_IMG_1707898212345.jpg",
    "IMG_1707898212345.jpg",
    "IMG-3171010001002-WA0001.jpg",
    "PXL_3171010001002.jpg",
    "WhatsApp Image 3171010001002.jpeg",
    "mmexport1707898212345.jpg",
    "received_1707898212345.jpeg",
    "1707898212345.jpg",
    "1392336000000-p1.jpg",
    "6281234567890.jpg",
    "6285712345678-p1.jpg",
    "6281234567890_1707898212345.jpg",
    "6281234567890/1707898212345.jpg",
    "kiriman.zip/FB_IMG_1707898212345.jpg",
    "31710100010021.jpg",
    "foto.jpg",
)
"""Names that cameras, chats and their gateways make, and names without any code."""


@pytest.mark.parametrize("name", NO_CODES)
@pytest.mark.parametrize("confirmed", [False, True])
def test_no_name_of_a_camera_or_a_chat_is_a_code(database: Database, name: str, confirmed: bool) -> None:
    with database.reading() as session:
        assert named_station(session, name, confirmed=confirmed).code is None
    list_stations(database, LISTED)
    with database.reading() as session:
        assert named_station(session, name, confirmed=confirmed).code is None


def test_a_time_of_this_very_moment_is_no_code(database: Database) -> None:
    with database.reading() as session:
        assert named_station(session, f"{time.time_ns() // 1_000_000}.jpg", confirmed=True).code is None


@pytest.mark.parametrize(
    "name",
    [
        f"{LISTED}-p1.jpg",
        f"scan {LISTED} hal2.pdf",
        f"{LISTED}/IMG_20240214_153012345.jpg",
        f"{LISTED}/FB_IMG_1707898212345.jpg",
        f"semua.zip/{LISTED}/foto.jpg",
        f"{LISTED}.zip/{LISTED}-p1.jpg",
        f"9999999999999/{LISTED}-p1.jpg",
    ],
)
def test_a_code_that_the_list_has_counts_wherever_it_stands(database: Database, name: str) -> None:
    list_stations(database, LISTED, OTHER)
    with database.reading() as session:
        assert named_station(session, name).station == LISTED


def test_a_listed_code_counts_although_it_could_be_a_time(database: Database) -> None:
    list_stations(database, "1671010001002")
    with database.reading() as session:
        assert named_station(session, "1671010001002-p1.jpg").station == "1671010001002"


def test_what_the_list_lacks_does_not_count_and_is_said(database: Database) -> None:
    list_stations(database, LISTED)
    with database.reading() as session:
        said = named_station(session, "3171010001003-p1.jpg", confirmed=True)
    assert said.code is None
    assert said.reason is not None
    assert said.reason.code == "station_not_listed"
    assert "3171010001003" in said.reason.text("id")


def test_two_stations_in_one_name_are_none(database: Database) -> None:
    list_stations(database, LISTED, OTHER)
    with database.reading() as session:
        said = named_station(session, f"{LISTED}/{OTHER}-p1.jpg")
    assert (said.code, said.reason and said.reason.code) == (None, "station_ambiguous")


@pytest.mark.parametrize(
    "name", [f"{LISTED}-p1.jpg", "0024010001002-p1.jpg", f"{LISTED}/foto.jpg", "9901010001001.pdf"]
)
def test_without_a_list_a_code_in_front_is_proposed_and_counts_once_it_is_confirmed(
    database: Database, name: str
) -> None:
    with database.reading() as session:
        said = named_station(session, name)
        assert (said.station, said.reason and said.reason.code) == (None, "station_unconfirmed")
        assert said.proposed is not None
        assert said.proposed in name
        assert named_station(session, name, confirmed=True).station == said.proposed


@pytest.mark.parametrize(
    "name", [f"scan {LISTED}.jpg", "2071010001002.jpg", "3771010001002-p1.jpg", "9771010001002.jpg"]
)
def test_without_a_list_a_code_elsewhere_or_of_no_province_says_nothing(database: Database, name: str) -> None:
    with database.reading() as session:
        assert named_station(session, name, confirmed=True).code is None


def test_the_invented_province_counts_only_while_no_list_says_otherwise(database: Database) -> None:
    list_stations(database, LISTED)
    with database.reading() as session:
        assert named_station(session, "0024010001002-p1.jpg", confirmed=True).code is None
    import_regions(database, EXAMPLE, "test")
    with database.reading() as session:
        assert named_station(session, "0024010001002-p1.jpg").station == "0024010001002"
        assert named_station(session, "0024010002021-p3.jpg").station == "0024010002021"

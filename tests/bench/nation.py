"""A whole nation on PostgreSQL: 820,000 stations and 10.7 million numbers, made by the database itself.

Values come from hashes, so that every run makes the same nation. One number in twenty is in review, one station in a
hundred has a broken rule. There are no pages and no events: this is for timing sums, not for the audit.
"""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text

from api.db import Database
from api.db.tables import Base
from api.regions.import_list import import_regions

STATIONS, VILLAGES, DISTRICTS, REGENCIES, PROVINCES = 820_000, 84_000, 7_277, 514, 38
"""As in the general election of 2024, rounded."""

ELECTION = "ppwp-2024"
FIELDS = (
    "paslon_1", "paslon_2", "paslon_3", "suara_sah", "suara_tidak_sah", "suara_total", "dpt_l", "dpt_p", "dpt_j",
    "pengguna_l", "pengguna_p", "pengguna_j", "surat_suara_diterima",
)  # fmt: skip
"""13 numbers a station: 10.66 million."""

Say = Callable[[str], None]

_STEPS = {
    "documents": """
        INSERT INTO document (id, election_id, station, name, state, form_id, pages_found, missing_pages, rules,
                              reasons, created_at, created_by, version)
        SELECT lpad(code, 32, '0'), :election, code, code, 'review', 'c-hasil-ppwp-2024', '[1,2,3]', '[]',
               jsonb_build_array(jsonb_build_object(
                   'id', 'sum', 'severity', 'hard', 'holds', abs(hashtext(code)) % 100 <> 0)),
               '[]', now(), 'bench', 1
        FROM region WHERE level = 'station'
    """,
    "numbers": """
        INSERT INTO number (document_id, field, value, boxes, confidence, outcome, reasons, evidence, state, final,
                            final_boxes, version)
        SELECT id, field, value, lpad(value::text, 3, '0'), 0.999, outcome, '[]', '{}', outcome,
               CASE WHEN outcome = 'accepted' THEN value END, lpad(value::text, 3, '0'), 1
        FROM (
            SELECT document.id, field, abs(hashtext(field || station)) % 250 AS value,
                   CASE WHEN abs(hashtext(station || field)) % 20 = 0 THEN 'review' ELSE 'accepted' END AS outcome
            FROM document CROSS JOIN unnest(CAST(:fields AS text[])) AS field
            ORDER BY document.id, field
        ) AS made
    """,
    "stations": """
        INSERT INTO station_count (election_id, station, document_id, amounts)
        SELECT :election, document.station, document.id,
               COALESCE(jsonb_object_agg(field, final) FILTER (WHERE final > 0), '{}')
               || COALESCE(jsonb_object_agg('_counted:' || field, 1) FILTER (WHERE final IS NOT NULL), '{}')
               || '{"_received": 1, "_read": 1}'
               || CASE WHEN bool_or(number.state = 'review') THEN '{"_review": 1}' ELSE '{"_final": 1}'::jsonb END
               || CASE WHEN (rules -> 0 ->> 'holds') = 'false' THEN '{"_broken": 1}' ELSE '{}'::jsonb END
               || CASE WHEN count(final) FILTER (WHERE field IN ('dpt_j', 'pengguna_j')) = 2 THEN
                   '{"_turnout": 1}'
                   || CASE WHEN max(final) FILTER (WHERE field = 'dpt_j') > 0 THEN jsonb_build_object(
                       '_turnout:entitled', max(final) FILTER (WHERE field = 'dpt_j')) ELSE '{}' END
                   || CASE WHEN max(final) FILTER (WHERE field = 'pengguna_j') > 0 THEN jsonb_build_object(
                       '_turnout:voted', max(final) FILTER (WHERE field = 'pengguna_j')) ELSE '{}' END
               ELSE '{}' END
        FROM number JOIN document ON document.id = number.document_id
        GROUP BY document.id
    """,
    "sums of villages": """
        INSERT INTO tally (election_id, region, item, digits, amount)
        SELECT :election, substr(station, 1, 10), key, 10, sum(CAST(value AS bigint))
        FROM station_count CROSS JOIN LATERAL jsonb_each_text(amounts)
        GROUP BY 2, 3
    """,
    "sums of districts": """
        INSERT INTO tally SELECT election_id, substr(region, 1, 6), item, 6, sum(amount)
        FROM tally WHERE digits = 10 GROUP BY 1, 2, 3
    """,
    "sums of regencies": """
        INSERT INTO tally SELECT election_id, substr(region, 1, 4), item, 4, sum(amount)
        FROM tally WHERE digits = 6 GROUP BY 1, 2, 3
    """,
}


def make_nation(database: Database, folder: Path, say: Say) -> None:
    """Empty a database and fill it with a nation."""
    with database.engine.begin() as connection:
        tables = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
        connection.execute(text(f"TRUNCATE {tables} CASCADE"))
    say("regions")
    imported = import_regions(database, write_regions(folder), "bench")
    say(f"{imported.counts}")
    with database.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO election VALUES (:election, 'c-hasil-ppwp-2024', 'Pilpres', 'President', now())"),
            {"election": ELECTION},
        )
    for name, statement in _STEPS.items():
        say(name)
        with database.engine.begin() as connection:
            # Rows refer to each other rightly by how they are made; looking each up would take most of the time.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text("SET LOCAL work_mem = '256MB'"))
            connection.execute(text(statement), {"election": ELECTION, "fields": list(FIELDS)})
    say("vacuum")
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def write_regions(folder: Path) -> Path:
    """Write a list of regions with as many of each level as there are, stations given by number."""
    regencies = [f"{11 + place % PROVINCES}{place // PROVINCES + 1:02d}" for place in range(REGENCIES)]
    districts = [f"{regencies[place % REGENCIES]}{place // REGENCIES + 1:02d}" for place in range(DISTRICTS)]
    lines = ["code,name,tps"]
    lines += [f"{11 + place},PROVINSI {place + 1}," for place in range(PROVINCES)]
    lines += [f"{code},KABUPATEN {code}," for code in regencies]
    lines += [f"{code},KECAMATAN {code}," for code in districts]
    for place in range(VILLAGES):
        count = STATIONS * (place + 1) // VILLAGES - STATIONS * place // VILLAGES
        code = f"{districts[place % DISTRICTS]}{2001 + place // DISTRICTS:04d}"
        lines.append(f"{code},DESA {code},{count}")
    file = folder / "regions.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file

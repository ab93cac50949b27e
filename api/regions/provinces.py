"""Codes of Indonesia's provinces: the first two digits of every code of a region.

Source: Keputusan Menteri Dalam Negeri 300.2.2-2138 of 2025 on codes and data of government regions (the 38 provinces,
unchanged since 100.1.1-6117 of 2022), which the commission's station codes follow; 99 is what the commission itself
calls polling stations abroad.
"""

from collections.abc import Mapping

PROVINCES: Mapping[str, str] = {
    "11": "Aceh",
    "12": "Sumatera Utara",
    "13": "Sumatera Barat",
    "14": "Riau",
    "15": "Jambi",
    "16": "Sumatera Selatan",
    "17": "Bengkulu",
    "18": "Lampung",
    "19": "Kepulauan Bangka Belitung",
    "21": "Kepulauan Riau",
    "31": "DKI Jakarta",
    "32": "Jawa Barat",
    "33": "Jawa Tengah",
    "34": "DI Yogyakarta",
    "35": "Jawa Timur",
    "36": "Banten",
    "51": "Bali",
    "52": "Nusa Tenggara Barat",
    "53": "Nusa Tenggara Timur",
    "61": "Kalimantan Barat",
    "62": "Kalimantan Tengah",
    "63": "Kalimantan Selatan",
    "64": "Kalimantan Timur",
    "65": "Kalimantan Utara",
    "71": "Sulawesi Utara",
    "72": "Sulawesi Tengah",
    "73": "Sulawesi Selatan",
    "74": "Sulawesi Tenggara",
    "75": "Gorontalo",
    "76": "Sulawesi Barat",
    "81": "Maluku",
    "82": "Maluku Utara",
    "91": "Papua",
    "92": "Papua Barat",
    "93": "Papua Selatan",
    "94": "Papua Tengah",
    "95": "Papua Pegunungan",
    "96": "Papua Barat Daya",
    "99": "Luar Negeri",
}
"""Name by code."""

INVENTED = "00"
"""The province of invented documents, such as the samples; no real one has it."""


def province_exists(code: str) -> bool:
    """Return whether a code lies in a province that there is, or in the invented one."""
    return code[:2] in PROVINCES or code[:2] == INVENTED

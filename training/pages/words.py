"""Numbers in Indonesian words, as officers write them in capitals."""

_ONES = ("NOL", "SATU", "DUA", "TIGA", "EMPAT", "LIMA", "ENAM", "TUJUH", "DELAPAN", "SEMBILAN", "SEPULUH", "SEBELAS")


def in_words(number: int) -> str:
    """Return a number from 0 to 9999 in words: 124 is SERATUS DUA PULUH EMPAT.

    Raises:
        ValueError: The number is outside 0..9999.

    """
    if not 0 <= number <= 9999:
        raise ValueError(f"{number} is outside 0..9999")
    if number < 12:
        return _ONES[number]
    if number < 20:
        return f"{_ONES[number - 10]} BELAS"
    if number < 100:
        return _joined(_ONES[number // 10] + " PULUH", number % 10)
    if number < 1000:
        head = "SERATUS" if number < 200 else _ONES[number // 100] + " RATUS"
        return _joined(head, number % 100)
    head = "SERIBU" if number < 2000 else _ONES[number // 1000] + " RIBU"
    return _joined(head, number % 1000)


def _joined(head: str, rest: int) -> str:
    """Return the head with the rest in words behind it, if there is a rest."""
    return f"{head} {in_words(rest)}" if rest else head

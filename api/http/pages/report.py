"""Where whoever sees an error on a page of results can say so, with the address of the page and of the ink."""

from urllib.parse import quote, urlencode, urljoin

from fastapi import Request

MAILTO = "mailto:"


def report_address(contact: str | None, subject: str, body: str) -> str | None:
    """Return a link to whom the operator has named: a letter that is begun, or their page or telephone as it is.

    Args:
        contact: As `mailto:`, `https://` or `tel:`; None where nobody is named.
        subject: Of the letter.
        body: Its text.

    """
    if contact is None or not contact.startswith(MAILTO):
        return contact
    begun = urlencode({"subject": subject, "body": body}, quote_via=quote)
    return f"{contact}{'&' if '?' in contact else '?'}{begun}"


def absolute(request: Request, address: str) -> str:
    """Return an address of this service as others can open it."""
    return urljoin(str(request.base_url), address)

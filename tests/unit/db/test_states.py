"""State words are the same in tables, in the API and in JSON."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, get_args

import pytest
from sqlalchemy import Column, Connection, MetaData, Table, create_engine, insert, select, text
from sqlalchemy.exc import StatementError

from api.db.states import AnswerKind, DocumentState, NumberState, PageState
from api.db.types import Word
from api.ledger.leaf import canonical
from api.schemas.desk import AnswerBody
from api.schemas.documents import DecisionBody, DocumentWord, NumberWord, PageWord, VerdictBody

PAGES = Table("page", MetaData(), Column("state", Word(PageState, 10)))


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as opened:
        PAGES.create(opened)
        yield opened
    engine.dispose()


@pytest.mark.parametrize(
    ("words", "kind"), [(PageWord, PageState), (DocumentWord, DocumentState), (NumberWord, NumberState)]
)
def test_the_api_has_the_words_of_the_tables(words: Any, kind: type[StrEnum]) -> None:
    assert set(get_args(words)) == set(kind)


def test_every_answer_of_the_api_is_one_of_the_tables() -> None:
    asked = [get_args(body.model_fields["kind"].annotation) for body in (AnswerBody, VerdictBody, DecisionBody)]
    assert {word for words in asked for word in words} == set(AnswerKind)


def test_a_word_is_kept_as_text_and_comes_back_as_what_it_is(connection: Connection) -> None:
    connection.execute(insert(PAGES).values(state=PageState.SET_ASIDE))
    assert connection.scalar(text("SELECT state FROM page")) == "set_aside"
    assert connection.scalar(select(PAGES.c.state).where(PAGES.c.state == PageState.SET_ASIDE)) is PageState.SET_ASIDE
    assert canonical({"state": PageState.SET_ASIDE}) == b'{"state":"set_aside"}'


def test_what_is_no_word_is_not_written_and_shown_where_others_wrote_it(connection: Connection) -> None:
    with pytest.raises(StatementError):
        connection.execute(insert(PAGES).values(state="lost"))
    connection.execute(text("INSERT INTO page VALUES ('lost')"))
    assert connection.scalar(select(PAGES.c.state)) == "lost"

"""The tables of the daily seals; times are milliseconds since the epoch, UTC."""

from sqlalchemy import BigInteger, LargeBinary
from sqlmodel import Field, SQLModel

from core.store.tables import big


class SealRow(SQLModel, table=True):
    __tablename__ = "seal"
    no: int = Field(primary_key=True, sa_type=BigInteger)
    at_ms: int = big()
    rows: int = big()
    transfers: int = big()
    mac: bytes = Field(sa_type=LargeBinary)


class SealedRow(SQLModel, table=True):
    """The number up to which a seal covers a balance row that had moved since the seal before."""

    __tablename__ = "sealed"
    seal_no: int = Field(primary_key=True, sa_type=BigInteger)
    row_id: str = Field(primary_key=True, index=True)
    n: int = big()

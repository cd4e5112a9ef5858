# SPDX-License-Identifier: Apache-2.0
"""Reads real_days.md: the days, their positions, and what must become of them."""

import dataclasses
import datetime
import pathlib
import zoneinfo
from decimal import Decimal

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
UTC = datetime.timezone.utc
MINUTE = datetime.timedelta(minutes=1)


@dataclasses.dataclass
class Lot:
    name: str
    side: str  # "long", "short"
    qty: Decimal
    symbol: str
    strategy: str
    stop: Decimal | None
    target: Decimal | None
    hold: int | None  # minutes
    enters: datetime.datetime
    entry_price: Decimal
    leaves: datetime.datetime | None  # None: still held at the end
    exit_price: Decimal | None
    reason: str | None
    frozen_from: datetime.date | None
    tempting: list[datetime.datetime]

    @property
    def is_option(self):
        return len(self.symbol) > 10

    @property
    def sign(self):
        return 1 if self.side == "long" else -1

    @property
    def multiplier(self):
        return 100 if self.is_option else 1


@dataclasses.dataclass
class Split:
    symbol: str
    new_shares: int
    old_shares: int
    at: datetime.datetime


@dataclasses.dataclass
class Days:
    """A section of the table."""

    name: str
    replay: list[str]
    begin: datetime.datetime  # the exchange's clock starts here
    watched: list[tuple[datetime.datetime, datetime.datetime]]  # Belay looks from then to then
    split: Split | None
    lots: list[Lot]

    def looks(self, every, around):
        """The minutes at which Belay looks: every so many, and every single one within `around` minutes of anything
        that the table names."""
        named = [at for lot in self.lots for at in (lot.enters, lot.leaves, *lot.tempting) if at is not None]
        out = []
        for first, last in self.watched:
            at = first
            while at <= last:
                near = any(abs(at - moment) <= around * MINUTE for moment in named)
                if near or at.minute % every == 0:
                    out.append(at)
                at += MINUTE
        return out


class _Section:
    """One `## name`: its settings and its table, as texts."""

    def __init__(self, name):
        self.name = name
        self.settings = {}
        self.rows = []
        self.columns = None

    def take(self, line):
        if line.startswith("- "):
            key, value = line[2:].split(":", 1)
            self.settings[key.strip()] = value.strip()
        elif line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if self.columns is None:
                self.columns = cells
            elif not set(line) <= set("|- "):
                assert len(cells) == len(self.columns), f"{self.name}: {line}"
                self.rows.append(self._named(cells))

    def _named(self, cells):
        """Cells by column; the two prices by which of `in` and `out` they follow."""
        row = {}
        for column, cell in zip(self.columns, cells):
            row["exit price" if column == "price" and "price" in row else column] = cell
        return row

    def moment(self, text):
        """"24 09:44" in the section's month, New York time."""
        day, clock = text.split()
        year, month = self.settings["month"].split("-")
        hour, minute = clock.split(":")
        local = datetime.datetime(int(year), int(month), int(day), int(hour), int(minute), tzinfo=NEW_YORK)
        return local.astimezone(UTC)

    def date(self, day):
        year, month = self.settings["month"].split("-")
        return datetime.date(int(year), int(month), int(day))

    def lot(self, row):
        leaves = None if row["out"] == "-" else self.moment(row["out"])
        frozen = row["reason"].removeprefix("frozen ") if row["reason"].startswith("frozen ") else None
        return Lot(
            name=row["lot"],
            side=row["side"],
            qty=Decimal(row["qty"]),
            symbol=row["symbol"],
            strategy=row["strategy"],
            stop=_decimal(row["stop"]),
            target=_decimal(row["target"]),
            hold=None if row["hold"] == "-" else int(row["hold"]),
            enters=self.moment(row["in"]),
            entry_price=Decimal(row["price"]),
            leaves=leaves,
            exit_price=_decimal(row["exit price"]),
            reason=row["reason"] if leaves else None,
            frozen_from=None if frozen is None else self.date(frozen),
            tempting=[] if row["tempting"] == "-" else [self.moment(t) for t in row["tempting"].split(", ")],
        )

    def days(self):
        split = None
        if "split" in self.settings:  # "AAPL 7 for 1 at 9 09:00"
            what, at = self.settings["split"].split(" at ")
            symbol, new_shares, _, old_shares = what.split()
            split = Split(symbol, int(new_shares), int(old_shares), self.moment(at))
        return Days(
            name=self.name,
            replay=self.settings["replay"].split(", "),
            begin=self.moment(self.settings["begin"]),
            watched=[tuple(self.moment(end) for end in stretch.split(" to "))
                     for stretch in self.settings["watched"].split(", ")],
            split=split,
            lots=[self.lot(row) for row in self.rows],
        )


def _decimal(text):
    return None if text == "-" else Decimal(text)


def read():
    sections = []
    for line in (pathlib.Path(__file__).parent / "real_days.md").read_text().splitlines():
        if line.startswith("## "):
            sections.append(_Section(line[3:].strip()))
        elif sections:
            sections[-1].take(line)
    return [section.days() for section in sections]

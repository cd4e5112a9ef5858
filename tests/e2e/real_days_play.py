# SPDX-License-Identifier: Apache-2.0
"""Plays a section of real_days.md through the paper exchange and the released program."""

from decimal import Decimal

import belay_e2e
import real_days

EVERY = 1 if belay_e2e.LONG else 10
AROUND = 5
CASH = Decimal(1_000_000)
# The clock stands still during a cycle: no second look shows anything new, so there is no use in standing by for it.
QUICK = {"BELAY_SETTLING_WINDOW": "100ms", "BELAY_WITNESS_REST": "5ms"}
KIND = {"C": "CALL", "P": "PUT"}


def shown(at):
    return at.astimezone(real_days.NEW_YORK).strftime("%d %H:%M")


class Play:
    """One section of the table, being played."""

    def __init__(self, days, sim, store, belay):
        self.days = days
        self.sim = sim
        self.store = store
        self.belay = belay
        self.entered = {}  # row of dispatch_executions -> lot
        self.orders = {}  # lot's name -> its entry order
        self.left = {}  # lot's name -> what became of it
        self.wrong = []  # whatever else should not have been

    def run(self):
        looks = self.days.looks(EVERY, AROUND)
        waiting = sorted(self.days.lots, key=lambda lot: lot.enters)
        split = self.days.split
        for index, at in enumerate(looks):
            while waiting and waiting[0].enters <= at:
                lot = waiting.pop(0)
                self.sim.set_clock(lot.enters)
                self.enter(lot)
            if split and split.at <= at:
                self.sim.set_clock(split.at)
                self.sim.split(split.symbol, split.new_shares, split.old_shares)
                split = None
            self.sim.set_clock(at)
            self.look(at)
            last_of_day = index + 1 == len(looks) or looks[index + 1].date() != at.date()
            if last_of_day:
                self.balance(at)

    def enter(self, lot):
        """Somebody trades, and upstream writes it down."""
        side = "buy" if lot.side == "long" else "sell"
        order = self.sim.order(self.sim.submit(lot.symbol, side, lot.qty, **self.order_terms(lot))["id"])
        assert order["status"] == "filled", (lot.name, order)
        if Decimal(order["filled_avg_price"]) != lot.entry_price:
            self.wrong.append(f"{lot.name} came in at {order['filled_avg_price']}, not {lot.entry_price}")
        key = len(self.entered) + 1
        self.entered[key] = lot
        self.orders[lot.name] = order["id"]
        option = {}
        if lot.is_option:
            root, terms = lot.symbol[:-15], lot.symbol[-15:]
            option = {"ticker": root, "option_symbol": lot.symbol, "instrument_type": KIND[terms[6]],
                      "strike_price": Decimal(terms[7:]) / 1000,
                      "expiration_date": f"20{terms[0:2]}-{terms[2:4]}-{terms[4:6]}"}
        self.store.insert_execution(
            id=key, side=lot.side, strategy_type=lot.strategy, quantity=lot.qty,
            entry_price=order["filled_avg_price"], entry_time=order["filled_at"], broker_order_id=order["id"],
            stop_loss=lot.stop, take_profit=lot.target, max_hold_minutes=lot.hold,
            **({"ticker": lot.symbol} | option))

    def order_terms(self, lot):
        """What the entry order says beyond symbol, side and quantity."""
        return {}

    def lots_by_position(self):
        return {row["id"]: self.entered[int(row["execution_key"])]
                for row in self.belay.positions() if row["execution_key"]}

    def cycle(self):
        return self.belay.cycle()[0]

    def look(self, at):
        cycle = self.cycle()
        self.wrong += [f"{shown(at)} {error}" for error in cycle["errors"]]
        lots = self.lots_by_position() if cycle["exits"] else {}
        for line in cycle["exits"]:
            lot = lots.get(line["position_id"])
            if lot is None:
                self.wrong.append(f"{shown(at)} an exit of something that is not in the table: {line}")
            elif line["state"] == "closed":
                self.left[lot.name] = (shown(at), line["reason"], Decimal(line["fill_price"]))
            elif line["state"] != "waiting" or line["reason"] != lot.reason:
                self.wrong.append(f"{shown(at)} {lot.name}: {line}")

    def balance(self, at):
        """What was realised, and what the open positions cost, is what the exchange's cash says."""
        books = CASH
        for row in self.belay.positions():
            lot = self.entered.get(int(row["execution_key"] or 0))
            if lot is None:
                continue  # adopted: it came without a trade, as a split's new shares do
            if row["status"] == "closed":
                books += Decimal(row["realised_result"])
            else:
                books -= lot.sign * Decimal(row["entry_price"]) * Decimal(row["quantity"]) * lot.multiplier
                self.check_frozen(lot, row, at)
        cash = self.sim.cash()
        if cash != books:
            self.wrong.append(f"{shown(at)} the books say {books}, the exchange's cash is {cash}")

    def check_frozen(self, lot, row, at):
        today = at.astimezone(real_days.NEW_YORK).date()
        expected = lot.frozen_from is not None and lot.frozen_from <= today
        if bool(row["frozen"]) != expected:
            self.wrong.append(f"{shown(at)} {lot.name}: frozen is {row['frozen']!r}")

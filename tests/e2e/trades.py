# SPDX-License-Identifier: Apache-2.0
"""Trades on the paper exchange as upstream makes them, and what must be true of the books afterwards."""

import copy
import dataclasses
from decimal import Decimal

MORNING = "2025-03-12T14:30:00Z"  # a Wednesday, 10:30 in New York
EXPIRY = "2025-06-20"
START_CASH = Decimal(100_000_000)


def option_of(root, strike=100, right="C"):
    return f"{root}250620{right}{strike * 1000:08d}"


def bracket(stop, target, tif="gtc"):
    """Of an entry: what makes it one with a bracket."""
    return {"order_class": "bracket", "time_in_force": tif, "stop_loss": {"stop_price": str(stop)},
            "take_profit": {"limit_price": str(target)}}


def stock_names(count):
    """AAA, AAB, …: that many."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [letters[i // 676 % 26] + letters[i // 26 % 26] + letters[i % 26] for i in range(count)]


@dataclasses.dataclass
class Trade:
    key: int
    symbol: str
    qty: Decimal
    side: str
    order: dict

    @property
    def sign(self):
        return 1 if self.side == "long" else -1

    @property
    def multiplier(self):
        return 100 if len(self.symbol) > 10 else 1

    @property
    def entry_value(self):
        """What it took from the cash; negative for a short."""
        return self.sign * Decimal(self.order["filled_avg_price"]) * self.qty * self.multiplier


class Desk:
    """Trades through an exchange whose clock stands still, and writes each trade into dispatch_executions."""

    def __init__(self, sim, store):
        self.sim = sim
        self.store = store
        self.trades = []
        self.start_cash = sim.cash()

    def on(self, store):
        """The same trades, whose books are in another store."""
        other = copy.copy(self)
        other.store = store
        return other

    def price(self, symbol, price, spread=Decimal("0.02")):
        price = Decimal(str(price))
        self.sim.price(symbol, price, bid=price - spread / 2, ask=price + spread / 2)

    def trade(self, symbol, qty, price, *, side="long", stop=None, target=None, hold=None, strategy="swing_trade",
              **order):
        """Trades at about that price, now."""
        self.price(symbol, price)
        wire = self.sim.submit(symbol, "buy" if side == "long" else "sell", qty, **order)
        wire = self.sim.order(wire["id"])
        assert wire["status"] == "filled", wire
        trade = Trade(len(self.trades) + 1, symbol, Decimal(str(qty)), side, wire)
        self.trades.append(trade)
        self.write(trade, stop=stop, target=target, hold=hold, strategy=strategy)
        return trade

    def write(self, trade, *, stop, target, hold, strategy):
        option = {"ticker": trade.symbol}
        if trade.multiplier == 100:
            root, terms = trade.symbol[:-15], trade.symbol[-15:]
            option = {"ticker": root, "option_symbol": trade.symbol,
                      "instrument_type": {"C": "CALL", "P": "PUT"}[terms[6]],
                      "strike_price": Decimal(terms[7:]) / 1000,
                      "expiration_date": f"20{terms[0:2]}-{terms[2:4]}-{terms[4:6]}"}
        self.store.insert_execution(
            id=trade.key, side=trade.side, strategy_type=strategy, quantity=trade.qty,
            entry_price=trade.order["filled_avg_price"], entry_time=trade.order["filled_at"],
            broker_order_id=trade.order["id"], stop_loss=stop, take_profit=target, max_hold_minutes=hold, **option)


def hold_many(sim, store, count, at=MORNING):
    """That many positions, bought at 100 (half of them options, at 5), each with a stop 5 % below; no orders, no fills
    at the exchange, as of an hour ago: [(symbol, stop)]."""
    held = []
    rows = []
    for i, name in enumerate(stock_names(count)):
        is_option = i % 2 == 1
        symbol = option_of(name) if is_option else name
        price = Decimal(5) if is_option else Decimal(100)
        stop = price * Decimal("0.95")
        sim.price(symbol, price, bid=price - Decimal("0.01"), ask=price + Decimal("0.01"))
        sim.position(symbol, 2, price)
        kind = (f"'CALL', '{symbol}', 100, '{EXPIRY}'" if is_option else "'STOCK', NULL, NULL, NULL")
        rows.append(f"({i + 1}, '{name}', {kind}, 'long', 'swing_trade', 2, {price}, '{at}', {stop}, 'FILLED')")
        held.append((symbol, stop))
    store.execute("INSERT INTO dispatch_executions (id, ticker, instrument_type, option_symbol, strike_price, "
                  "expiration_date, side, strategy_type, quantity, entry_price, entry_time, stop_loss, status) VALUES "
                  + ",\n".join(rows))
    return held


def exit_orders(sim):
    """Belay's own orders, as the exchange has them: {client id: order}."""
    return {order["client_order_id"]: order for order in sim.orders() if order["client_order_id"].startswith("blx-")}


def assert_books_balance(desk, belay, kept=()):
    """Every trade (but those kept, of which nothing was sold) has left, once, and every cent of it is accounted for: at
    the exchange, in active_positions, in position_history and in the events."""
    rows = {int(row["execution_key"]): row for row in belay.positions() if row["execution_key"]}
    assert sorted(rows) == sorted(trade.key for trade in desk.trades)
    left = {key: row for key, row in rows.items() if key not in [trade.key for trade in kept]}
    assert [row for row in left.values() if row["status"] != "closed"] == []
    assert [rows[trade.key]["status"] for trade in kept] == ["open"] * len(kept)
    assert desk.sim.positions() == {trade.symbol: trade.sign * trade.qty for trade in kept}
    assert desk.sim.state()["broken_invariants"] == []

    sold = {}
    for client_id, order in exit_orders(desk.sim).items():
        uid = client_id.split("-")[1]
        sold[uid] = sold.get(uid, 0) + Decimal(order["filled_qty"])
    for trade in desk.trades:
        row = rows[trade.key]
        assert sold.get(row["uid"], 0) <= trade.qty, f"{trade.symbol} sold {sold[row['uid']]} of {trade.qty}"

    realised = sum(Decimal(row["realised_result"]) for row in left.values())
    assert realised == desk.sim.cash() - desk.start_cash + sum(trade.entry_value for trade in kept)
    history = desk.store.rows("SELECT count(*) AS n, count(DISTINCT position_id) AS d FROM position_history")[0]
    assert (history["n"], history["d"]) == (len(left), len(left))
    closed = desk.store.rows("SELECT count(*) AS n, count(DISTINCT position_id) AS d FROM position_events "
                             "WHERE event_type = 'closed'")[0]
    assert (closed["n"], closed["d"]) == (len(left), len(left))

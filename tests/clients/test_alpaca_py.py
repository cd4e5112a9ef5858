# SPDX-License-Identifier: Apache-2.0
"""Alpaca's Python client, alpaca-py 0.44.0, unmodified, against the paper exchange. It reads every answer into models
that refuse what they do not expect."""

import datetime
import queue
import threading
import time

import pytest
from alpaca.common.exceptions import APIError
from alpaca.data.historical import OptionHistoricalDataClient, StockHistoricalDataClient
from alpaca.data.live import OptionDataStream, StockDataStream
from alpaca.data.requests import (OptionChainRequest, OptionLatestQuoteRequest, OptionSnapshotRequest, StockBarsRequest,
                                  StockLatestQuoteRequest, StockLatestTradeRequest, StockSnapshotRequest)
from alpaca.data.timeframe import TimeFrame
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import AssetStatus, OrderClass, OrderSide, OrderStatus, QueryOrderStatus, TimeInForce
from alpaca.trading.requests import (ClosePositionRequest, CreateWatchlistRequest, GetAssetsRequest, GetCalendarRequest,
                                     GetOptionContractsRequest, GetOrdersRequest, GetPortfolioHistoryRequest,
                                     LimitOrderRequest, MarketOrderRequest, ReplaceOrderRequest, StopLossRequest,
                                     TakeProfitRequest, TrailingStopOrderRequest)
from alpaca.trading.stream import TradingStream

MONDAY = datetime.date(2026, 3, 2)
CALL = "AAPL260306C00200000"
PATIENCE = 20


@pytest.fixture
def trading(sim):
    return TradingClient(sim.key, sim.secret, url_override=sim.url)


def listen(sim):
    """A queue of trade updates."""
    updates = queue.Queue()
    stream = TradingStream(sim.key, sim.secret, url_override=sim.url.replace("http", "ws") + "/stream")

    async def take(update):
        updates.put(update)

    stream.subscribe_trade_updates(take)
    threading.Thread(target=stream.run, daemon=True).start()
    until = time.monotonic() + PATIENCE
    while not any(one["listens"] for one in sim.ask("GET", "/_sim/stream")["connections"]):
        assert time.monotonic() < until, "alpaca-py does not listen"
        time.sleep(0.01)
    return updates


def told(updates, event, order_id):
    """The next update of that kind about that order."""
    while True:
        update = updates.get(timeout=PATIENCE)
        if (update.event, update.order.id) == (event, order_id):
            return update


def market(side, qty, **more):
    return MarketOrderRequest(symbol="AAPL", qty=qty, side=side, time_in_force=TimeInForce.DAY, **more)


def test_reads_account_clock_calendar_and_assets(trading):
    assert trading.get_account().cash == "100000"
    assert trading.get_clock().is_open
    days = trading.get_calendar(GetCalendarRequest(start=MONDAY, end=MONDAY))
    assert [(day.date, day.open.hour, day.close.hour) for day in days] == [(MONDAY, 9, 16)]
    assert trading.get_asset("AAPL").tradable
    assert "AAPL" in [one.symbol for one in trading.get_all_assets(GetAssetsRequest(status=AssetStatus.ACTIVE))]


def test_is_told_of_a_bracket_that_is_stopped_out(sim, trading):
    updates = listen(sim)
    bracket = trading.submit_order(market(OrderSide.BUY, 10, order_class=OrderClass.BRACKET,
                                          take_profit=TakeProfitRequest(limit_price=210),
                                          stop_loss=StopLossRequest(stop_price=190)))
    target, stop = bracket.legs
    assert told(updates, "fill", bracket.id).position_qty == 10
    told(updates, "new", target.id)
    sim.price("AAPL", price=189, bid=188.98, ask=189.02)
    sold = told(updates, "fill", stop.id)
    assert (sold.price, sold.position_qty) == (188.98, 0)
    nested = trading.get_orders(GetOrdersRequest(status=QueryOrderStatus.ALL, nested=True))
    assert [leg.status for leg in nested[0].legs] == [OrderStatus.REPLACED, OrderStatus.FILLED]


def test_cancels_and_closes(sim, trading):
    updates = listen(sim)
    held = trading.submit_order(LimitOrderRequest(symbol="AAPL", qty=1, side=OrderSide.BUY, limit_price=150,
                                                  time_in_force=TimeInForce.GTC, client_order_id="mine"))
    assert trading.get_order_by_client_id("mine").id == held.id
    trading.cancel_order_by_id(held.id)
    sim.advance("1s")
    told(updates, "canceled", held.id)
    bought = trading.submit_order(market(OrderSide.BUY, 10))
    told(updates, "fill", bought.id)
    part = trading.close_position("AAPL", ClosePositionRequest(percentage="50"))
    assert part.qty == "5"
    told(updates, "fill", part.id)
    assert trading.get_open_position("AAPL").qty == "5"
    closed = trading.close_all_positions(cancel_orders=True)
    assert [(one.symbol, one.status) for one in closed] == [("AAPL", 200)]
    sim.advance("1s")
    assert trading.get_all_positions() == []


def test_reads_prices_and_contracts(sim, trading):
    sim.price(CALL, price=5, bid=4.9, ask=5.1)
    stocks = StockHistoricalDataClient(sim.key, sim.secret, url_override=sim.url)
    assert stocks.get_stock_latest_trade(StockLatestTradeRequest(symbol_or_symbols="AAPL"))["AAPL"].price == 200
    assert stocks.get_stock_latest_quote(StockLatestQuoteRequest(symbol_or_symbols="AAPL"))["AAPL"].ask_price == 200.02
    assert stocks.get_stock_snapshot(StockSnapshotRequest(symbol_or_symbols="AAPL"))["AAPL"].latest_trade.price == 200
    options = OptionHistoricalDataClient(sim.key, sim.secret, url_override=sim.url)
    assert options.get_option_latest_quote(OptionLatestQuoteRequest(symbol_or_symbols=CALL))[CALL].bid_price == 4.9
    assert options.get_option_snapshot(OptionSnapshotRequest(symbol_or_symbols=CALL))[CALL].latest_quote.ask_price == 5.1
    contracts = trading.get_option_contracts(GetOptionContractsRequest(underlying_symbols=["AAPL"])).option_contracts
    assert [one.symbol for one in contracts] == [CALL]
    assert trading.get_option_contract(CALL).strike_price == 200


def test_a_refusal_is_read(trading):
    with pytest.raises(APIError) as refused:
        trading.submit_order(market(OrderSide.BUY, 100000))
    assert (refused.value.status_code, refused.value.code) == (403, 40310000)
    assert refused.value.message == "insufficient buying power"


def test_it_sends_again_what_a_504_had_placed(sim, trading):
    sim.fault("error_504_after", method="POST")
    trading._retry_wait = 0  # three seconds otherwise
    with pytest.raises(APIError, match="client_order_id must be unique"):
        trading.submit_order(market(OrderSide.BUY, 1, client_order_id="twice"))
    assert sim.requests()["submissions"] == {"twice": 2}, "by itself (alpaca.md 1)"
    assert trading.get_order_by_client_id("twice").status == OrderStatus.FILLED


def test_replaces_an_order(sim, trading):
    updates = listen(sim)
    old = trading.submit_order(LimitOrderRequest(symbol="AAPL", qty=1, side=OrderSide.BUY, limit_price=150,
                                                 time_in_force=TimeInForce.DAY))
    fresh = trading.replace_order_by_id(old.id, ReplaceOrderRequest(qty=2, limit_price=151))
    assert (fresh.replaces, fresh.qty, fresh.limit_price) == (old.id, "2", "151")
    sim.advance("1s")
    assert told(updates, "replaced", old.id).order.replaced_by == fresh.id


def test_trails_a_stop(sim, trading):
    sim.position("AAPL", 10, 180)
    trailing = trading.submit_order(TrailingStopOrderRequest(symbol="AAPL", qty=10, side=OrderSide.SELL, trail_percent=10,
                                                             time_in_force=TimeInForce.GTC))
    sim.price("AAPL", price=220, bid=219.98, ask=220.02)
    read = trading.get_order_by_id(trailing.id)
    assert (read.hwm, read.stop_price) == ("220", "198")


def test_reads_bars_and_the_chain(sim):
    sim.price(CALL, price=5, bid=4.9, ask=5.1)
    sim.advance("1m")
    stocks = StockHistoricalDataClient(sim.key, sim.secret, url_override=sim.url)
    bars = stocks.get_stock_bars(StockBarsRequest(symbol_or_symbols="AAPL", timeframe=TimeFrame.Minute,
                                                  start=datetime.datetime(2026, 3, 2, 14)))["AAPL"]
    assert [(bar.open, bar.close) for bar in bars] == [(200, 200)]
    options = OptionHistoricalDataClient(sim.key, sim.secret, url_override=sim.url)
    assert list(options.get_option_chain(OptionChainRequest(underlying_symbol="AAPL"))) == [CALL]


@pytest.mark.parametrize("client, symbol, path", [(StockDataStream, "AAPL", "/v2/iex"),
                                                  (OptionDataStream, CALL, "/v1beta1/indicative")])
def test_listens_to_quotes(sim, client, symbol, path):
    stream = client(sim.key, sim.secret, url_override=sim.url.replace("http", "ws") + path)
    quotes = queue.Queue()

    async def take(quote):
        quotes.put(quote)

    stream.subscribe_quotes(take, symbol)
    threading.Thread(target=stream.run, daemon=True).start()
    until = time.monotonic() + PATIENCE
    while not any(symbol in str(one["subscription"]) for one in
                  sim.ask("GET", "/_sim/stream")["market"]["connections"]):
        assert time.monotonic() < until, "alpaca-py does not subscribe"
        time.sleep(0.01)
    sim.price(symbol, price=5, bid=4.9, ask=5.1)
    quote = quotes.get(timeout=PATIENCE)
    assert (quote.symbol, quote.bid_price, quote.ask_price) == (symbol, 4.9, 5.1)


def test_reads_and_changes_what_the_account_keeps(sim, trading):
    configuration = trading.get_account_configurations()
    configuration.no_shorting = True
    assert trading.set_account_configurations(configuration).no_shorting
    kept = trading.create_watchlist(CreateWatchlistRequest(name="mine", symbols=["AAPL"]))
    assert [one.symbol for one in trading.get_watchlist_by_id(kept.id).assets] == ["AAPL"]
    trading.delete_watchlist_by_id(kept.id)
    assert trading.get_watchlists() == []
    sim.set_clock("2026-03-03T15:00:00Z")
    history = trading.get_portfolio_history(GetPortfolioHistoryRequest(period="1W", timeframe="1D"))
    assert len(history.timestamp) == len(history.equity)

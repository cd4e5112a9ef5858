// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/engine/event.hpp"
#include "shell/ports/broker.hpp"
#include "shell/ports/clock.hpp"
#include "shell/ports/market_data.hpp"
#include "shell/ports/order_stream.hpp"
#include "shell/ports/store.hpp"

/// One call to the outside each, told as events. They block, and may run on any thread.
namespace belay::runtime::calls {

using Events = std::vector<engine::Event>;

/// Account, clock, positions and orders; BrokerUnread if any of them fails. `begun` is the moment before the first
/// call; of the orders the newest `orders` are listed, and all that are open. The error is also left in `error`, for
/// whoever has to tell keys refused from a line cut.
Events read_broker(Broker& broker, Moment begun, std::size_t orders, std::optional<BrokerError>* error = nullptr);
/// Stocks and options, each by its own interface.
Events read_prices(MarketData& data, const std::vector<std::string>& symbols);
Events read_activities(Broker& broker, Timestamp since);
Events read_corporate_actions(MarketData& data, const std::vector<std::string>& symbols, Date first, Date last);
/// Of the store, for these symbols: executions that were never imported, and closed lots.
Events find_records(Store& store, const std::string& account, const std::vector<std::string>& aliases,
                    const std::vector<std::string>& symbols);
Events submit(Broker& broker, const OrderRequest& request, Duration within);
Events cancel(Broker& broker, const OrderId& id);
Events ask(Broker& broker, const ClientOrderId& id);
Events look_at(Broker& broker, const OrderId& id);
/// One list for many questions; those it does not answer are asked one by one.
Events ask_many(Broker& broker, const std::vector<ClientOrderId>& ids);

/// What the broker told by itself. No call: never blocks.
Events heard(const StreamNews& news);

}  // namespace belay::runtime::calls

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shell/ports/broker.hpp"
#include "sim/exchange/exchange.hpp"

/// The exchange's words in the words of the broker port: what server and adapter make of them together.
namespace belay::world {

Order to_port(const sim::Order& order);
Holding to_port(const sim::Position& position);
Account to_port(const sim::AccountView& account);
BrokerError to_port(const sim::ApiError& error);
sim::SubmitRequest to_exchange(const OrderRequest& request);

}  // namespace belay::world

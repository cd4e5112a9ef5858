// SPDX-License-Identifier: Apache-2.0
#include "sim/server/stream_hub.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "shell/json/parse.hpp"
#include "shell/json/write.hpp"
#include "sim/server/message_pack.hpp"
#include "sim/server/wire_stream.hpp"

namespace belay::sim {
namespace {

constexpr std::string_view kUpdates = "trade_updates";

constexpr Words<StreamFaultKind, 5> kKinds{{"drop", "duplicate", "reorder", "delay", "refuse"}};

/// A member that is a text; "" otherwise: who connects may say anything.
std::string text_of(const json::Value& value, std::string_view key) {
  const json::Value* member = value.find(key);
  const std::string* text = member == nullptr ? nullptr : member->as_string();
  return text == nullptr ? std::string() : *text;
}

Result<StreamFault> parse_fault(const json::Value& wanted) {
  BodyReader body(wanted);
  StreamFault fault{.kind = body.word("kind", kKinds).value_or(StreamFaultKind::drop),
                    .event = body.text("event"),
                    .order_type = body.text("order_type")};
  fault.times = body.count("times", 1).value_or(1);
  fault.delay = bounded_delay(body.count("ms").value_or(fault.delay.count()));
  fault.status = static_cast<int>(body.count("status", 400, 599).value_or(fault.status));
  if (const auto& wrong = body.refuse_the_rest()) return fail("fault: " + *wrong);
  return fault;
}

}  // namespace

// ---- who is connected

std::optional<int> StreamHub::refusal(VirtualClock::Real at) {
  const auto fault = std::ranges::find(faults_, StreamFaultKind::refuse, &StreamFault::kind);
  if (fault == faults_.end()) return upgrades_.take(at) ? std::nullopt : std::optional(429);
  const int status = fault->status;
  if (--fault->times == 0) faults_.erase(fault);
  return status;
}

StreamHub::Connection* StreamHub::connection_of(const Peer& peer) {
  const auto found = std::ranges::find(connections_, peer, &Connection::peer);
  return found == connections_.end() ? nullptr : &*found;
}

void StreamHub::opened(const Peer& peer, const net::HttpHeaders& headers) {
  const std::string* type = net::find_header(headers, "Content-Type");
  const bool packed = type != nullptr && type->starts_with("application/msgpack");
  connections_.push_back({.peer = peer, .packed = packed});
}

void StreamHub::closed(const Peer& peer) {
  std::erase_if(connections_, [&](const Connection& connection) { return connection.peer == peer; });
}

void StreamHub::tell(const Connection& connection, const json::Value& words) {
  if (connection.packed) return connection.peer->send(pack(words), net::WebSocketFrame::binary);
  connection.peer->send(json::write(words), frame_);
}

void StreamHub::refuse(Connection& connection, const json::Value& words) {
  tell(connection, words);
  connection.peer->close();
  connection.account.clear();
  connection.listens = false;
}

void StreamHub::received(const Peer& peer, const net::WebSocketMessage& message, const Exchange& exchange,
                         VirtualClock::Real at) {
  Connection* connection = connection_of(peer);
  if (connection == nullptr) return;  // gone silent
  const bool packed = connection->packed && message.frame == net::WebSocketFrame::binary;
  const auto wish = packed ? unpack(message.data) : json::parse(message.data);
  const std::string action = wish ? text_of(*wish, "action") : std::string();
  if (action == "auth" || action == "authenticate") return authorize(*connection, *wish, exchange, at);
  if (action == "listen") return listen(*connection, *wish);
  refuse(*connection, wire_stream_error("invalid message"));
}

// Both forms (alpaca.md 6.1): the keys beside the action, or in its data under longer names.
void StreamHub::authorize(Connection& connection, const json::Value& wish, const Exchange& exchange,
                          VirtualClock::Real at) {
  const json::Value* data = wish.find("data");
  const auto account = data == nullptr ? exchange.authenticate(text_of(wish, "key"), text_of(wish, "secret"))
                                       : exchange.authenticate(text_of(*data, "key_id"), text_of(*data, "secret_key"));
  if (!account) return refuse(connection, wire_authorization(false, "authenticate"));
  if (is_crowded(connection, *account, at)) return refuse(connection, wire_stream_error("connection limit exceeded"));
  connection.account = *account;
  tell(connection, wire_authorization(true, "authenticate"));
}

bool StreamHub::is_crowded(const Connection& connection, const std::string& account, VirtualClock::Real at) {
  std::erase_if(ghosts_, [&](const Ghost& ghost) { return ghost.until <= at; });
  const auto ghosts = std::ranges::count(ghosts_, account, &Ghost::account);
  const auto others = std::ranges::count_if(
      connections_, [&](const Connection& other) { return other.peer != connection.peer && other.account == account; });
  return connections_per_account_ > 0 && others + ghosts >= connections_per_account_;
}

void StreamHub::listen(Connection& connection, const json::Value& wish) {
  if (connection.account.empty()) return refuse(connection, wire_authorization(false, "listen"));
  const json::Value* data = wish.find("data");
  const json::Value* names = data == nullptr ? nullptr : data->find("streams");
  const json::Array* wanted = names == nullptr ? nullptr : names->as_array();
  if (wanted == nullptr) return refuse(connection, wire_stream_error("invalid message"));
  connection.listens = std::ranges::any_of(
      *wanted, [](const json::Value& name) { return name.as_string() != nullptr && *name.as_string() == kUpdates; });
  json::Array streams;
  if (connection.listens) streams.emplace_back(kUpdates);
  tell(connection, wire_listening(std::move(streams)));
}

// ---- what is sent

std::optional<StreamFault> StreamHub::take_fault(const OrderEvent& event) {
  for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
    if (fault->kind == StreamFaultKind::refuse) continue;
    if (!fault->event.empty() && fault->event != to_text(event.type)) continue;
    if (!fault->order_type.empty() && fault->order_type != to_text(event.order.type)) continue;
    StreamFault taken = *fault;
    if (--fault->times == 0) faults_.erase(fault);
    return taken;
  }
  return std::nullopt;
}

void StreamHub::publish(const OrderEvent& event, VirtualClock::Real at) {
  const auto fault = take_fault(event);
  if (fault && fault->kind == StreamFaultKind::drop) return;
  json::Value message = wire_update(event);
  if (fault && fault->kind == StreamFaultKind::delay) {
    later_.push_back({at + fault->delay, event.account, std::move(message)});
    return;
  }
  if (fault && fault->kind == StreamFaultKind::reorder) {
    held_.push_back({at + fault->delay, event.account, std::move(message)});
    return;
  }
  send_to(event.account, message);
  if (fault && fault->kind == StreamFaultKind::duplicate) send_to(event.account, message);
  std::erase_if(held_, [&](const Later& held) {
    if (held.account != event.account) return false;
    send_to(held.account, held.message);
    return true;
  });
}

void StreamHub::catch_up(VirtualClock::Real at) {
  const auto send_if_due = [&](const Later& later) {
    if (later.at > at) return false;
    send_to(later.account, later.message);
    return true;
  };
  std::erase_if(later_, send_if_due);
  std::erase_if(held_, send_if_due);
}

void StreamHub::send_to(const std::string& account, const json::Value& message) {
  for (const Connection& connection : connections_) {
    if (!connection.listens || connection.account != account) continue;
    tell(connection, message);
    ++sent_;
  }
}

// ---- the control face

Result<void> StreamHub::arrange(BodyReader& body, VirtualClock::Real at) {
  const std::string frame = body.text("frame");
  if (!frame.empty() && frame != "binary" && frame != "text") body.refuse("frame", "must be binary or text");
  std::optional<StreamFault> fault;
  if (const json::Value* given = body.part("fault")) {
    auto parsed = parse_fault(*given);
    if (!parsed) return std::unexpected(parsed.error());
    fault = std::move(*parsed);
  }
  const auto limit = body.count("connections_per_account");
  const auto per_minute = body.count("upgrades_per_minute");
  const bool clears = body.flag("clear_faults");
  const std::string error = body.text("error");
  const StreamEnding ending = read_ending(body);
  if (const auto& wrong = body.refuse_the_rest()) return fail(*wrong);

  if (per_minute) upgrades_.allow(*per_minute);
  if (!frame.empty()) frame_ = frame == "text" ? net::WebSocketFrame::text : net::WebSocketFrame::binary;
  if (limit) connections_per_account_ = *limit;
  if (fault) faults_.push_back(std::move(*fault));
  if (clears) faults_.clear();
  end_connections(ending, at);
  if (!error.empty()) {
    for (Connection& connection : connections_) refuse(connection, wire_stream_error(error));
  }
  return {};
}

// Nobody here knows them any more; over there silent ones still seem to be connected.
void StreamHub::end_connections(const StreamEnding& ending, VirtualClock::Real at) {
  if (!ending.ends()) return;
  for (const Connection& connection : connections_) {
    if (ending.ghost && !connection.account.empty()) ghosts_.push_back({connection.account, at + ending.ghost_for});
    ending.silence ? connection.peer->go_silent() : connection.peer->cut();
  }
  connections_.clear();
}

json::Value StreamHub::to_json() const {
  json::Array connections;
  for (const Connection& connection : connections_) {
    connections.push_back(json::Object{{"account", connection.account}, {"listens", connection.listens}});
  }
  json::Array faults;
  for (const StreamFault& fault : faults_) {
    faults.push_back(json::Object{{"kind", kKinds.text_of(fault.kind)}, {"times", fault.times}});
  }
  return json::Object{{"frame", frame_ == net::WebSocketFrame::text ? "text" : "binary"},
                      {"connections_per_account", connections_per_account_},
                      {"connections", std::move(connections)},
                      {"faults", std::move(faults)},
                      {"sent", sent_}};
}

}  // namespace belay::sim

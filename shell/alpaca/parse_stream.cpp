// SPDX-License-Identifier: Apache-2.0
#include "shell/alpaca/parse_stream.hpp"

#include <utility>

#include "shell/alpaca/object_reader.hpp"
#include "shell/alpaca/parse.hpp"
#include "shell/json/parse.hpp"

namespace belay::alpaca {
namespace {

Result<StreamMessage> parse_authorization(const json::Value& data) {
  ObjectReader reader(data, "authorization");
  StreamAuthorization answer;
  const std::string status = reader.text("status");
  answer.authorized = status == "authorized";
  if (!answer.authorized && status != "unauthorized") reader.complain("\"status\" is \"" + status + "\"");
  answer.message = reader.optional_text("message");
  return reader.finish(StreamMessage(std::move(answer)));
}

Result<StreamMessage> parse_listening(const json::Value& data) {
  ObjectReader reader(data, "listening");
  StreamListening listening;
  const json::Value* streams = reader.member("streams");
  const json::Array* names = streams == nullptr ? nullptr : streams->as_array();
  if (streams != nullptr && names == nullptr) reader.complain("\"streams\" is no list");
  if (names != nullptr) {
    for (const json::Value& name : *names) {
      if (name.as_string() != nullptr) listening.streams.push_back(*name.as_string());
    }
  }
  return reader.finish(StreamMessage(std::move(listening)));
}

Result<StreamMessage> parse_update(const json::Value& data) {
  ObjectReader reader(data, "trade update");
  OrderUpdate update;
  update.event = reader.text("event");
  if (const json::Value* order = reader.member("order")) {
    auto parsed = parse_order(*order);
    if (parsed) {
      update.order = std::move(*parsed);
    } else {
      reader.complain(parsed.error().message);
    }
  } else {
    reader.complain("\"order\" is missing");
  }
  return reader.finish(StreamMessage(std::move(update)));
}

}  // namespace

Result<StreamMessage> parse_stream(std::string_view data) {
  const auto value = json::parse(data);
  if (!value) return std::unexpected(value.error());
  ObjectReader reader(*value, "stream message");
  const std::string stream = reader.optional_text("stream");
  const std::string action = reader.optional_text("action");
  if (stream.empty() && action.empty()) reader.complain("neither \"stream\" nor \"action\" says what it is");
  if (reader.failed()) return reader.finish(StreamMessage());

  static const json::Value kNothing{json::Object{}};
  const json::Value* content = reader.member("data");
  const json::Value& inner = content == nullptr ? kNothing : *content;
  if (stream == "trade_updates") return parse_update(inner);
  if (stream == "authorization") return parse_authorization(inner);
  if (stream == "listening") return parse_listening(inner);
  if (action != "error") return StreamOther{stream.empty() ? action : stream};
  ObjectReader fault(inner, "error");
  StreamMessage message = StreamFault{fault.optional_text("error_message")};
  return fault.finish(std::move(message));
}

}  // namespace belay::alpaca

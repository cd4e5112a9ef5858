// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "shell/json/parse.hpp"
#include "shell/json/value.hpp"
#include "shell/json/write.hpp"
#include "shell/net/http_client.hpp"
#include "sim/server/server.hpp"

namespace belay::sim {

struct Answered {
  int status = 0;  ///< 0: no answer
  json::Value body;
  net::HttpHeaders headers;

  /// The text of a member, or what is there instead; "x.0.y" goes deeper.
  [[nodiscard]] std::string at(std::string_view path) const {
    const json::Value* value = &body;
    while (value != nullptr && !path.empty()) {
      const std::string part(path.substr(0, path.find('.')));
      path.remove_prefix(std::min(path.size(), part.size() + 1));
      const json::Array* array = value->as_array();
      if (array != nullptr) {
        const auto index = static_cast<std::size_t>(std::stoul(part));
        value = index < array->size() ? &(*array)[index] : nullptr;
      } else {
        value = value->find(part);
      }
    }
    if (value == nullptr) return "(absent)";
    const std::string* text = value->decimal_text();
    return text != nullptr ? *text : json::write(*value);
  }
  [[nodiscard]] std::size_t size() const { return body.as_array() == nullptr ? 0 : body.as_array()->size(); }
};

/// A server over real HTTP on a Monday at 10:00 in New York, time frozen, AAPL quoted 199.98 to 200.02.
class ServerTest : public testing::Test {
 protected:
  void SetUp() override { serve({}, nullptr); }

  void serve(ServerOptions options, std::unique_ptr<PriceSource> prices, Ratio speed = Ratio()) {
    ExchangeConfig config;
    config.start = parse_timestamp("2026-01-26T15:00:00Z").value();
    config.accounts.at(0).key_id = "KEY";
    config.accounts.at(0).secret = "SECRET";
    options.speed = speed;
    server_ = std::make_unique<Server>(Server::start(options, Exchange(config), std::move(prices)).value());
    client_ = std::make_unique<net::HttpClient>(net::HttpClient::create(server_->url()).value());
    control("POST", "/_sim/price", R"({"symbol":"AAPL","bid":"199.98","ask":"200.02","price":"200"})");
  }

  Answered ask(std::string method, std::string target, std::string body = "", std::string secret = "SECRET",
               std::chrono::milliseconds deadline = std::chrono::seconds(10)) {
    net::HttpRequest request{.method = std::move(method), .target = std::move(target), .body = std::move(body)};
    request.headers = {{"APCA-API-KEY-ID", "KEY"}, {"APCA-API-SECRET-KEY", std::move(secret)}};
    const auto response = client_->send(request, deadline);
    if (!response) return {};
    Answered answered{.status = response->status, .body = {}, .headers = response->headers};
    if (auto parsed = json::parse(response->body)) answered.body = std::move(*parsed);
    return answered;
  }

  Answered control(std::string method, std::string target, std::string body = "") {
    Answered answered = ask(std::move(method), std::move(target), std::move(body), "no keys needed");
    EXPECT_EQ(answered.status, 200) << answered.at("message");
    return answered;
  }

  Answered buy(std::string_view quantity, std::string_view client_id) {
    return ask("POST", "/v2/orders",
               R"({"symbol":"AAPL","qty":")" + std::string(quantity) +
                   R"(","side":"buy","type":"market","time_in_force":"day","client_order_id":")" +
                   std::string(client_id) + R"("})");
  }

  std::unique_ptr<Server> server_;
  std::unique_ptr<net::HttpClient> client_;
};

}  // namespace belay::sim

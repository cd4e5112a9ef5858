// SPDX-License-Identifier: Apache-2.0
// How fast the paper exchange is over real sockets on loopback: quotes to one client of its stream, in either form,
// against the same quotes that nobody listens to; and orders over HTTP. What counts is the ratios within one run.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "core/calendar/new_york.hpp"
#include "shell/net/http_client.hpp"
#include "shell/net/websocket_client.hpp"
#include "sim/server/server.hpp"

namespace {

using namespace belay;

constexpr int kQuotes = 10'000;  // a round
constexpr std::chrono::seconds kPatience(30);

const Timestamp kNoon =
    calendar::from_new_york(std::chrono::year(2026) / std::chrono::January / 26, std::chrono::hours(12));

template <class T, class E>
T must(std::expected<T, E> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "exchange_bench: %s\n", result.error().message.c_str());
  std::exit(1);
}

sim::Server serve() {
  sim::ExchangeConfig config{.start = kNoon};
  return must(sim::Server::start({.speed = Ratio{}, .trading_requests_per_minute = 0, .data_requests_per_minute = 0},
                                 sim::Exchange(std::move(config))));
}

std::vector<sim::PricePoint> quotes(int count) {
  std::vector<sim::PricePoint> points;
  for (int i = 0; i < count; ++i) {
    const Price bid = Price::whole(100) + Price::from_nanos(i % 100 * 10'000'000LL);
    points.push_back(
        {kNoon, "S" + std::to_string(i % 10),
         sim::BidAsk{bid, bid + Price::from_nanos(10'000'000), Quantity::whole(100), Quantity::whole(200)}});
  }
  return points;
}

/// A client of the stream that counts what it hears, without reading it.
class Listener {
 public:
  Listener(const sim::Server& server, bool message_pack)
      : client_(must(net::WebSocketClient::create("ws" + server.url().substr(4) + "/v2/sip", options(message_pack)))) {
    if (!client_.open()) std::exit(1);
    hear("authenticated");
    if (!client_.send(R"({"action":"subscribe","quotes":["*"]})")) std::exit(1);
    hear("subscription");
    // The mark that ends a round: a name that no quote has.
    mark_ = "LAST";
  }

  void hear_round() { hear(mark_); }

 private:
  static net::WebSocketClientOptions options(bool message_pack) {
    const sim::AccountConfig account;
    net::HttpHeaders headers{{"APCA-API-KEY-ID", account.key_id}, {"APCA-API-SECRET-KEY", account.secret}};
    if (message_pack) headers.emplace_back("Content-Type", "application/msgpack");
    return {.headers = std::move(headers)};
  }
  void hear(const std::string& word) {
    for (;;) {
      const auto message = client_.receive(kPatience);
      if (!message || !*message) std::exit(1);
      if ((*message)->data.find(word) != std::string::npos) return;
    }
  }

  net::WebSocketClient client_;
  std::string mark_;
};

enum class Hearer : std::uint8_t { nobody, json, message_pack };

void quotes_to(benchmark::State& run, Hearer hearer) {
  auto server = serve();
  std::unique_ptr<Listener> listener;
  if (hearer != Hearer::nobody) listener = std::make_unique<Listener>(server, hearer == Hearer::message_pack);
  std::vector<sim::PricePoint> round = quotes(kQuotes - 1);
  round.push_back(
      {kNoon, "LAST", sim::BidAsk{Price::whole(1), Price::whole(2), Quantity::whole(1), Quantity::whole(1)}});
  for (auto _ : run) {
    server.set_prices(round);
    if (listener) listener->hear_round();
  }
  run.counters["quotes/s"] = benchmark::Counter(static_cast<double>(kQuotes) * static_cast<double>(run.iterations()),
                                                benchmark::Counter::kIsRate);
}

void QuotesToNobody(benchmark::State& run) { quotes_to(run, Hearer::nobody); }
void QuotesInJson(benchmark::State& run) { quotes_to(run, Hearer::json); }
void QuotesInMessagePack(benchmark::State& run) { quotes_to(run, Hearer::message_pack); }

/// One connection, one request after the other: an order that rests is sent, and cancelled.
void OrdersOverHttp(benchmark::State& run) {
  auto server = serve();
  server.set_prices(quotes(10));
  const sim::AccountConfig account;
  auto client = must(net::HttpClient::create(server.url()));
  const net::HttpHeaders keys{{"APCA-API-KEY-ID", account.key_id}, {"APCA-API-SECRET-KEY", account.secret}};
  const auto ask = [&](std::string method, std::string target, std::string body) {
    auto response = client.send(
        {.method = std::move(method), .target = std::move(target), .headers = keys, .body = std::move(body)},
        kPatience);
    if (!response || response->status >= 300) run.SkipWithError("an order was refused");
    return response ? response->body : std::string();
  };
  for (auto _ : run) {
    const std::string order =
        ask("POST", "/v2/orders",
            R"({"symbol":"S1","qty":"1","side":"buy","type":"limit","limit_price":"50","time_in_force":"day"})");
    const std::size_t id = order.find(R"("id":")");
    if (id == std::string::npos) break;
    ask("DELETE", "/v2/orders/" + order.substr(id + 6, 36), "");
  }
  run.counters["operations/s"] =
      benchmark::Counter(2.0 * static_cast<double>(run.iterations()), benchmark::Counter::kIsRate);
}

BENCHMARK(QuotesToNobody)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(QuotesInJson)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(QuotesInMessagePack)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(OrdersOverHttp)->Unit(benchmark::kMicrosecond)->UseRealTime();

}  // namespace

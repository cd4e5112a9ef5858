// SPDX-License-Identifier: Apache-2.0
#include "shell/alpaca/rest.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <type_traits>

namespace belay::alpaca {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };
static_assert(!Printable<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);

Settings settings() {
  Settings settings;
  settings.key = "PKTEST";
  settings.secret = Secret("hush-hush");
  return settings;
}

TEST(BaseUrl, IsWithoutWhatPeopleAddToIt) {
  for (const char* written :
       {"https://paper-api.alpaca.markets", "https://paper-api.alpaca.markets/", "https://paper-api.alpaca.markets/v2",
        "https://paper-api.alpaca.markets/v2/", " https://paper-api.alpaca.markets//\n"}) {
    EXPECT_EQ(base_url(written), "https://paper-api.alpaca.markets") << written;
  }
  EXPECT_EQ(base_url("https://data.alpaca.markets/v1beta1"), "https://data.alpaca.markets");
  EXPECT_EQ(base_url("http://127.0.0.1:8080/alpaca/v2"), "http://127.0.0.1:8080/alpaca");
  EXPECT_EQ(base_url("  "), "");
}

TEST(Venue, IsKnownByItsHost) {
  EXPECT_EQ(venue_of("https://paper-api.alpaca.markets/v2"), Venue::paper);
  EXPECT_EQ(venue_of("https://api.alpaca.markets"), Venue::live);
  EXPECT_EQ(venue_of("https://api.alpaca.markets.example.com"), Venue::other);
  EXPECT_EQ(venue_of("http://127.0.0.1:8080"), Venue::other);
  EXPECT_EQ(to_text(Venue::live), "live");
}

TEST(Connect, SendsNothing) {
  const auto connection = connect(settings());
  ASSERT_TRUE(connection) << connection.error().message;
  EXPECT_EQ(connection->venue, Venue::paper);
  EXPECT_EQ(connection->broker->calls() + connection->market_data->calls(), 0u);
}

TEST(Connect, RefusesWhatCannotWork) {
  Settings no_secret = settings();
  no_secret.secret = Secret();
  EXPECT_FALSE(connect(no_secret));

  Settings in_the_clear = settings();
  in_the_clear.trading_url = "http://api.alpaca.markets";
  EXPECT_FALSE(connect(in_the_clear));

  Settings injected = settings();
  injected.secret = Secret("hush-hush\r\nX-Other: 1");
  const auto refused = connect(injected);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find("hush"), std::string::npos);
}

}  // namespace
}  // namespace belay::alpaca

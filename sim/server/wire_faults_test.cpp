// SPDX-License-Identifier: Apache-2.0
#include "sim/server/wire_faults.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "shell/json/parse.hpp"

namespace belay::sim {
namespace {

Result<WireFault> parse(std::string_view body) { return parse_wire_fault(json::parse(body).value()); }

TEST(WireFaults, a_fault_waits_for_its_request_and_happens_so_many_times) {
  WireFaults faults;
  faults.add(parse(R"({"kind":"drop_after","method":"POST","path_prefix":"/v2/orders","times":2})").value());
  EXPECT_FALSE(faults.take("GET", "/v2/orders"));
  EXPECT_FALSE(faults.take("POST", "/v2/positions"));
  EXPECT_EQ(faults.take("POST", "/v2/orders")->kind, WireFaultKind::drop_after);
  EXPECT_TRUE(faults.take("POST", "/v2/orders/x"));
  EXPECT_FALSE(faults.take("POST", "/v2/orders"));
  EXPECT_TRUE(faults.waiting().empty());
}

TEST(WireFaults, the_oldest_fitting_one_comes_first) {
  WireFaults faults;
  faults.add(parse(R"({"kind":"html_error"})").value());
  faults.add(parse(R"({"kind":"rate_limit"})").value());
  EXPECT_EQ(faults.take("GET", "/v2/clock")->kind, WireFaultKind::html_error);
  EXPECT_EQ(faults.take("GET", "/v2/clock")->kind, WireFaultKind::rate_limit);
}

TEST(WireFaults, what_is_no_fault_is_refused_with_the_kinds_there_are) {
  EXPECT_NE(parse(R"({"kind":"sabotage"})").error().message.find("error_504_after"), std::string::npos);
  EXPECT_FALSE(parse(R"({"kind":"rate_limit","times":0})"));
  EXPECT_FALSE(parse(R"({"kind":"delay_ms","ms":-1})"));
  EXPECT_EQ(parse(R"({"kind":"delay_ms","ms":5})")->delay.count(), 5);
}

}  // namespace
}  // namespace belay::sim

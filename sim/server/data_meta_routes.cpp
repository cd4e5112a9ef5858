// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <span>
#include <string>
#include <string_view>

#include "sim/server/call.hpp"
#include "sim/server/data_request.hpp"

namespace belay::sim {
namespace {

struct Word {
  std::string_view letter;
  std::string_view meaning;
};

// What the letters mean that trades and quotes carry: the consolidated tapes' own tables. C is Nasdaq's; A and B are
// those of New York and the regional exchanges, which write a regular sale as a blank.
constexpr std::array kTradesOfTapeC{Word{"@", "Regular Sale"},
                                    Word{"A", "Acquisition"},
                                    Word{"B", "Bunched Trade"},
                                    Word{"C", "Cash Sale"},
                                    Word{"D", "Distribution"},
                                    Word{"F", "Intermarket Sweep"},
                                    Word{"G", "Bunched Sold Trade"},
                                    Word{"H", "Price Variation Trade"},
                                    Word{"I", "Odd Lot Trade"},
                                    Word{"K", "Rule 155 Trade (AMEX)"},
                                    Word{"L", "Sold Last"},
                                    Word{"M", "Market Center Official Close"},
                                    Word{"N", "Next Day"},
                                    Word{"O", "Opening Prints"},
                                    Word{"P", "Prior Reference Price"},
                                    Word{"Q", "Market Center Official Open"},
                                    Word{"R", "Seller"},
                                    Word{"S", "Split Trade"},
                                    Word{"T", "Form T"},
                                    Word{"U", "Extended Trading Hours (Sold Out of Sequence)"},
                                    Word{"V", "Contingent Trade"},
                                    Word{"W", "Average Price Trade"},
                                    Word{"X", "Cross Trade"},
                                    Word{"Y", "Yellow Flag Regular Trade"},
                                    Word{"Z", "Sold (Out of Sequence)"},
                                    Word{"4", "Derivatively Priced"},
                                    Word{"5", "Re-Opening Prints"},
                                    Word{"6", "Closing Prints"},
                                    Word{"7", "Qualified Contingent Trade (QCT)"},
                                    Word{"9", "Corrected Consolidated Close (per listing market)"}};
constexpr std::array kTradesOfTapesAB{Word{" ", "Regular Sale"},
                                      Word{"B", "Average Price Trade"},
                                      Word{"C", "Cash Trade (Same Day Clearing)"},
                                      Word{"E", "Automatic Execution"},
                                      Word{"F", "Inter-market Sweep Order"},
                                      Word{"H", "Price Variation Trade"},
                                      Word{"I", "Odd Lot Trade"},
                                      Word{"K", "Rule 127 or Rule 155 Trade"},
                                      Word{"L", "Sold Last (Late Reporting)"},
                                      Word{"M", "Market Center Official Close"},
                                      Word{"N", "Next Day Trade (Next Day Clearing)"},
                                      Word{"O", "Market Center Opening Trade"},
                                      Word{"P", "Prior Reference Price"},
                                      Word{"Q", "Market Center Official Open"},
                                      Word{"R", "Seller"},
                                      Word{"T", "Extended Hours Trade"},
                                      Word{"U", "Extended Hours Sold (Out Of Sequence)"},
                                      Word{"V", "Contingent Trade"},
                                      Word{"X", "Cross Trade"},
                                      Word{"Z", "Sold (Out Of Sequence)"},
                                      Word{"4", "Derivatively Priced"},
                                      Word{"5", "Market Center Reopening Trade"},
                                      Word{"6", "Market Center Closing Trade"},
                                      Word{"7", "Qualified Contingent Trade"},
                                      Word{"9", "Corrected Consolidated Close Price as per Listing Market"}};
constexpr std::array kQuotesOfStocks{Word{"A", "Manual Ask, Automated Bid"},
                                     Word{"B", "Manual Bid, Automated Ask"},
                                     Word{"F", "Fast Trading"},
                                     Word{"H", "Manual Bid And Ask"},
                                     Word{"I", "Order Imbalance"},
                                     Word{"L", "Closed Quote"},
                                     Word{"N", "Non Firm Quote"},
                                     Word{"O", "Opening Quote Automated"},
                                     Word{"R", "Regular, Two Sided Open"},
                                     Word{"U", "Manual Bid And Ask (Non Firm)"},
                                     Word{"Y", "No Open, No Resume"},
                                     Word{"4", "On Demand Intra Day Auction"}};
constexpr std::array kStockExchanges{Word{"A", "NYSE American (AMEX)"},
                                     Word{"B", "NASDAQ OMX BX"},
                                     Word{"C", "National Stock Exchange"},
                                     Word{"D", "FINRA ADF"},
                                     Word{"E", "Market Independent"},
                                     Word{"H", "MIAX"},
                                     Word{"I", "International Securities Exchange"},
                                     Word{"J", "Cboe EDGA"},
                                     Word{"K", "Cboe EDGX"},
                                     Word{"L", "Long Term Stock Exchange"},
                                     Word{"M", "Chicago Stock Exchange"},
                                     Word{"N", "New York Stock Exchange"},
                                     Word{"P", "NYSE Arca"},
                                     Word{"Q", "NASDAQ OMX"},
                                     Word{"S", "NASDAQ Small Cap"},
                                     Word{"T", "NASDAQ Int"},
                                     Word{"U", "Members Exchange"},
                                     Word{"V", "IEX"},
                                     Word{"W", "CBOE"},
                                     Word{"X", "NASDAQ OMX PSX"},
                                     Word{"Y", "Cboe BYX"},
                                     Word{"Z", "Cboe BZX"}};
constexpr std::array kTradesOfOptions{Word{"a", "SLAN - Single Leg Auction Non ISO"},
                                      Word{"b", "SLAI - Single Leg Auction ISO"},
                                      Word{"c", "SLCN - Single Leg Cross Non ISO"},
                                      Word{"d", "SLCI - Single Leg Cross ISO"},
                                      Word{"e", "SLFT - Single Leg Floor Trade"},
                                      Word{"f", "MLET - Multi Leg autoelectronic trade"},
                                      Word{"g", "MLAT - Multi Leg Auction"},
                                      Word{"h", "MLCT - Multi Leg Cross"},
                                      Word{"i", "MLFT - Multi Leg floor trade"},
                                      Word{"j", "MESL - Multi Leg autoelectronic trade against single leg(s)"},
                                      Word{"I", "AUTO"},
                                      Word{"J", "REOP"},
                                      Word{"S", "ISOI - Intermarket Sweep Order"}};
constexpr std::array kQuotesOfOptions{Word{" ", "Regular"},
                                      Word{"F", "Non-firm"},
                                      Word{"R", "Rotation"},
                                      Word{"T", "Trading halted"},
                                      Word{"A", "Eligible for automatic execution"},
                                      Word{"I", "Customer interest"}};
constexpr std::array kOptionExchanges{Word{"A", "AMEX - NYSE American"},
                                      Word{"B", "BOX - Boston Options Exchange"},
                                      Word{"C", "CBOE - Cboe Options Exchange"},
                                      Word{"D", "EMERALD - Miami International Stock Exchange"},
                                      Word{"E", "EDGX - Cboe EDGX Options"},
                                      Word{"H", "GEMX - NASDAQ GEMX"},
                                      Word{"I", "ISE - Nasdaq ISE"},
                                      Word{"J", "MRX - NASDAQ MRX"},
                                      Word{"M", "MIAX - Miami International Stock Exchange"},
                                      Word{"N", "NYSE - NYSE Arca"},
                                      Word{"O", "OPRA - Options Price Reporting Authority"},
                                      Word{"P", "PEARL - Miami International Stock Exchange"},
                                      Word{"Q", "NASD - Nasdaq Options"},
                                      Word{"T", "BX - NASDAQ BX Options"},
                                      Word{"U", "MEMX - MEMX Options"},
                                      Word{"W", "C2 - Cboe C2 Options"},
                                      Word{"X", "PHLX - NASDAQ PHLX"},
                                      Word{"Z", "BATS - Cboe BZX Options"}};

Reply table(std::span<const Word> words) {
  json::Object body;
  for (const Word& word : words) body.append(std::string(word.letter), word.meaning);
  return {200, std::move(body)};
}

Reply stock_conditions(Exchange&, const Call& call) {
  if (const auto known = check_names(call.query, {"tape"}); !known) return refuse_data(known.error());
  const std::string tape = call.query.text("tape");
  if (tape != "A" && tape != "B" && tape != "C") return refuse_data(bad_parameter("invalid tape: " + tape));
  const std::string& kind = call.path_parts.at(0);
  if (kind == "quote") return table(kQuotesOfStocks);
  if (kind != "trade") return refuse_data(bad_parameter("invalid ticktype: " + kind));
  return tape == "C" ? table(kTradesOfTapeC) : table(kTradesOfTapesAB);
}

Reply option_conditions(Exchange&, const Call& call) {
  const std::string& kind = call.path_parts.at(0);
  if (kind == "quote") return table(kQuotesOfOptions);
  if (kind != "trade") return refuse_data(bad_parameter("invalid ticktype: " + kind));
  return table(kTradesOfOptions);
}

Reply stock_exchanges(Exchange&, const Call&) { return table(kStockExchanges); }
Reply option_exchanges(Exchange&, const Call&) { return table(kOptionExchanges); }

constexpr std::array kRoutes{
    Route{"GET", "/v2/stocks/meta/conditions/{ticktype}", stock_conditions},
    Route{"GET", "/v2/stocks/meta/exchanges", stock_exchanges},
    Route{"GET", "/v1beta1/options/meta/conditions/{ticktype}", option_conditions},
    Route{"GET", "/v1beta1/options/meta/exchanges", option_exchanges},
};

}  // namespace

std::span<const Route> data_meta_routes() { return kRoutes; }

}  // namespace belay::sim

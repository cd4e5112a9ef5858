// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shell/report/figures.hpp"
#include "shell/report/gap_risk.hpp"

namespace belay::report {

/// All that a report tells: of each account, and, where there are several, of all of them first.
struct Report {
  Days days;
  Timestamp made_at;
  std::vector<Figures> parts;
};
Report make_report(const Material& material, const std::string& account, Days days, Timestamp made_at);

/// A picture that stands in a mail: shown in its HTML by "cid:" and its id.
struct Picture {
  std::string id;
  std::string png;
};

/// One file without anything beside it: for a browser, the charts within.
std::string html_page(const Report& report);

/// Something to be sent to people; who sends it gives it its form.
struct Message {
  std::string id;  ///< the same whoever makes it, so that it is sent once
  std::string subject;
  std::string text;
  std::string html;
  std::vector<Picture> pictures;
};
/// Whether a session's last ten minutes have begun, and it has not closed.
bool is_gap_risk_due(Timestamp now);
/// Whether today's session closed a quarter of an hour ago or more.
bool is_daily_report_due(Timestamp now);

/// One day, after its close.
Message daily_report_message(const Report& report);
/// Before the close.
Message gap_risk_message(const GapRisk& risk);

}  // namespace belay::report

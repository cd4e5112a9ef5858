// SPDX-License-Identifier: Apache-2.0
#include "shell/metrics/exposition.hpp"

#include <prometheus/text_serializer.h>

#include <functional>
#include <sstream>
#include <utility>
#include <vector>

#include "shell/json/value.hpp"
#include "shell/json/write.hpp"

namespace belay::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Standing = Board::Standing;
using Standings = std::map<std::string, Standing>;

double seconds(Duration span) { return std::chrono::duration<double>(span).count(); }
double milliseconds(std::int64_t count) { return static_cast<double>(count) / 1000; }
double number(std::int64_t count) { return static_cast<double>(count); }
double dollars(Money amount) { return static_cast<double>(amount.nanos()) / fixed::kScale; }

/// Values of one name: of each account what `value` gives, or none.
struct Families {
  const Standings& standings;
  std::vector<MetricFamily> out = {};

  template <class Value>
  void add(MetricType type, std::string name, std::string help, const Value& value) {
    MetricFamily family{.name = "belay_" + std::move(name), .help = std::move(help), .type = type};
    for (const auto& [account, standing] : standings) {
      const std::optional<double> found = value(standing);
      if (found) family.metric.push_back(metric(type, {{"account", account}}, *found));
    }
    if (!family.metric.empty()) out.push_back(std::move(family));
  }
  static ClientMetric metric(MetricType type, std::vector<ClientMetric::Label> labels, double value) {
    ClientMetric metric;
    metric.label = std::move(labels);
    (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    return metric;
  }
};

void add_standing(Families& families, Duration now) {
  using Maybe = std::optional<double>;
  const auto gauge = [&](const char* name, const char* help, const auto& value) {
    families.add(MetricType::Gauge, name, help, value);
  };
  gauge("loop_beat_age_seconds", "Since the account's loop last gave a sign of life.",
        [&](const Standing& s) -> Maybe { return seconds(now - s.beat_at); });
  gauge("broker_read_age_seconds", "Since a pass last read the broker.", [&](const Standing& s) -> Maybe {
    return s.broker_read_at ? Maybe(seconds(now - *s.broker_read_at)) : std::nullopt;
  });
  gauge("lock_held", "1 while this process holds the account's lock.",
        [](const Standing& s) -> Maybe { return s.holds_lock ? 1 : 0; });
  gauge("store_reachable", "1 while the store answers.",
        [](const Standing& s) -> Maybe { return s.store_reachable ? 1 : 0; });
  gauge("last_pass_timestamp_seconds", "When the latest pass began, since 1970.", [](const Standing& s) -> Maybe {
    return s.latest ? Maybe(seconds(s.latest->at - Timestamp{})) : std::nullopt;
  });
  gauge("last_pass_duration_seconds", "How long the latest pass took.", [](const Standing& s) -> Maybe {
    return s.latest ? Maybe(milliseconds(s.latest->duration_ms)) : std::nullopt;
  });
}

/// Numbers of the latest pass that are states.
void add_latest(Families& families) {
  struct Gauge {
    const char* name;
    const char* help;
    std::int64_t PassFigures::* member;
  };
  constexpr std::array kGauges = {
      Gauge{"positions", "Positions of the latest pass.", &PassFigures::positions},
      Gauge{"positions_checked", "Of them, those whose rules were judged.", &PassFigures::checked},
      Gauge{"positions_priced", "Of them, those with a price that is not in doubt.", &PassFigures::priced},
      Gauge{"positions_unguarded", "Of them, those that nothing protects.", &PassFigures::unguarded},
      Gauge{"guards_expected", "Positions that are to have guards resting at the broker.",
            &PassFigures::guards_expected},
      Gauge{"guards_verified", "Of them, those whose guards were seen resting.", &PassFigures::guards_verified},
  };
  for (const Gauge& gauge : kGauges) {
    families.add(MetricType::Gauge, gauge.name, gauge.help, [&](const Standing& s) -> std::optional<double> {
      return s.latest ? std::optional(number(*s.latest.*gauge.member)) : std::nullopt;
    });
  }
}

/// Numbers that add up since the process began.
void add_sums(Families& families) {
  const auto counter = [&](const char* name, const char* help, const auto& value) {
    families.add(MetricType::Counter, name, help, [&](const Standing& s) { return std::optional<double>(value(s)); });
  };
  counter("passes_total", "Passes.", [](const Standing& s) { return number(s.passes); });
  counter("troubled_passes_total", "Passes after which something needed attention.",
          [](const Standing& s) { return number(s.troubled_passes); });
  counter("pass_seconds_total", "Time that passes took.",
          [](const Standing& s) { return milliseconds(s.sums.duration_ms); });
  counter("exits_triggered_total", "Exits that began.",
          [](const Standing& s) { return number(s.sums.exits_triggered); });
  counter("failed_closes_total", "Times that an exit's order failed, or an exit was late.",
          [](const Standing& s) { return number(s.sums.failed_closes); });
  counter("unguarded_seconds_total", "Time in session that positions went without protection.",
          [](const Standing& s) { return milliseconds(s.sums.unguarded_ms); });
  counter("trading_calls_total", "Calls to the broker in passes.",
          [](const Standing& s) { return number(s.sums.trading_calls); });
  counter("data_calls_total", "Calls for prices in passes.",
          [](const Standing& s) { return number(s.sums.data_calls); });
  counter("store_statements_total", "SQL statements of passes.",
          [](const Standing& s) { return number(s.sums.store_statements); });
  counter("errors_total", "Errors of passes.", [](const Standing& s) { return number(s.sums.errors); });
}

/// The figures of the day, in New York, so far.
void add_day(Families& families) {
  using report::Figures;
  const auto gauge = [&](const char* name, const char* help,
                         const std::function<std::optional<double>(const Figures&)>& value) {
    families.add(MetricType::Gauge, name, help,
                 [&](const Standing& s) -> std::optional<double> { return s.today ? value(*s.today) : std::nullopt; });
  };
  const auto rate = [](const std::optional<Ratio>& r) {
    return r ? std::optional(static_cast<double>(r->nanos()) / fixed::kScale) : std::nullopt;
  };
  const auto span = [](const std::optional<Duration>& d) { return d ? std::optional(seconds(*d)) : std::nullopt; };
  gauge("day_opened", "Positions opened today.", [](const Figures& f) { return number(f.opened); });
  gauge("day_result_dollars", "Realised result of the positions that closed today, before fees.",
        [](const Figures& f) { return dollars(f.result); });
  gauge("day_win_ratio", "Of those whose result is known, the part above zero.",
        [&](const Figures& f) { return rate(f.win_rate); });
  gauge("day_take_profit_ratio", "Of those that closed today, the part that left at its target.",
        [&](const Figures& f) { return rate(f.take_profit_rate); });
  gauge("day_average_hold_seconds", "From entry to close.", [&](const Figures& f) { return span(f.average_hold); });
  gauge("day_trigger_to_fill_half_seconds", "Half of today's exit orders were filled within.",
        [&](const Figures& f) { return span(f.trigger_to_fill_half); });
  gauge("day_trigger_to_fill_worst_seconds", "The slowest of today's exit orders.",
        [&](const Figures& f) { return span(f.trigger_to_fill_worst); });
  gauge("day_slippage_dollars", "What today's fills were worse than their triggers.",
        [](const Figures& f) { return f.slippage_cost ? std::optional(dollars(*f.slippage_cost)) : std::nullopt; });
}

/// Of every reason one value, also where it is zero: so that a graph has no gaps.
MetricFamily closed_by_reason(const Standings& standings) {
  MetricFamily family{
      .name = "belay_day_closed", .help = "Positions closed today, by reason.", .type = MetricType::Gauge};
  for (const auto& [account, standing] : standings) {
    if (!standing.today) continue;
    for (int i = 0; i <= static_cast<int>(ExitReason::corporate_action); ++i) {
      const auto reason = static_cast<ExitReason>(i);
      const auto found = standing.today->by_reason.find(reason);
      const std::int64_t count = found == standing.today->by_reason.end() ? 0 : found->second.count;
      family.metric.push_back(Families::metric(
          MetricType::Gauge, {{"account", account}, {"reason", std::string(to_text(reason))}}, number(count)));
    }
  }
  return family;
}

std::string capitalised(std::string_view snake) {
  std::string out;
  bool begins = true;
  for (const char c : snake) {
    if (c == '_') {
      begins = true;
    } else {
      out += begins ? static_cast<char>(c - 'a' + 'A') : c;
      begins = false;
    }
  }
  return out;
}

}  // namespace

std::string exposition(const std::string& version, const Standings& standings, Duration now) {
  Families families{.standings = standings};
  families.out.push_back({.name = "belay_build_info",
                          .help = "1; the version is its label.",
                          .type = MetricType::Gauge,
                          .metric = {Families::metric(MetricType::Gauge, {{"version", version}}, 1)}});
  add_standing(families, now);
  add_latest(families);
  add_sums(families);
  add_day(families);
  if (MetricFamily closed = closed_by_reason(standings); !closed.metric.empty())
    families.out.push_back(std::move(closed));
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families.out);
  return std::move(out).str();
}

std::string emf_line(const std::string& account, const PassFigures& figures) {
  json::Array metrics;
  json::Object line;
  for (const PassNumber& one : kPassNumbers) {
    metrics.push_back(
        json::Object{{"Name", capitalised(one.name)}, {"Unit", one.name.ends_with("_ms") ? "Milliseconds" : "Count"}});
    line.append(capitalised(one.name), figures.*one.member);
  }
  const auto at = std::chrono::duration_cast<std::chrono::milliseconds>(figures.at - Timestamp{}).count();
  json::Array directives;
  directives.push_back(json::Object{
      {"Namespace", "Belay"}, {"Dimensions", json::Array{json::Array{"account"}}}, {"Metrics", std::move(metrics)}});
  json::Object whole{{"_aws", json::Object{{"Timestamp", at}, {"CloudWatchMetrics", std::move(directives)}}},
                     {"account", account}};
  for (const auto& [name, value] : line) whole.append(name, value);
  return json::write(std::move(whole));
}

}  // namespace belay::metrics

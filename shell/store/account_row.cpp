// SPDX-License-Identifier: Apache-2.0
#include "shell/store/account_row.hpp"

#include "shell/json/parse.hpp"
#include "shell/json/value.hpp"
#include "shell/json/write.hpp"

namespace belay::store {
namespace {

json::Value time_value(const std::optional<Timestamp>& at) { return at ? json::Value(to_text(*at)) : json::Value(); }

/// Reads members; the first that is not understood is kept.
class Reader {
 public:
  explicit Reader(const json::Value& object) : object_(object) {}

  std::optional<Timestamp> time(std::string_view key) {
    const std::string* text = string_at(key);
    if (text == nullptr) return std::nullopt;
    const auto at = parse_timestamp(*text);
    if (!at) why_ = std::string(key) + ": " + at.error().message;
    return at ? std::optional(*at) : std::nullopt;
  }
  template <class Number>
  Number number(std::string_view key) {
    const std::string* text = string_at(key);
    const auto number = text == nullptr ? Result<Number>(Number()) : Number::parse(*text);
    if (!number) why_ = std::string(key) + ": " + number.error().message;
    return number.value_or(Number());
  }
  [[nodiscard]] std::string text(std::string_view key) const {
    const std::string* text = string_at(key);
    return text == nullptr ? "" : *text;
  }
  [[nodiscard]] bool flag(std::string_view key) const {
    const json::Value* found = object_.find(key);
    return found != nullptr && found->as_bool().value_or(false);
  }
  std::map<LotUid, Price> prices(std::string_view key) {
    std::map<LotUid, Price> out;
    const json::Value* found = object_.find(key);
    const json::Object* object = found == nullptr ? nullptr : found->as_object();
    if (object == nullptr) return out;
    for (const auto& [uid, value] : *object) {
      const std::string* text = value.as_string();
      const auto price = text == nullptr ? fail("no price") : Price::parse(*text);
      if (price) {
        out.emplace(LotUid(uid), *price);
      } else {
        why_ = std::string(key) + ": " + price.error().message;
      }
    }
    return out;
  }
  [[nodiscard]] const std::string& why() const { return why_; }

 private:
  [[nodiscard]] const std::string* string_at(std::string_view key) const {
    const json::Value* found = object_.find(key);
    return found == nullptr ? nullptr : found->as_string();
  }

  const json::Value& object_;
  std::string why_;
};

}  // namespace

std::string loss_limit_text(const LossLimit& limit) {
  json::Object bases;
  for (const auto& [uid, price] : limit.bases) bases.append(uid.text(), price.text());
  return json::write(json::Object{{"latched_at", time_value(limit.latched_at)},
                                  {"why", limit.why},
                                  {"limit", limit.limit.text()},
                                  {"session", time_value(limit.session)},
                                  {"realised", limit.realised.text()},
                                  {"bases", std::move(bases)},
                                  {"own_start", limit.own_start.text()},
                                  {"broker_start", limit.broker_start.text()},
                                  {"restart", limit.restart},
                                  {"told", limit.told}});
}

Result<LossLimit> parse_loss_limit(std::string_view text) {
  const auto parsed = json::parse(text);
  if (!parsed) return std::unexpected(parsed.error());
  if (!parsed->is_object()) return fail("no object");
  Reader in(*parsed);
  LossLimit limit{.latched_at = in.time("latched_at"),
                  .why = in.text("why"),
                  .limit = in.number<Money>("limit"),
                  .session = in.time("session"),
                  .realised = in.number<Money>("realised"),
                  .bases = in.prices("bases"),
                  .own_start = in.number<Money>("own_start"),
                  .broker_start = in.number<Money>("broker_start"),
                  .restart = in.flag("restart"),
                  .told = in.flag("told")};
  if (!in.why().empty()) return fail(in.why());
  return limit;
}

std::string absences_text(const Absences& absences) {
  json::Object out;
  for (const auto& [symbol, absence] : absences) {
    out.append(symbol, json::Object{{"quantity", absence.quantity.text()},
                                    {"since", to_text(absence.since)},
                                    {"confirmed", absence.confirmed}});
  }
  return json::write(std::move(out));
}

Result<Absences> parse_absences(std::string_view text) {
  const auto parsed = json::parse(text);
  if (!parsed) return std::unexpected(parsed.error());
  const json::Object* object = parsed->as_object();
  if (object == nullptr) return fail("no object");
  Absences absences;
  for (const auto& [symbol, value] : *object) {
    Reader in(value);
    const auto since = value.is_object() ? in.time("since") : std::nullopt;
    const auto quantity = in.number<Quantity>("quantity");
    if (!in.why().empty()) return fail(symbol + ": " + in.why());
    if (!since || !quantity.is_positive()) return fail(symbol + ": neither a time nor a quantity");
    absences.emplace(symbol, Absence{.quantity = quantity, .since = *since, .confirmed = in.flag("confirmed")});
  }
  return absences;
}

}  // namespace belay::store

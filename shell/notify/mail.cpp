// SPDX-License-Identifier: Apache-2.0
#include "shell/notify/mail.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "shell/net/url.hpp"
#include "shell/notify/base64.hpp"
#include "shell/notify/rendering.hpp"
#include "shell/notify/transfer.hpp"

namespace belay::notify {
namespace {

constexpr std::size_t kEncodedWord = 42;  // bytes of text: an encoded word has at most 75 characters
constexpr std::string_view kPicture = "chart@belay";

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; });
}

/// "Mon, 26 Jan 2026 20:55:00 +0000"
std::string mail_date(Timestamp at) {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::sys_seconds time(std::chrono::seconds(at.nanos / 1'000'000'000));
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  const auto two = [](auto number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return std::string(kDays[std::chrono::weekday(day).c_encoding()]) + ", " + two(static_cast<unsigned>(date.day())) +
         " " + kMonths[static_cast<unsigned>(date.month()) - 1] + " " + std::to_string(static_cast<int>(date.year())) +
         " " + two(clock.hours().count()) + ":" + two(clock.minutes().count()) + ":" + two(clock.seconds().count()) +
         " +0000";
}

struct Place {
  std::string scheme;
  std::string host;
};

Place place_of(std::string_view url) {
  Place place;
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return place;
  place.scheme = url.substr(0, scheme);
  std::string_view rest = url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (rest.starts_with('[')) {
    place.host = rest.substr(1, rest.find(']') == std::string_view::npos ? 0 : rest.find(']') - 1);
  } else {
    place.host = rest.substr(0, rest.rfind(':'));
  }
  return place;
}

class Mail final : public Channel {
 public:
  Mail(std::string name, MailSettings settings) : name_(std::move(name)), settings_(std::move(settings)) {}

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] std::string description() const override {
    std::string to;
    for (const std::string& one : settings_.to) to += (to.empty() ? "" : ", ") + one;
    return to + " by " + settings_.url;
  }

  Delivery deliver(const Letter& letter, const Patience& patience) override {
    MailTransfer mail;
    mail.url = settings_.url;
    mail.plain = settings_.plain;
    mail.ca_file = settings_.ca_file;
    mail.user = settings_.user;
    mail.password = settings_.password;
    mail.from = bare_address(settings_.from);
    for (const std::string& one : settings_.to) mail.to.push_back(bare_address(one));
    mail.headers = headers_of(letter, mail.from);
    mail.text = plain_text(letter.notice);
    if (letter.notice.prepared) mail.pictures = letter.notice.prepared->pictures;
    if (!letter.chart.empty()) mail.pictures.push_back({std::string(kPicture), letter.chart});
    mail.html = html(letter.notice, letter.chart.empty() ? "" : std::string(kPicture));
    return send_mail(mail, patience);
  }

 private:
  [[nodiscard]] std::vector<std::string> headers_of(const Letter& letter, const std::string& from) const {
    const std::string domain = from.substr(from.find('@') + 1);
    const auto id = [&](const std::string& identity) { return "<belay-" + identity + "@" + domain + ">"; };
    std::string to;
    for (const std::string& one : settings_.to) to += (to.empty() ? "" : ", ") + one;
    std::vector<std::string> lines{
        "Date: " + mail_date(letter.written_at),
        "From: " +
            (settings_.from.find('<') == std::string::npos ? "Belay <" + from + ">" : encoded_header(settings_.from)),
        "To: " + encoded_header(to),
        "Subject: " + encoded_header(letter.notice.subject),
        "Message-ID: " + id(letter.identity),
        "Auto-Submitted: auto-generated"};
    if (!letter.notice.thread.empty()) {
      lines.push_back("In-Reply-To: " + id(letter.notice.thread));
      lines.push_back("References: " + id(letter.notice.thread));
    }
    if (letter.notice.severity == "critical") {
      lines.emplace_back("Importance: high");
      lines.emplace_back("X-Priority: 1");
    }
    return lines;
  }

  std::string name_;
  MailSettings settings_;
};

}  // namespace

Result<void> check(const MailSettings& settings) {
  // First of all: what is said of the URL further down shows it.
  if (settings.url.find('@') != std::string::npos) return fail("user and password do not belong into smtp_url");
  const Place place = place_of(settings.url);
  if (place.host.empty() || (place.scheme != "smtp" && place.scheme != "smtps")) {
    return fail("\"" + settings.url + "\" is no mail server: smtps://HOST or smtp://HOST:587");
  }
  if (settings.plain && !net::is_loopback_host(place.host)) {
    return fail("mail goes without TLS only to this machine, not to " + place.host);
  }
  if (settings.plain && place.scheme == "smtps") return fail("smtps is TLS: with smtp_tls = \"none\" say smtp://");
  const auto is_address = [](const std::string& text) {
    const std::string bare = bare_address(text);
    const std::size_t at = bare.find('@');
    return at != std::string::npos && at > 0 && at + 1 < bare.size() && is_ascii(bare) &&
           bare.find_first_of(" <>\r\n\t,;") == std::string::npos;
  };
  if (!is_address(settings.from)) return fail("\"" + settings.from + "\" is no address to send from");
  if (settings.to.empty()) return fail("nobody is named to send to");
  for (const std::string& one : settings.to) {
    if (!is_address(one)) return fail("\"" + one + "\" is no mail address");
  }
  return {};
}

std::unique_ptr<Channel> mail_channel(std::string name, MailSettings settings) {
  return std::make_unique<Mail>(std::move(name), std::move(settings));
}

std::string encoded_header(std::string_view text) {
  std::string clean;
  for (const char c : text) clean += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  if (is_ascii(clean)) return clean;
  std::string out;
  std::size_t at = 0;
  while (at < clean.size()) {
    std::size_t end = std::min(clean.size(), at + kEncodedWord);
    while (end < clean.size() && (static_cast<unsigned char>(clean[end]) & 0xC0U) == 0x80U) --end;
    out += (out.empty() ? "" : " ") + ("=?UTF-8?B?" + base64(clean.substr(at, end - at)) + "?=");
    at = end;
  }
  return out;
}

std::string bare_address(std::string_view text) {
  const std::size_t open = text.rfind('<');
  const std::size_t close = text.rfind('>');
  if (open != std::string_view::npos && close != std::string_view::npos && open < close) {
    text = text.substr(open + 1, close - open - 1);
  }
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

}  // namespace belay::notify

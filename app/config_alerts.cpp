// SPDX-License-Identifier: Apache-2.0
// What can be set about alerts: section [alerts].
#include <algorithm>
#include <chrono>

#include "app/config_keys.hpp"
#include "app/text_values.hpp"

namespace belay::app {
namespace {

using Kind = Key::Kind;
using Concern = Problem::Concern;
using namespace std::chrono_literals;

template <std::string notify::MailSettings::* Member>
Result<void> set_mail(Draft& draft, std::string_view text) {
  draft.alerts.mail.*Member = text;
  return {};
}

template <std::string AlertDraft::* Member>
Result<void> set_file(Draft& draft, std::string_view text) {
  draft.alerts.*Member = text;
  return {};
}

template <std::vector<std::string> AlertDraft::* Member>
Result<void> set_list(Draft& draft, std::string_view text) {
  draft.alerts.*Member = split_list(text);
  return {};
}

Result<void> set_to(Draft& draft, std::string_view text) {
  draft.alerts.mail.to = split_list(text);
  return {};
}

Result<void> set_tls(Draft& draft, std::string_view text) {
  if (text != "required" && text != "none") return fail("\"" + std::string(text) + "\" is neither required nor none");
  draft.alerts.mail.plain = text == "none";
  return {};
}

Result<void> set_webhook_url(Draft& draft, std::string_view text) {
  draft.alerts.webhook.url = text;
  return {};
}

Result<void> set_ca_file(Draft& draft, std::string_view text) {
  draft.config.alerts.ca_file = text;
  return {};
}

Result<void> set_remind_after(Draft& draft, std::string_view text) {
  const auto span = parse_duration(text);
  if (!span) return std::unexpected(span.error());
  if (*span < 10s || *span > 24h) return fail("between 10s and 1d, not " + std::string(text));
  draft.config.alerts.fold.remind_after = *span;
  return {};
}

Result<void> set_all_clear(Draft& draft, std::string_view text) {
  if (text != "true" && text != "false") return fail("\"" + std::string(text) + "\" is neither true nor false");
  draft.config.alerts.all_clear = text == "true";
  return {};
}

Result<void> set_all_clear_after(Draft& draft, std::string_view text) {
  const auto span = parse_duration(text);
  if (!span) return std::unexpected(span.error());
  if (*span > 7h) return fail("at most 7h after the close, not " + std::string(text));
  draft.config.alerts.all_clear_after = *span;
  return {};
}

Result<void> set_ping_url(Draft& draft, std::string_view text) {
  if (const auto right = notify::check_web_url(text); !right) return right;
  draft.config.alerts.ping_url = text;
  return {};
}

Result<void> set_ping_when(Draft& draft, std::string_view text) {
  if (text != "well" && text != "made") return fail("\"" + std::string(text) + "\" is neither well nor made");
  draft.config.alerts.ping_when = text == "well" ? notify::PingWhen::well : notify::PingWhen::made;
  return {};
}

using Mail = notify::MailSettings;

constexpr Key kKeys[] = {
    {"alerts", "smtp_url", "BELAY_SMTP_URL", Kind::text, Concern::alerts, set_mail<&Mail::url>, "",
     "smtps://smtp.example.com", "The mail server: smtps://HOST, or smtp://HOST:587 with STARTTLS; unset: no mail"},
    {"alerts", "smtp_tls", "BELAY_SMTP_TLS", Kind::text, Concern::alerts, set_tls, "required", "",
     "TLS to it: required; none only to this machine"},
    {"alerts", "smtp_user", "BELAY_SMTP_USER", Kind::text, Concern::alerts, set_mail<&Mail::user>, "",
     "belay@example.com", "Who Belay is there"},
    {"alerts", "smtp_password_file", "BELAY_SMTP_PASSWORD_FILE", Kind::text, Concern::alerts,
     set_file<&AlertDraft::smtp_password_file>, "", "/run/secrets/smtp_password",
     "A file that only its owner may read, with the password; else the variable BELAY_SMTP_PASSWORD"},
    {"alerts", "from", "BELAY_ALERTS_FROM", Kind::text, Concern::alerts, set_mail<&Mail::from>, "", "belay@example.com",
     "Sender of the mails"},
    {"alerts", "to", "BELAY_ALERTS_TO", Kind::list, Concern::alerts, set_to, "", "ann@example.com", "Who gets them"},
    {"alerts", "second_to", "BELAY_ALERTS_SECOND_TO", Kind::list, Concern::alerts, set_list<&AlertDraft::second_to>, "",
     "bob@example.com", "Who gets what nobody has answered"},
    {"alerts", "webhook_url", "BELAY_WEBHOOK_URL", Kind::text, Concern::alerts, set_webhook_url, "",
     "https://example.com/hook", "Where alerts are posted to, as JSON"},
    {"alerts", "webhook_url_file", "BELAY_WEBHOOK_URL_FILE", Kind::text, Concern::alerts,
     set_file<&AlertDraft::webhook_url_file>, "", "/run/secrets/webhook_url",
     "A file with that URL, where the URL itself is a secret"},
    {"alerts", "webhook_secret_file", "BELAY_WEBHOOK_SECRET_FILE", Kind::text, Concern::alerts,
     set_file<&AlertDraft::webhook_secret_file>, "", "/run/secrets/webhook_secret",
     "A file with the secret that signs them; else the variable BELAY_WEBHOOK_SECRET"},
    {"alerts", "ca_file", "BELAY_ALERTS_CA_FILE", Kind::text, Concern::alerts, set_ca_file, "", "/etc/ssl/company.pem",
     "PEM file of authorities trusted besides the system's"},
    {"alerts", "escalation", "BELAY_ALERTS_ESCALATION", Kind::list, Concern::alerts, set_list<&AlertDraft::escalation>,
     "", "mail+webhook, second_mail",
     "Who is told first, and who next while nobody answers; unset: each in this order"},
    {"alerts", "remind_after", "BELAY_ALERTS_REMIND_AFTER", Kind::duration, Concern::alerts, set_remind_after, "5m", "",
     "First reminder of a critical alert; then after twice as long each time, at most four hours"},
    {"alerts", "all_clear", "BELAY_ALL_CLEAR", Kind::boolean, Concern::alerts, set_all_clear, "true", "",
     "A message a day that all is well"},
    {"alerts", "all_clear_after", "BELAY_ALL_CLEAR_AFTER", Kind::duration, Concern::alerts, set_all_clear_after, "15m",
     "", "So long after the close"},
    {"alerts", "dead_man_url", "BELAY_DEAD_MAN_URL", Kind::text, Concern::alerts, set_ping_url, "",
     "https://example.com/ping", "Called after each pass; whoever stands behind it tells when the calls stop"},
    {"alerts", "dead_man_when", "BELAY_DEAD_MAN_WHEN", Kind::text, Concern::alerts, set_ping_when, "well", "",
     "well: after passes that left nothing to attend to; made: after every pass that was made"},
};

/// The channels that were settled, in their usual order.
std::vector<std::string> channels_of(const notify::Settings& settings) {
  std::vector<std::string> names;
  if (settings.mail) names.emplace_back("mail");
  if (settings.webhook) names.emplace_back("webhook");
  if (settings.second_mail) names.emplace_back("second_mail");
  return names;
}

std::vector<std::string> split_at_plus(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t plus = text.find('+');
    parts.emplace_back(trimmed(text.substr(0, plus)));
    if (plus == std::string_view::npos) return parts;
    text.remove_prefix(plus + 1);
  }
}

void settle_routes(const AlertDraft& draft, notify::Settings& settings, std::vector<std::string>& wrong) {
  const std::vector<std::string> names = channels_of(settings);
  for (const std::string& level : draft.escalation) {
    std::vector<std::string> route;
    for (const std::string& name : split_at_plus(level)) {
      if (std::ranges::count(names, name) > 0) {
        route.push_back(name);
      } else {
        wrong.push_back("[alerts] escalation names \"" + name +
                        "\", which is none of the channels that are set up (mail, webhook, second_mail)");
      }
    }
    if (!route.empty()) settings.routes.push_back(std::move(route));
  }
  // Nobody is forgotten: what no level names comes last, each by itself.
  for (const std::string& name : names) {
    const auto has_it = [&](const auto& route) { return std::ranges::count(route, name) > 0; };
    if (std::ranges::none_of(settings.routes, has_it)) settings.routes.push_back({name});
  }
}

}  // namespace

std::span<const Key> alert_keys() { return kKeys; }

std::vector<std::string> settle_alerts(const AlertDraft& draft, notify::Settings& settings) {
  std::vector<std::string> wrong;
  notify::MailSettings mail = draft.mail;
  mail.ca_file = settings.ca_file;
  const bool mail_wanted = !mail.url.empty() || !mail.to.empty() || !mail.from.empty() || !draft.second_to.empty();
  if (mail_wanted) {
    const auto right = notify::check(mail);
    if (right) {
      settings.mail = mail;
    } else {
      wrong.push_back("[alerts] mail (smtp_url, from, to): " + right.error().message);
    }
    if (right && !draft.second_to.empty()) {
      mail.to = draft.second_to;
      const auto second = notify::check(mail);
      if (second) settings.second_mail = mail;
      if (!second) wrong.push_back("[alerts] second_to: " + second.error().message);
    }
  }
  if (!draft.webhook.url.empty()) {
    notify::WebhookSettings webhook = draft.webhook;
    webhook.ca_file = settings.ca_file;
    const auto right = notify::check(webhook);
    if (right) settings.webhook = webhook;
    if (!right) wrong.push_back("[alerts] webhook_url: " + right.error().message);
  }
  settle_routes(draft, settings, wrong);
  return wrong;
}

}  // namespace belay::app

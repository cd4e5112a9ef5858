// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "shell/log/log.hpp"
#include "shell/notify/channel.hpp"
#include "shell/notify/mail.hpp"
#include "shell/notify/webhook.hpp"
#include "shell/ports/alert_sink.hpp"
#include "shell/ports/clock.hpp"

/// Tells people: reads what is to be told from the store, folds it, and delivers it, on a thread and database
/// connections of its own. Nothing waits for it, and what was not delivered waits in the store.
namespace belay::notify {

/// When the dead man's switch is held down.
enum class PingWhen : std::uint8_t {
  well,  ///< after a pass in which nothing needs attention
  made,  ///< after a pass that was made at all
};

struct Settings {
  std::optional<MailSettings> mail;
  std::optional<MailSettings> second_mail;
  std::optional<WebhookSettings> webhook;
  Routes routes;  ///< of channel names; every one of them is set above
  FoldPolicy fold;
  bool all_clear = true;                                ///< a message after each session's close …
  Duration all_clear_after = std::chrono::minutes(15);  ///< … so much later
  std::string ping_url;                                 ///< empty: no dead man's switch
  PingWhen ping_when = PingWhen::well;
  std::string ca_file;  ///< for pings; the channels have theirs

  [[nodiscard]] bool wanted() const { return !routes.empty() || !ping_url.empty(); }
  bool operator==(const Settings&) const = default;
};

std::vector<std::unique_ptr<Channel>> make_channels(const Settings& settings);

/// How a pass went, for the dead man's switch.
enum class PassOutcome : std::uint8_t { well, made, failed };

class Notifier final : public AlertSink {
 public:
  /// What it works with. Stores are opened on its thread, and again where that failed. All but `log` are its own.
  struct Parts {
    std::function<StoreResult<std::unique_ptr<AlertStore>>()> open_alerts;
    std::function<StoreResult<std::unique_ptr<Store>>()> open_book;  ///< for what is shown of positions
    std::unique_ptr<Clock> clock;
    std::vector<std::unique_ptr<Channel>> channels;
    log::Log& log;
  };

  Notifier(Parts parts, Settings settings, std::string account);
  /// Ends at once; what was not delivered waits in the store.
  ~Notifier() override;
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  void start();
  void unstored(const AlertEvent& event) override;
  /// Pings the dead man's switch if that is due, and looks at once for what the pass left to be told.
  void pass_ended(PassOutcome outcome);
  /// Delivers what there is, for at most that long in real time, and ends.
  void finish(Duration at_most);

 private:
  struct Inner;
  std::unique_ptr<Inner> inner_;
};

/// What of a day's book is told after the close.
Notice all_clear(const std::string& account, Date date, const std::vector<Lot>& held, const std::vector<Lot>& closed,
                 const std::vector<Alert>& open);

}  // namespace belay::notify

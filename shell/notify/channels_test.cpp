// SPDX-License-Identifier: Apache-2.0
// What the channels make of settings and texts; that they arrive is shown end to end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shell/notify/mail.hpp"
#include "shell/notify/webhook.hpp"

namespace belay::notify {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

MailSettings right() {
  return {.url = "smtps://mail.example.com", .from = "Belay <belay@example.com>", .to = {"ann@example.com"}};
}

std::string wrong(const Result<void>& checked) { return checked ? "" : checked.error().message; }

TEST(MailChannel, TellsWhatIsWrongWithItsSettings) {
  EXPECT_EQ(wrong(check(right())), "");
  const auto with = [](auto change) {
    MailSettings settings = right();
    change(settings);
    return wrong(check(settings));
  };
  EXPECT_THAT(with([](MailSettings& s) { s.url = "mail.example.com"; }), HasSubstr("smtps://HOST"));
  EXPECT_THAT(with([](MailSettings& s) { s.url = "smtp://ann:secret@mail.example.com"; }), Not(HasSubstr("secret")));
  EXPECT_THAT(with([](MailSettings& s) { s.url = "smpts://ann:secret@mail.example.com"; }), Not(HasSubstr("secret")));
  EXPECT_THAT(with([](MailSettings& s) { s.url = "ann:secret@mail.example.com"; }), Not(HasSubstr("secret")));
  EXPECT_THAT(with([](MailSettings& s) { s.to = {}; }), HasSubstr("nobody"));
  EXPECT_THAT(with([](MailSettings& s) { s.to = {"ann@example.com\r\nBcc: eve@example.com"}; }),
              HasSubstr("no mail address"));
  EXPECT_THAT(with([](MailSettings& s) { s.from = "belay"; }), HasSubstr("no address"));
  EXPECT_THAT(with([](MailSettings& s) {
                s.url = "smtp://mail.example.com";
                s.plain = true;
              }),
              HasSubstr("only to this machine"));
  EXPECT_EQ(with([](MailSettings& s) {
              s.url = "smtp://[::1]:25";
              s.plain = true;
            }),
            "");
}

TEST(MailChannel, EncodesHeaders) {
  EXPECT_EQ(encoded_header("plain: 5 %"), "plain: 5 %");
  EXPECT_EQ(encoded_header("one\r\nBcc: two"), "one  Bcc: two");
  EXPECT_EQ(encoded_header("ä…"), "=?UTF-8?B?w6TigKY=?=");
  const std::string encoded = encoded_header(std::string(41, 'a') + "ääää");
  EXPECT_EQ(encoded.find("=?UTF-8?B?"), 0U);
  EXPECT_THAT(encoded, HasSubstr("?= =?UTF-8?B?w6TDpMOkw6Q=?=")) << "cut between characters";
}

TEST(WebhookChannel, TakesTlsOrThisMachine) {
  EXPECT_EQ(wrong(check(WebhookSettings{.url = "https://hooks.example.com/T1/abc?sig=1"})), "");
  EXPECT_EQ(wrong(check(WebhookSettings{.url = "http://127.0.0.1:8080/x"})), "");
  EXPECT_NE(wrong(check(WebhookSettings{.url = "http://hooks.example.com/x"})), "");
  EXPECT_NE(wrong(check(WebhookSettings{.url = "file:///etc/passwd"})), "");
  EXPECT_NE(wrong(check(WebhookSettings{.url = "https://example.com", .secret = "whsec_!"})), "");
  EXPECT_EQ(shown_url("https://hooks.example.com/T1/abc?sig=1"), "https://hooks.example.com/…");
}

// The example of the Standard Webhooks specification's libraries.
TEST(WebhookChannel, SignsAsTheSpecificationHasIt) {
  EXPECT_EQ(signature_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                         R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

}  // namespace
}  // namespace belay::notify

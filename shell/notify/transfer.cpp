// SPDX-License-Identifier: Apache-2.0
#include "shell/notify/transfer.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>

namespace belay::notify {
namespace {

using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using List = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;
using Mime = std::unique_ptr<curl_mime, decltype(&curl_mime_free)>;

constexpr std::size_t kMostOfAnAnswer = 300;
constexpr int kNothing = 0;

Handle new_handle() {
  static const CURLcode kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(kReady);
  return {curl_easy_init(), &curl_easy_cleanup};
}

List list_of(const std::vector<std::string>& lines) {
  curl_slist* list = nullptr;
  for (const std::string& line : lines) list = curl_slist_append(list, line.c_str());
  return {list, &curl_slist_free_all};
}

/// The last line that the server said, without its end.
std::size_t note_answer(const char* data, std::size_t size, std::size_t count, void* answer) {
  std::string_view line(data, size * count);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (!line.empty()) *static_cast<std::string*>(answer) = line.substr(0, kMostOfAnAnswer);
  return size * count;
}

std::size_t drop(const char*, std::size_t size, std::size_t count, void*) { return size * count; }

int stop_early(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto* flag = static_cast<const std::atomic<bool>*>(stop);
  return flag != nullptr && flag->load() ? 1 : 0;
}

/// One transfer: what all of them have in common.
class Transfer {
 public:
  Transfer(const std::string& url, const std::string& ca_file, const char* protocols, const Patience& patience)
      : handle_(new_handle()) {
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, protocols);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(1, patience.at_most.count())));
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_ERRORBUFFER, error_.data());
    set(CURLOPT_HEADERFUNCTION, &note_answer);
    set(CURLOPT_HEADERDATA, &answer_);
    set(CURLOPT_WRITEFUNCTION, &drop);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &stop_early);
    set(CURLOPT_XFERINFODATA, patience.stop);
    // Besides the directory of the system's authorities, which stays in force.
    if (!ca_file.empty()) set(CURLOPT_CAINFO, ca_file.c_str());
  }

  template <class Value>
  void set(CURLoption option, Value value) {
    if (wrong_ == CURLE_OK) wrong_ = curl_easy_setopt(handle_.get(), option, value);
  }
  [[nodiscard]] CURL* handle() const { return handle_.get(); }

  CURLcode perform() { return wrong_ != CURLE_OK ? wrong_ : curl_easy_perform(handle_.get()); }
  [[nodiscard]] long status() const {
    long code = kNothing;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &code);
    return code;
  }
  [[nodiscard]] const std::string& answer() const { return answer_; }
  [[nodiscard]] std::string what_went_wrong(CURLcode code) const {
    std::string text = error_[0] != '\0' ? error_.data() : curl_easy_strerror(code);
    if (code == CURLE_ABORTED_BY_CALLBACK) text = "there was no more time for it";
    if (!answer_.empty() && text.find(answer_) == std::string::npos) text += " (the server said: " + answer_ + ")";
    return text;
  }

 private:
  Handle handle_;
  CURLcode wrong_ = CURLE_OK;
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::string answer_;
};

void add_text(curl_mime* mime, const std::string& text, const char* type) {
  curl_mimepart* part = curl_mime_addpart(mime);
  curl_mime_data(part, text.data(), text.size());
  curl_mime_type(part, type);
  curl_mime_encoder(part, "quoted-printable");
}

void add_picture(curl_mime* mime, const Picture& shown) {
  curl_mimepart* picture = curl_mime_addpart(mime);
  curl_mime_data(picture, shown.png.data(), shown.png.size());
  curl_mime_type(picture, "image/png");
  curl_mime_encoder(picture, "base64");
  const std::string id = "Content-ID: <" + shown.id + ">";
  curl_slist* headers = curl_slist_append(nullptr, id.c_str());
  headers = curl_slist_append(headers, "Content-Disposition: inline; filename=\"chart.png\"");
  curl_mime_headers(picture, headers, 1);
}

/// HTML with its pictures: multipart/related.
void add_related(CURL* handle, curl_mime* mime, const MailTransfer& mail) {
  curl_mime* related = curl_mime_init(handle);
  add_text(related, mail.html, "text/html; charset=utf-8");
  for (const Picture& picture : mail.pictures) add_picture(related, picture);
  curl_mimepart* part = curl_mime_addpart(mime);
  curl_mime_subparts(part, related);
  curl_mime_type(part, "multipart/related");
}

/// Refused is what the server said no to, where it would have taken another mail.
Delivery::Kind kind_of(CURLcode code, long status) {
  const bool is_of_this_mail =
      code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_SEND_FAIL_REWIND;
  return is_of_this_mail && status >= 500 ? Delivery::Kind::refused : Delivery::Kind::unreachable;
}

}  // namespace

Delivery send_mail(const MailTransfer& mail, const Patience& patience) {
  Transfer transfer(mail.url, mail.ca_file, "smtp,smtps", patience);
  transfer.set(CURLOPT_USE_SSL, static_cast<long>(mail.plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  if (!mail.user.empty()) {
    transfer.set(CURLOPT_USERNAME, mail.user.c_str());
    transfer.set(CURLOPT_PASSWORD, mail.password.c_str());
  }
  const std::string from = "<" + mail.from + ">";
  transfer.set(CURLOPT_MAIL_FROM, from.c_str());
  std::vector<std::string> recipients;
  for (const std::string& one : mail.to) recipients.push_back("<" + one + ">");
  const List to = list_of(recipients);
  transfer.set(CURLOPT_MAIL_RCPT, to.get());
  // One address that is gone does not keep the others from hearing of it.
  transfer.set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);

  std::vector<std::string> lines = mail.headers;
  lines.emplace_back("Content-Type: multipart/alternative");
  const List headers = list_of(lines);
  transfer.set(CURLOPT_HTTPHEADER, headers.get());
  const Mime mime(curl_mime_init(transfer.handle()), &curl_mime_free);
  add_text(mime.get(), mail.text, "text/plain; charset=utf-8");
  if (mail.pictures.empty()) {
    add_text(mime.get(), mail.html, "text/html; charset=utf-8");
  } else {
    add_related(transfer.handle(), mime.get(), mail);
  }
  transfer.set(CURLOPT_MIMEPOST, mime.get());
  const CURLcode code = transfer.perform();
  if (code == CURLE_OK) return {Delivery::Kind::sent, transfer.answer()};
  return {kind_of(code, transfer.status()), transfer.what_went_wrong(code)};
}

Delivery send_web(const WebTransfer& request, const Patience& patience) {
  Transfer transfer(request.url, request.ca_file, "http,https", patience);
  const List headers = list_of(request.headers);
  transfer.set(CURLOPT_HTTPHEADER, headers.get());
  if (request.post) {
    transfer.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    transfer.set(CURLOPT_POSTFIELDS, request.body.c_str());
  }
  const CURLcode code = transfer.perform();
  if (code != CURLE_OK) return {Delivery::Kind::unreachable, transfer.what_went_wrong(code)};
  const long status = transfer.status();
  const std::string answer = "HTTP " + std::to_string(status);
  if (status >= 200 && status < 300) return {Delivery::Kind::sent, answer};
  const bool later = status >= 500 || status == 429 || status == 408;
  return {later ? Delivery::Kind::unreachable : Delivery::Kind::refused, answer};
}

}  // namespace belay::notify

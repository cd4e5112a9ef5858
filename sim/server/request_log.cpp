// SPDX-License-Identifier: Apache-2.0
#include "sim/server/request_log.hpp"

#include <utility>

namespace belay::sim {
namespace {

constexpr std::size_t kRecent = 1000;

}  // namespace

void RequestLog::add(std::string_view face, std::string_view method, std::string_view route, std::string_view target,
                     int status) {
  ++counts_[{std::string(face), std::string(method), std::string(route)}];
  recent_.push_back({std::string(method), std::string(target), status});
  if (recent_.size() > kRecent) recent_.pop_front();
}

void RequestLog::clear() {
  counts_.clear();
  submissions_.clear();
  recent_.clear();
}

json::Value RequestLog::to_json() const {
  std::int64_t trading = 0;
  std::int64_t data = 0;
  json::Array counts;
  for (const auto& [key, count] : counts_) {
    const auto& [face, method, route] = key;
    if (face != "stream") (face == "data" ? data : trading) += count;
    counts.push_back(json::Object{{"face", face}, {"method", method}, {"path", route}, {"count", count}});
  }
  json::Object submissions;
  for (const auto& [id, times] : submissions_) submissions.append(id, times);
  json::Array recent;
  for (const Entry& entry : recent_) {
    recent.push_back(json::Object{{"method", entry.method}, {"target", entry.target}, {"status", entry.status}});
  }
  return json::Object{{"total", trading + data},
                      {"trading", trading},
                      {"data", data},
                      {"counts", std::move(counts)},
                      {"submissions", std::move(submissions)},
                      {"recent", std::move(recent)}};
}

}  // namespace belay::sim

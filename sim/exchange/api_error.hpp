// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace belay::sim {

/// A refusal as the broker words it (alpaca.md 3.7): the reply's body is code, message and the extra fields, each a
/// string or a list of strings.
struct ApiError {
  int http_status = 422;
  int code = 0;
  std::string message;
  std::vector<std::pair<std::string, std::variant<std::string, std::vector<std::string>>>> fields;

  bool operator==(const ApiError&) const = default;
};

inline constexpr int kForbidden = 40310000;       // HTTP 403
inline constexpr int kNotFound = 40410000;        // HTTP 404
inline constexpr int kInvalidRequest = 40010001;  // HTTP 422 in spite of its digits
inline constexpr int kUnprocessable = 42210000;   // HTTP 422

inline ApiError forbidden(std::string message) { return {403, kForbidden, std::move(message), {}}; }
inline ApiError not_found(std::string message) { return {404, kNotFound, std::move(message), {}}; }
inline ApiError invalid_request(std::string message) { return {422, kInvalidRequest, std::move(message), {}}; }
inline ApiError unprocessable(std::string message) { return {422, kUnprocessable, std::move(message), {}}; }

}  // namespace belay::sim

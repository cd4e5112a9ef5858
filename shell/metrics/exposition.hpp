// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "shell/metrics/board.hpp"

namespace belay::metrics {

/// The standings in Prometheus' text format; `now` is the machine's time.
std::string exposition(const std::string& version, const std::map<std::string, Board::Standing>& standings,
                       Duration now);

/// A pass as one line of CloudWatch's embedded metric format: namespace Belay, dimension account. Its members have
/// names of their own, so that no filter counts it together with the pass's line in the log.
std::string emf_line(const std::string& account, const PassFigures& figures);

}  // namespace belay::metrics

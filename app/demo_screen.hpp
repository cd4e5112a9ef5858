// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "app/demo_frame.hpp"
#include "app/demo_text.hpp"

namespace belay::app::demonstration {

/// What the terminal on standard output can do, by its environment.
struct TerminalFacts {
  bool is_live = false;  ///< a terminal that understands cursor movement
  bool colour = false;   ///< and colours are wanted: NO_COLOR is not set
  bool unicode = false;  ///< its character set is UTF-8
};
TerminalFacts terminal_facts();

/// The alternate screen of the terminal, as long as this lives; what was there before is back afterwards.
class Screen {
 public:
  explicit Screen(TerminalFacts facts);
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  ~Screen();

  [[nodiscard]] DemoSize size() const;
  void show(const std::vector<Line>& lines) const;
  /// The key that was pressed since the last call; 0 for none.
  char key();

 private:
  struct Saved;
  TerminalFacts facts_;
  std::unique_ptr<Saved> saved_;
};

}  // namespace belay::app::demonstration

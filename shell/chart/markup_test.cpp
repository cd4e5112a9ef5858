// SPDX-License-Identifier: Apache-2.0
#include "shell/chart/markup.hpp"

#include <gtest/gtest.h>

namespace belay::chart {
namespace {

TEST(MarkupText, WhatMeansSomethingIsEscaped) {
  EXPECT_EQ(markup_text(R"(<a href="x">A & B</a>)"), "&lt;a href=&quot;x&quot;&gt;A &amp; B&lt;/a&gt;");
}

TEST(MarkupText, WhatXmlCannotHoldIsLeftOut) {
  EXPECT_EQ(markup_text(std::string_view("a\0b\x01\x1b[31mc", 10)), "ab[31mc");
  EXPECT_EQ(markup_text("one\ttwo\nthree é"), "one\ttwo\nthree é");
}

}  // namespace
}  // namespace belay::chart

#include "base/log.h"

#include <gtest/gtest.h>

namespace tenure {
namespace {

TEST(Log, WhatComesFromOutsideStaysOneLineOfUtf8) {
  EXPECT_EQ(log_safe("front-door"), "front-door");
  EXPECT_EQ(log_safe("a\nb\"c\\"), "a\\x0ab\\x22c\\x5c");
  EXPECT_EQ(log_safe("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(log_safe("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(log_safe("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate is no character";
}

TEST(Log, ALongTextIsCutBetweenCharacters) {
  const std::string text = std::string(199, 'a') + "\xc3\xa9tail";
  EXPECT_EQ(log_safe(text), std::string(199, 'a') + "\xc3\xa9...");
}

}  // namespace
}  // namespace tenure

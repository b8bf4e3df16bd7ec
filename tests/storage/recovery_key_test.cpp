#include "storage/backup/recovery_key.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tenure::storage {
namespace {

// Of a key of its own choice: its check has two bytes, and of a thousand keys one has a slip that they let pass.
TEST(RecoveryKey, IsWrittenOnPaperAndASlipOfThePenIsFound) {
  Key secret;
  for (std::size_t i = 0; i < secret.size(); ++i) secret.at(i) = static_cast<std::uint8_t>(i * 37 + 5);
  const auto text = recovery_text(secret);
  EXPECT_EQ(parse_recovery_text(text), secret);
  auto typed = text;
  std::erase(typed, '-');
  std::ranges::transform(typed, typed.begin(), [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
  EXPECT_EQ(parse_recovery_text(typed + "\n"), secret);
  for (std::size_t i = text.find(' ') + 1; i < text.size(); ++i) {
    if (text[i] == '-') continue;
    auto slip = text;
    slip[i] = slip[i] == '0' ? '1' : '0';
    EXPECT_FALSE(parse_recovery_text(slip)) << i;
  }
  auto small = text;
  std::ranges::transform(small, small.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  EXPECT_EQ(parse_recovery_text(small), secret);
  EXPECT_EQ(parse_recovery_text("Write it down:\n\n  " + text + "\n\nIt is not kept anywhere.\n"), secret);
  EXPECT_FALSE(parse_recovery_text("Write it down:\n" + text.substr(0, text.size() - 1) + "\n"));
  EXPECT_FALSE(parse_recovery_text(""));
  EXPECT_FALSE(parse_recovery_text(std::string(5000, '0')));
}

}  // namespace
}  // namespace tenure::storage

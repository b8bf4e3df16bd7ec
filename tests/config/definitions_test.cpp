#include "config/definitions.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <regex>

#include "base/file.h"
#include "config/reader.h"

namespace tenure::config {
namespace {

const Path kSource(TENURE_SOURCE);

// With TENURE_WRITE_SHIPPED set, writes the file instead of comparing it: how the two are made.
void expect_shipped(const std::string& name, const std::string& text) {
  const Path file = kSource / name;
  if (getenv("TENURE_WRITE_SHIPPED") != nullptr) {
    FILE* out = fopen(file.c_str(), "w");
    ASSERT_NE(out, nullptr);
    fputs(text.c_str(), out);
    fclose(out);
  }
  const Blob shipped = read_whole(file);
  EXPECT_EQ(as_text(shipped), text) << "make it again: TENURE_WRITE_SHIPPED=1 test_config --gtest_filter='Definitions.*'";
}

TEST(Definitions, MakeTheShippedExampleFile) { expect_shipped("config/tenure.toml", example_file()); }
TEST(Definitions, MakeTheReferencePage) { expect_shipped("docs/reference/settings.md", reference_page()); }

TEST(Definitions, TheShippedExampleIsAcceptedAsItIs) {
  const auto result = parse_settings(example_file(), "/etc/tenure/tenure.toml");
  EXPECT_TRUE(result.ok()) << describe(result);
  EXPECT_EQ(result.settings.storage.path, "/var/lib/tenure");
  EXPECT_EQ(result.settings.socket, "/run/tenure/tenured.sock");
  EXPECT_FALSE(result.settings.storage.trial);
}

TEST(Definitions, EverySettingOfTheExampleIsAcceptedWhenUncommented) {
  std::string text = std::regex_replace(example_file(), std::regex("(^|\n)#([^ \n])"), "$1$2");
  text = std::regex_replace(text, std::regex("\n(password|certificate_sha256) = [^\n]*"), "");
  const auto result = parse_settings(text, "/etc/tenure/tenure.toml");
  EXPECT_TRUE(result.ok()) << describe(result);
  ASSERT_EQ(result.settings.cameras.size(), 1u);
  ASSERT_EQ(result.settings.calls.size(), 1u);
  for (const Definition& d : definitions())
    EXPECT_NE(example_file().find("\n" + std::string(d.key) + " = ") == std::string::npos &&
                  example_file().find("\n#" + std::string(d.key) + " = ") == std::string::npos, true) << d.key;
}

}  // namespace
}  // namespace tenure::config

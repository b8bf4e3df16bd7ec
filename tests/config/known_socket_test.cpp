#include "config/known_socket.h"

#include <gmock/gmock.h>

namespace tenure::config {
namespace {

const std::string kStorage = "[storage]\npath = \"/srv/tenure\"\n";
const std::string kSocket = "[daemon]\nsocket = \"/srv/s\"\n";
const std::string kMistake = "[[class]]\nname = \"cctv\"\nperiod = \"P0D\"\n";

std::optional<Path> known(const std::string& text) {
  const auto read = parse_settings(text, "/etc/tenure/tenure.toml");
  EXPECT_FALSE(read.ok()) << text;
  return known_socket(read);
}

TEST(KnownSocket, IsFoundInSettingsThatHaveMistakesElsewhere) {
  EXPECT_EQ(known(kStorage + kMistake), "/srv/tenure/tenured.sock");
  EXPECT_EQ(known("[storage]\npath = \"/var/lib/tenure\"\n" + kMistake), "/run/tenure/tenured.sock");
  EXPECT_EQ(known(kStorage + kSocket + kMistake), "/srv/s");
  EXPECT_EQ(known(kStorage + "trail = true\n" + kSocket), "/srv/s");
  EXPECT_EQ(known(kStorage + kSocket + "timezone = \"Atlantis\"\n"), "/srv/s");
  EXPECT_EQ(known(kSocket + kMistake), "/srv/s") << "whose state directory is missing";
  EXPECT_EQ(known(kSocket + "[nonsense]\n"), "/srv/s");
}

TEST(KnownSocket, IsNotGuessedWhereAMistakeHidesIt) {
  for (const auto& text : {kMistake, kStorage + "[daemon]\nsocket = 7\n", kStorage + "[daemon]\nsocket = \"\"\n",
                           kStorage + "[daemon]\nsocket = \"/" + std::string(120, 's') + "\"\n",
                           kStorage + "[[daemon]]\nsocket = \"/srv/s\"\n", std::string("[storage]\npath = 7\n"),
                           std::string("[storage]\npath = \"a\\u0007\"\n"), kStorage + kSocket + "oh no\n"})
    EXPECT_EQ(known(text), std::nullopt) << text;
  EXPECT_EQ(known_socket(read_settings("/nonexistent/tenure.toml")), std::nullopt);
}

}  // namespace
}  // namespace tenure::config

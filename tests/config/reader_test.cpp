#include "config/reader.h"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/filesystem/operations.hpp>

#include "base/file.h"

namespace tenure::config {
namespace {
using testing::HasSubstr;
using testing::Not;

const std::string kStorage = "[storage]\npath = \"/var/lib/tenure\"\n";
const std::string kCamera = "[[camera]]\nname = \"door\"\nurl = \"rtsp://192.0.2.1/a\"\narea = \"entrance\"\n";
const std::string kCalls = "[[calls]]\nname = \"desk\"\nfolder = \"calls\"\nformat = \"sidecar\"\n";

ReadResult parse(const std::string& text) { return parse_settings(text, "/etc/tenure/tenure.toml"); }

std::string only_problem(const std::string& text) {
  const auto result = parse(text);
  EXPECT_EQ(result.problems.size(), 1u) << describe(result);
  return describe(result);
}

TEST(Settings, AStoragePathAloneGivesTheSafeDefaults) {
  const auto result = parse(kStorage);
  ASSERT_TRUE(result.ok()) << describe(result);
  const Settings& s = result.settings;
  ASSERT_EQ(s.vaults.size(), 1u);
  EXPECT_EQ(s.vaults[0].id, "main");
  EXPECT_EQ(s.vaults[0].path, "/var/lib/tenure/vault");
  ASSERT_EQ(s.classes.size(), 2u);
  EXPECT_EQ(s.classes[0].name, "cctv");
  EXPECT_EQ(s.classes[0].period, *parse_period("P28D"));
  EXPECT_EQ(s.classes[0].anchor, Anchor::capture_end);
  EXPECT_EQ(s.classes[1].name, "calls");
  EXPECT_EQ(s.classes[1].period, *parse_period("P3Y"));
  EXPECT_EQ(s.classes[1].anchor, Anchor::capture_start);
  EXPECT_EQ(s.storage.sync_interval, Seconds(2));
  EXPECT_EQ(s.storage.least_free_bytes, 256ull << 20);
  EXPECT_EQ(s.socket, "/run/tenure/tenured.sock");
  EXPECT_EQ(s.timezone, "Europe/London");
  EXPECT_TRUE(s.worker.is_absolute());
}

TEST(Settings, ASocketLiesInTheStateWhenTheStateIsElsewhere) {
  const auto result = parse_settings("[storage]\npath = \"state\"\n", "/srv/practice/tenure.toml");
  EXPECT_EQ(result.settings.storage.path, "/srv/practice/state");
  EXPECT_EQ(result.settings.socket, "/srv/practice/state/tenured.sock");
}

TEST(Settings, EveryMistakeIsReportedAtOnceWithItsLine) {
  const auto result = parse("[storage]\npath = \"/v\"\ntrail = true\n[[class]]\nname = \"cctv\"\nperiod = \"P0D\"\n"
                            "[[camera]]\nname = \"Front Door\"\nurl = \"http://x\"\narea = \"toilet\"\naudio = true\n");
  const std::string text = describe(result);
  EXPECT_EQ(result.problems.size(), 6u) << text;
  EXPECT_THAT(text, HasSubstr("tenure.toml:3: storage.trail: there is no such setting; did you mean trial?"));
  EXPECT_THAT(text, HasSubstr("tenure.toml:6: class[1].period: is \"P0D\""));
  EXPECT_THAT(text, HasSubstr("tenure.toml:8: camera[1].name: is \"Front Door\""));
  EXPECT_THAT(text, HasSubstr("tenure.toml:9: camera[1].url:"));
  EXPECT_THAT(text, HasSubstr("tenure.toml:10: camera[1].area: is \"toilet\""));
  EXPECT_THAT(text, HasSubstr("tenure.toml:11: camera[1].audio:"));
}

TEST(Settings, WhatTheTomlReaderSaysIsNotEscapedAgain) {
  EXPECT_THAT(only_problem("[storage]\npath = \"x\" y\n"), HasSubstr("saw 'y'"));
  const auto said = only_problem("[storage]\npath = x\n");
  EXPECT_THAT(said, Not(HasSubstr("\\x5c"))) << said;
}

TEST(Settings, ForbiddenAreasAreRefusedHoweverTheyAreSpelt) {
  for (const char* area : {"consulting-room", "treatment-room", "toilet", "changing-room", "Toilets", "Consulting Room 2", "TREATMENT_ROOM", "WC"})
    EXPECT_THAT(only_problem(kStorage + "[[camera]]\nname = \"a\"\nurl = \"rtsp://h/\"\narea = \"" + area + "\"\n"), HasSubstr("expect privacy")) << area;
  for (const char* area : {"entrance", "corridor", "waiting-room", "car-park"})
    EXPECT_TRUE(parse(kStorage + "[[camera]]\nname = \"a\"\nurl = \"rtsp://h/\"\narea = \"" + area + "\"\n").ok()) << area;
}

TEST(Settings, ACameraMustSayWhatItSees) {
  EXPECT_THAT(only_problem(kStorage + "[[camera]]\nname = \"a\"\nurl = \"rtsp://h/\"\n"), HasSubstr("camera[1].area: is missing"));
}

TEST(Settings, PeriodsUnderADayNeedTrial) {
  const std::string cls = "[[class]]\nname = \"cctv\"\nperiod = \"";
  for (const char* bad : {"P0D", "-P1D", "P-1D", "", "28", "P1000Y", "PT1M", "PT23H59M"})
    EXPECT_THAT(only_problem(kStorage + cls + bad + "\"\n"), HasSubstr("class[1].period")) << bad;
  EXPECT_TRUE(parse(kStorage + "trial = true\n" + cls + "PT1M\"\n").ok());
  EXPECT_THAT(only_problem(kStorage + "trial = true\n" + cls + "PT59S\"\n"), HasSubstr("from PT1M"));
  EXPECT_TRUE(parse(kStorage + cls + "P1D\"\n").ok());
}

TEST(Settings, APasswordIsNeverShown) {
  for (const std::string& text : {
           kStorage + "[[camera]]\nname = \"a\"\nurl = \"rtsp://u:hunter2@h/\"\narea = \"x\"\n",
           kStorage + "[[camera]]\nname = \"a\"\nurl = \"rtsp://u:hun/hunter2@h/\"\narea = \"x\"\n",
           kStorage + "[[camera]]\nname = \"a\"\nurl = \"rtsp://h:hunter2\"\narea = \"x\"\n",
           kCamera + "username = \"u\"\npassword = hunter2\n", kStorage + kCamera + "username = \"u\"\npassword = \"hunter2\n",
           kStorage + kCamera + "username = \"u\"\npassword = \"hunter2\\u0001\"\n",
           kStorage + kCamera + "username = \"u\"\npassword = \"a\\hunter2\"\n",
           kStorage + kCamera + "password = [\"hunter2\"]\n", kStorage + kCamera + "password = \"hunter2\"\n"}) {
    const auto result = parse(text);
    EXPECT_FALSE(result.ok()) << text;
    EXPECT_THAT(describe(result), Not(HasSubstr("unter2"))) << text;
  }
}

TEST(Settings, CredentialsInTheUrlAreRefusedAndShownTheirPlace) {
  EXPECT_THAT(only_problem(kStorage + "[[camera]]\nname = \"a\"\nurl = \"rtsp://u:p@h/\"\narea = \"x\"\n"), HasSubstr("username and credential"));
}

TEST(Settings, AnRtspUrlMustHaveAHostAndAPossiblePort) {
  for (const char* url : {"rtsp://", "rtsp:///a", "rtsp://h:0/", "rtsp://h:65536/", "rtsp://h:/", "rtsp://a b/", "rtsp://h/a b", "rtmp://h/"})
    EXPECT_THAT(only_problem(kStorage + "[[camera]]\nname = \"a\"\nurl = \"" + url + "\"\narea = \"x\"\n"), HasSubstr("camera[1].url")) << url;
  for (const char* url : {"rtsp://h", "rtsps://[2001:db8::1]:322/x?y=z", "rtsp://127.0.0.1:8554/cam0", "rtsp://[::1]/"})
    EXPECT_TRUE(parse(kStorage + "[[camera]]\nname = \"a\"\nurl = \"" + url + "\"\narea = \"x\"\n").ok()) << url;
}

TEST(Settings, ACredentialIsReadFromSystemdsFolder) {
  const Path folder = boost::filesystem::temp_directory_path() / boost::filesystem::unique_path("tenure-config-%%%%%%%%");
  make_directories(folder);
  write_durably(folder / "door", as_view("s3cret\n"));
  ::setenv("CREDENTIALS_DIRECTORY", folder.c_str(), 1);
  const auto good = parse(kStorage + kCamera + "username = \"u\"\ncredential = \"door\"\n");
  EXPECT_TRUE(good.ok()) << describe(good);
  EXPECT_EQ(good.settings.cameras.at(0).password, "s3cret");
  EXPECT_THAT(only_problem(kStorage + kCamera + "username = \"u\"\ncredential = \"gate\"\n"), HasSubstr("LoadCredential=gate"));
  EXPECT_THAT(only_problem(kStorage + kCamera + "username = \"u\"\ncredential = \"../door\"\n"), HasSubstr("without /"));
  ::unsetenv("CREDENTIALS_DIRECTORY");
  const auto outside = parse(kStorage + kCamera + "username = \"u\"\ncredential = \"door\"\n");
  EXPECT_TRUE(outside.ok());
  EXPECT_EQ(outside.warnings.size(), 1u);
  boost::filesystem::remove_all(folder);
}

TEST(Settings, SoundNeedsAReasonAndAnAssessment) {
  EXPECT_THAT(only_problem(kStorage + kCamera + "audio = true\naudio_reason = \"r\"\n"), HasSubstr("audio_dpia"));
  EXPECT_TRUE(parse(kStorage + kCamera + "audio = true\naudio_reason = \"r\"\naudio_dpia = \"D-7\"\n").ok());
  EXPECT_FALSE(parse(kStorage + kCamera).settings.cameras.at(0).audio);
}

TEST(Settings, NamesAreUniqueAmongAllSources) {
  EXPECT_THAT(only_problem(kStorage + kCamera + kCamera), HasSubstr("camera[2].name: is \"door\", which camera[1] has already"));
  EXPECT_THAT(only_problem(kStorage + kCamera + "[[calls]]\nname = \"door\"\nfolder = \"c\"\nformat = \"sidecar\"\n"), HasSubstr("calls[1].name"));
  EXPECT_THAT(only_problem(kStorage + kCalls + "[[calls]]\nname = \"desk2\"\nfolder = \"./calls\"\nformat = \"sidecar\"\n"), HasSubstr("calls[2].folder"));
}

TEST(Settings, ACitedClassMustExist) {
  EXPECT_THAT(only_problem(kStorage + kCamera + "class = \"cctw\"\n"), HasSubstr("camera[1].class: names the class \"cctw\", which does not exist; there are cctv, calls"));
  EXPECT_TRUE(parse(kStorage + kCamera + "class = \"yard\"\n[[class]]\nname = \"yard\"\nperiod = \"P7D\"\n").ok());
}

TEST(Settings, EveryClassNeedsAVault) {
  EXPECT_THAT(only_problem(kStorage + "[[vault]]\nid = \"a\"\npath = \"/a\"\nclasses = [\"cctv\"]\n"), HasSubstr("no [[vault]] takes the class \"calls\""));
}

TEST(Settings, EachVaultHasAFolderOfItsOwn) {
  const auto two = [](const std::string& a, const std::string& b) {
    return kStorage + "[[vault]]\nid = \"a\"\npath = \"" + a + "\"\n[[vault]]\nid = \"b\"\npath = \"" + b + "\"\n";
  };
  const std::vector<std::pair<std::string, std::string>> bad{
      {"/srv/v", "/srv/v"}, {"/srv/v", "/srv/v/b"}, {"/srv/v/a", "/srv/v/"}, {"/srv/v", "/srv/x/../v"}};
  for (const auto& [a, b] : bad)
    EXPECT_THAT(only_problem(two(a, b)), HasSubstr("is the folder of vault \"a\", or lies in it or around it")) << a << " and " << b;
  EXPECT_TRUE(parse(two("/srv/v", "/srv/v2")).ok());
}

TEST(Settings, CallsHaveTheirDefaultsAndChecks) {
  const auto result = parse(kStorage + kCalls);
  ASSERT_TRUE(result.ok()) << describe(result);
  const Calls& calls = result.settings.calls.at(0);
  EXPECT_EQ(calls.folder, "/etc/tenure/calls");
  EXPECT_EQ(calls.source_policy, "keep");
  EXPECT_EQ(calls.settle, Seconds(10));
  EXPECT_EQ(calls.wait_for_sidecar, std::chrono::minutes(15));
  EXPECT_EQ(calls.rescan, std::chrono::minutes(10));
  EXPECT_THAT(only_problem(kStorage + kCalls + "extensions = [\"20a\"]\n"), HasSubstr("calls[1].extensions"));
  EXPECT_THAT(only_problem(kStorage + kCalls + "timezone = \"Mars/Olympus\"\n"), HasSubstr("IANA"));
  EXPECT_THAT(only_problem(kStorage + kCalls + "settle = \"PT0S\"\n"), HasSubstr("calls[1].settle"));
  EXPECT_THAT(only_problem(kStorage + kCalls + "source_policy = \"move\"\n"), HasSubstr("keep or delete"));
  EXPECT_THAT(only_problem(kStorage + "[[calls]]\nname = \"d\"\nfolder = \"c\"\nformat = \"asterisk\"\n"), HasSubstr("later version"));
}

TEST(Settings, ThePracticesNameIsOptionalAndBounded) {
  EXPECT_EQ(parse(kStorage).settings.practice, "");
  const auto result = parse(kStorage + "[practice]\nname = \"Example Surgery\"\n");
  ASSERT_TRUE(result.ok()) << describe(result);
  EXPECT_EQ(result.settings.practice, "Example Surgery");
  EXPECT_TRUE(parse(kStorage + "[practice]\nname = \"" + std::string(80, 'x') + "\"\n").ok());
  EXPECT_THAT(only_problem(kStorage + "[practice]\nname = \"" + std::string(81, 'x') + "\"\n"), HasSubstr("longer than 80 bytes"));
}

TEST(Settings, TheRegisterOfAProvidersCopiesNamesTheProvider) {
  const auto result = parse(kStorage + kCalls + "provider = \"Example Telecom\"\nprovider_keeps = \"P90D\"\nprovider_place = \"Leeds\"\nprovider_until = \"2027-03-31\"\n");
  ASSERT_TRUE(result.ok()) << describe(result);
  const Calls& calls = result.settings.calls.at(0);
  EXPECT_EQ(calls.provider, "Example Telecom");
  EXPECT_EQ(calls.provider_keeps, parse_period("P90D"));
  EXPECT_EQ(calls.provider_place, "Leeds");
  EXPECT_EQ(calls.provider_until, parse_rfc3339("2027-03-31T00:00:00Z"));
  EXPECT_FALSE(parse(kStorage + kCalls + "provider = \"Example Telecom\"\n").settings.calls.at(0).provider_keeps) << "not known";
  EXPECT_THAT(only_problem(kStorage + kCalls + "provider_keeps = \"P90D\"\n"), HasSubstr("nobody is named in provider"));
  for (const char* bad : {"soon", "2027-13-01", "2027-03-31T00:00:00Z", "31.3.2027"})
    EXPECT_THAT(only_problem(kStorage + kCalls + "provider = \"E\"\nprovider_until = \"" + bad + "\"\n"), HasSubstr("it must be a day")) << bad;
  EXPECT_THAT(only_problem(kStorage + kCalls + "provider = \"E\"\nprovider_keeps = \"P0D\"\n"), HasSubstr("calls[1].provider_keeps"));
  EXPECT_THAT(only_problem(kStorage + kCalls + "provider = \"" + std::string(81, 'x') + "\"\n"), HasSubstr("longer than 80"));
}

TEST(Settings, ADurationMayBeAWholeNumberOfSeconds) {
  EXPECT_EQ(parse(kStorage + kCalls + "settle = 2\n").settings.calls.at(0).settle, Seconds(2));
  for (const char* bad : {"0", "-1", "99999999999999"}) EXPECT_THAT(only_problem(kStorage + kCalls + "settle = " + bad + "\n"), HasSubstr("calls[1].settle")) << bad;
}

TEST(Settings, LaterSectionsAreRefusedNotIgnored) {
  for (const char* section : {"http", "notify"})
    EXPECT_THAT(only_problem(kStorage + "[" + section + "]\nx = 1\n"), HasSubstr("comes with a later version"));
}

TEST(Access, HasLimitsAndChangesOfRights) {
  const auto result = parse(kStorage + "[access]\nidle = \"PT10M\"\nlongest = \"PT8H\"\n[access.rights]\npartner = [\"play-calls = yes\", \"find-calls=by-case\"]\n");
  ASSERT_TRUE(result.ok()) << describe(result);
  const auto& access = result.settings.access;
  EXPECT_EQ(access.idle, std::chrono::minutes(10));
  EXPECT_EQ(access.longest, std::chrono::hours(8));
  EXPECT_EQ(access.fresh, std::chrono::minutes(5));
  EXPECT_EQ(access.approval, std::chrono::days(7));
  EXPECT_EQ(access.rights, (std::vector<RightOverride>{{Role::partner, Action::play_calls, Grant::yes}, {Role::partner, Action::find_calls, Grant::by_case}}));
}

TEST(Access, ARightThatThereIsNotIsAMistakeWithAllThatThereAre) {
  const auto rights = [](const std::string& role, const std::string& text) { return only_problem(kStorage + "[access.rights]\n" + role + " = [\"" + text + "\"]\n"); };
  EXPECT_THAT(rights("partner", "sing = yes"), HasSubstr("there are live, find-footage"));
  EXPECT_THAT(rights("partner", "play-calls = maybe"), HasSubstr("no, second-person, by-case, yes"));
  EXPECT_THAT(rights("partner", "play-calls"), HasSubstr("is not of the form"));
  EXPECT_THAT(rights("partner", "health = no"), HasSubstr("names no right"));
  EXPECT_THAT(rights("emperor", "play-calls = yes"), HasSubstr("there is no such setting"));
  EXPECT_THAT(rights("partner", "play-calls = yes\", \"play-calls = no"), HasSubstr("a second time"));
}

TEST(Access, RightsThatWouldOpenRecordingsToWhoRunsTheMachineAreRefused) {
  for (const auto* right : {"play-footage", "find-calls", "place-hold", "release-holds", "erase", "change-policy"})
    EXPECT_THAT(only_problem(kStorage + "[access.rights]\nit-administrator = [\"" + right + " = yes\"]\n"), HasSubstr("IT administrator")) << right;
  EXPECT_TRUE(parse(kStorage + "[access.rights]\nit-administrator = [\"people = no\", \"ledger = yes\"]\n").ok());
  EXPECT_THAT(only_problem(kStorage + "[access.rights]\npractice-manager = [\"people = no\"]\n"), HasSubstr("nobody who may add people"));
}

TEST(Access, ASecondPersonIsOnlyForWhatOneCanApprove) {
  const auto text = [](const std::string& role, const std::string& right) { return kStorage + "[access.rights]\n" + role + " = [\"" + right + " = second-person\"]\n"; };
  for (const auto* right : {"release-footage", "release-calls", "release-holds", "erase", "change-policy", "declare-time"})
    EXPECT_TRUE(parse(text("practice-manager", right)).ok()) << right;
  for (const auto* right : {"find-calls", "play-footage", "place-hold", "see-people", "settings", "recovery-key", "ledger", "reports"})
    EXPECT_THAT(only_problem(text("practice-manager", right)), HasSubstr("can approve only release-footage")) << right;
  EXPECT_THAT(only_problem(text("it-administrator", "people")), HasSubstr("can approve only release-footage"));
}

TEST(Access, LimitsThatMakeNoSenseAreMistakes) {
  EXPECT_THAT(only_problem(kStorage + "[access]\nidle = \"PT2H\"\nlongest = \"PT1H\"\n"), HasSubstr("longer than longest"));
  EXPECT_THAT(only_problem(kStorage + "[access]\nfresh = \"PT2H\"\n"), HasSubstr("PT1M to PT1H"));
  EXPECT_THAT(only_problem(kStorage + "[access]\nfront_desk_cameras = [\"moon\"]\n"), HasSubstr("is no [[camera]]"));
}

TEST(Settings, UnknownSectionsAndStraySettingsAreMistakes) {
  EXPECT_THAT(only_problem(kStorage + "[cameras]\nx = 1\n"), HasSubstr("there is no such section"));
  EXPECT_THAT(only_problem("log_level = \"info\"\n" + kStorage), HasSubstr("it belongs in [daemon]"));
  EXPECT_THAT(only_problem(kStorage + "[camera]\nname = \"a\"\n"), HasSubstr("[[camera]]"));
  EXPECT_THAT(only_problem(""), HasSubstr("[storage]"));
}

TEST(Settings, WrongTypesAreNamed) {
  EXPECT_THAT(only_problem("[storage]\npath = \"/v\"\ntrial = \"yes\"\n"), HasSubstr("must be true or false"));
  EXPECT_THAT(only_problem("[storage]\npath = 7\n"), HasSubstr("is a whole number; it must be text in quotes"));
  EXPECT_THAT(only_problem(kStorage + "least_free = \"1 GB\"\n"), HasSubstr("GiB"));
}

TEST(Settings, AFileThatIsNotTomlNamesItsLine) { EXPECT_THAT(only_problem("[storage]\npath = \n"), HasSubstr("tenure.toml:2: is not TOML")); }

TEST(Settings, AMissingFileIsAProblem) {
  const auto result = read_settings("/nonexistent/tenure.toml");
  EXPECT_THAT(describe(result), HasSubstr("cannot be read"));
}

TEST(Settings, AReadableFileWithAPasswordIsWarnedAbout) {
  const Path folder = boost::filesystem::temp_directory_path() / boost::filesystem::unique_path("tenure-config-%%%%%%%%");
  make_directories(folder);
  write_durably(folder / "t.toml", as_view(kStorage + kCamera + "username = \"u\"\npassword = \"p\"\n"));
  EXPECT_TRUE(read_settings(folder / "t.toml").warnings.empty());
  const auto warning = [&](mode_t mode) {
    ::chmod((folder / "t.toml").c_str(), mode);
    const auto result = read_settings(folder / "t.toml");
    EXPECT_TRUE(result.ok());
    return result.warnings.empty() ? std::string() : result.warnings.front().text;
  };
  EXPECT_THAT(warning(0644), HasSubstr("every user of this machine"));
  const bool root = ::geteuid() == 0;
  if (root) {
    ASSERT_EQ(::chown((folder / "t.toml").c_str(), 0, 0), 0);
    EXPECT_EQ(warning(0640), "") << "root's own group";
    ASSERT_EQ(::chown((folder / "t.toml").c_str(), 0, 12345), 0);
  }
  if (root || ::getegid() != 0) {
    EXPECT_THAT(warning(0640), HasSubstr("its group can read it"));
  }
  EXPECT_EQ(warning(0400), "");
  boost::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace tenure::config

// The parts a service is made of: its options, state lock, reload, sweep timing, arguments with types.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/filesystem/operations.hpp>
#include <map>
#include <set>

#include "base/error.h"
#include "base/told.h"
#include "config/definitions.h"
#include "config/reader.h"
#include "daemon/cameras.h"
#include "daemon/control/args.h"
#include "daemon/control/seats.h"
#include "daemon/keeping.h"
#include "daemon/options.h"
#include "daemon/reload.h"
#include "daemon/state_lock.h"
#include "daemon/sweep_loop.h"

namespace tenure::daemon {
namespace {
namespace json = boost::json;

const Instant kNow = *parse_rfc3339("2026-07-01T12:00:00Z");

Args args(json::object object) { return {object, "Europe/London", kNow}; }

std::string message_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.message();
  }
  return "nothing was thrown";
}

TEST(Options, AreReadAndMistakesNamed) {
  EXPECT_EQ(parse_options({}).config, "/etc/tenure/tenure.toml");
  EXPECT_EQ(parse_options({"--config", "x", "--check-config"}).config, "x");
  EXPECT_TRUE(parse_options({"--config=x", "--check-config"}).check_config);
  EXPECT_THAT(parse_options({"--frobnicate"}).problem, testing::HasSubstr("--frobnicate"));
  EXPECT_THAT(parse_options({"--config"}).problem, testing::StartsWith("--config"));
}

TEST(StateLock, LetsOneDaemonHaveAStateDirectory) {
  const Path state = boost::filesystem::temp_directory_path() / boost::filesystem::unique_path("tenure-lock-%%%%%%%%");
  {
    const StateLock first(state);
    EXPECT_THAT(message_of([&] { const StateLock second(state); }), testing::HasSubstr(std::to_string(::getpid())));
  }
  EXPECT_NO_THROW(StateLock{state});
  boost::filesystem::remove_all(state);
}

TEST(Reload, SaysWhatNeedsARestartAndNothingMore) {
  config::Settings running;
  config::Settings wanted = running;
  wanted.cameras.push_back({});
  wanted.classes.push_back({"cctv", {}, {}});
  EXPECT_THAT(needs_restart(running, wanted), testing::IsEmpty());
  wanted.calls.push_back({});
  wanted.storage.trial = true;
  EXPECT_THAT(needs_restart(running, wanted), testing::ElementsAre("storage.trial", "calls"));
}

TEST(Reload, APartThatFailsKeepsNoneOfTheOthersBack) {
  std::vector<std::string> adopted;
  const auto failed = adopt_each({{"access", [&] { adopted.emplace_back("access"); }},
                                  {"cameras", [] { throw Error(ErrorKind::unavailable, "no catalogue"); }},
                                  {"class", [&] { adopted.emplace_back("class"); }}});
  EXPECT_THAT(failed, testing::ElementsAre("cameras"));
  EXPECT_THAT(adopted, testing::ElementsAre("access", "class"));
}

// Every setting there is, with another value than the one before it.
TEST(Reload, TakesEachSettingOverOrSaysThatItNeedsARestart) {
  const std::map<std::string, std::string> other{
      {"storage.path", "\"/srv/other\""}, {"storage.trial", "true"}, {"storage.sync_interval", "\"PT3S\""}, {"storage.least_free", "\"512MiB\""},
      {"storage.on_full", "\"stop-cameras\""}, {"storage.ballast", "\"32MiB\""}, {"storage.scrub", "\"P14D\""}, {"vault.id", "\"second\""},
      {"vault.path", "\"/srv/vault2\""}, {"vault.classes", "[\"cctv\", \"calls\"]"}, {"calls.name", "\"desk\""}, {"calls.folder", "\"/srv/calls2\""},
      {"calls.format", "\"freepbx\""}, {"calls.class", "\"cctv\""}, {"calls.timezone", "\"Europe/Paris\""}, {"calls.extensions", "[\"301\"]"},
      {"calls.source_policy", "\"delete\""}, {"calls.settle", "\"PT20S\""}, {"calls.wait_for_sidecar", "\"PT20M\""}, {"calls.rescan", "\"PT20M\""},
      {"calls.provider", "\"Other Telecom\""}, {"calls.provider_keeps", "\"P60D\""}, {"calls.provider_place", "\"Hull\""},
      {"calls.provider_until", "\"2028-01-01\""}, {"ledger.copies", "[\"/mnt/copies\"]"}, {"backup.data", "\"/mnt/backup2\""},
      {"practice.name", "\"Example Surgery\""}, {"daemon.socket", "\"/run/other\""}, {"daemon.log_level", "\"debug\""}};
  const std::map<std::string, std::map<std::string, std::string>> before{
      {"storage", {{"path", "\"/srv/state\""}}},
      {"vault", {{"id", "\"main\""}, {"path", "\"/srv/vault\""}}},
      {"calls", {{"name", "\"reception\""}, {"folder", "\"/srv/calls\""}, {"format", "\"sidecar\""}, {"provider", "\"Example Telecom\""}, {"provider_keeps", "\"P90D\""}}}};
  const auto settings_with = [&](const std::string& section, const std::string& key, const std::string& value) {
    auto all = before;
    if (!section.empty()) all[section][key] = value;
    std::string text;
    for (const auto& [name, entries] : all) {
      text += name == "vault" || name == "calls" ? "[[" + name + "]]\n" : "[" + name + "]\n";
      for (const auto& [one, is] : entries) text += one + " = " + is + "\n";
    }
    const auto read = config::parse_settings(text, "/etc/tenure/tenure.toml");
    EXPECT_TRUE(read.ok()) << config::describe(read);
    return read.settings;
  };
  const auto running = settings_with("", "", "");
  const std::set<std::string_view> at_once{"camera", "class", "access", "access.rights"};  // see without_restart()
  for (const auto& one : config::definitions()) {
    const auto name = std::string(one.section) + "." + std::string(one.key);
    if (at_once.contains(one.section) || name == "daemon.timezone" || name == "daemon.worker") continue;
    ASSERT_TRUE(other.contains(name)) << name << " is new: is it taken over at a reload, or named?";
    const auto named = needs_restart(running, settings_with(std::string(one.section), std::string(one.key), other.at(name)));
    const auto is_of_it = [&](const std::string& said) { return name.find(said) != std::string::npos; };
    EXPECT_TRUE(std::any_of(named.begin(), named.end(), is_of_it)) << name << " is neither taken over nor named";
  }
}

TEST(Reload, TakesOverWhatNeedsNoRestartAndNothingElse) {
  config::Settings running, wanted;
  wanted.cameras.push_back({});
  wanted.classes.push_back({"cctv", {}, {}});
  wanted.timezone = "Europe/Paris";
  wanted.worker = "/usr/bin/other";
  wanted.access.rights.push_back({config::Role::partner, config::Action::play_calls, config::Grant::yes});
  wanted.storage.least_free_bytes = 1;
  const auto next = without_restart(running, wanted);
  EXPECT_EQ(next.cameras.size(), 1u);
  EXPECT_EQ(next.classes.size(), 1u);
  EXPECT_EQ(next.timezone, wanted.timezone);
  EXPECT_EQ(next.worker, wanted.worker);
  EXPECT_EQ(next.access, wanted.access);
  EXPECT_EQ(next.storage.least_free_bytes, running.storage.least_free_bytes);
}

TEST(Reload, SeesAChangedPassword) {
  config::Camera before;
  before.name = "door";
  config::Camera after = before;
  EXPECT_TRUE(same(before, after));
  after.password = "other";
  EXPECT_FALSE(same(before, after));
}

constexpr uid_t kRoot = 0, kAnna = 1001, kBen = 1002;

std::vector<Seat> seats(std::size_t count, uid_t uid, bool idle = true) {
  std::vector<Seat> all;
  for (std::size_t i = 0; i < count; ++i) {
    const std::chrono::steady_clock::time_point since(std::chrono::seconds(100 - i));
    all.push_back({uid, idle ? std::optional(since) : std::nullopt});
  }
  return all;
}

std::vector<Seat> operator+(std::vector<Seat> one, const std::vector<Seat>& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

TEST(Seats, OneUserTakesNoMoreThanAShareAndGivesWayToThemselves) {
  EXPECT_TRUE(seat(seats(7, kAnna), kAnna).room);
  EXPECT_EQ(seat(seats(7, kAnna), kAnna).gives_way, std::nullopt);
  EXPECT_EQ(seat(seats(8, kAnna), kAnna).gives_way, 7u) << "the longest idle";
  EXPECT_FALSE(seat(seats(8, kAnna, /*idle=*/false), kAnna).room);
  EXPECT_EQ(seat(seats(8, kAnna), kBen).gives_way, std::nullopt);
}

TEST(Seats, RootAlwaysFindsOneAndGivesItsOwnToNobody) {
  const auto full = seats(8, 1, false) + seats(8, 2, false) + seats(8, 3, false) + seats(4, 4, false);
  EXPECT_FALSE(seat(full, kBen).room);
  EXPECT_TRUE(seat(full, kRoot).room);
  EXPECT_EQ(seat(full, kRoot).gives_way, std::nullopt) << "some are kept for root";
  const auto all_taken = full + seats(4, kRoot);
  EXPECT_FALSE(seat(all_taken, kBen).room);
  EXPECT_EQ(seat(all_taken, kRoot).gives_way, 31u);
}

TEST(Told, IsWhatHappenedWithoutTheStatementThatFailed) {
  const Error refused(ErrorKind::internal, "The catalogue refused an operation; the log says more.", "SELECT password FROM person: no such column");
  EXPECT_EQ(told(refused), "The catalogue refused an operation; the log says more.");
  EXPECT_EQ(told(Error(ErrorKind::io, "cannot write /x", "No space left on device")), "cannot write /x (No space left on device)");
  EXPECT_EQ(without_technicalities(refused).cause(), "");
  EXPECT_EQ(told(std::runtime_error("vector::at")), "something unexpected happened; the log says more");
}

TEST(I5, ASweepIsNeverFurtherAwayThanThirtySeconds) {
  EXPECT_EQ(until_next_sweep({}, kNow), Seconds(30));
  EXPECT_EQ(until_next_sweep(kNow + std::chrono::hours(2), kNow), Seconds(30));
  EXPECT_EQ(until_next_sweep(kNow + Seconds(7), kNow), Seconds(7));
  EXPECT_EQ(until_next_sweep(kNow - Seconds(7), kNow), Seconds(1));
}

TEST(I5, ASweepThatFailsIsShownAndTriedAgain) {
  SimulatedClock clock(kNow);
  std::atomic<int> tries{0};
  std::atomic<bool> first{false};
  SweepLoop loop(clock, {[&]() -> storage::SweepReport { ++tries; throw Error(ErrorKind::io, "no disk"); }, [] {}, [&] { first = true; }});
  loop.start();
  while (tries == 0) std::this_thread::yield();
  while (loop.status().problem.empty()) std::this_thread::yield();
  loop.stop();
  EXPECT_EQ(loop.status().problem, "no disk");
  EXPECT_FALSE(loop.status().first_done);
  EXPECT_FALSE(first);
}

TEST(I5, ASweepThatLeavesSomethingOpensContentAndSaysWhat) {
  SimulatedClock clock(kNow);
  std::atomic<bool> first{false};
  storage::SweepReport report;
  report.problem = "one file cannot be removed";
  SweepLoop loop(clock, {[&] { return report; }, [] {}, [&] { first = true; }});
  loop.start();
  while (!first) std::this_thread::yield();
  loop.stop();
  EXPECT_EQ(loop.status().problem, report.problem);
  EXPECT_TRUE(loop.status().first_done);
}

TEST(I14, ACameraThatSendsWhileTheDiskIsFullIsNotSaidToBeRecording) {
  SimulatedClock clock(kNow);
  Keeping keeping(clock);
  ingest::CameraStatus door, yard;
  door.name = "door";
  yard.name = "yard";
  door.state = yard.state = "recording";
  keeping.failed("door", "No space left on device");
  clock.advance(Seconds(10));
  const auto judged = keeping.judge({door, yard});
  EXPECT_EQ(judged[0].state, "not-kept");
  EXPECT_THAT(judged[0].why, testing::HasSubstr("No space left on device"));
  EXPECT_EQ(judged[1].state, "recording");
  clock.advance(Seconds(25));
  EXPECT_EQ(keeping.judge({door})[0].state, "recording");
}

TEST(TypedTimes, AreRfc3339LocalNowOrBeforeNow) {
  const auto at = [](const std::string& text) { return to_rfc3339(*args({{"from", text}}).time("from")); };
  EXPECT_EQ(at("2026-03-02T14:05:00Z"), "2026-03-02T14:05:00Z");
  EXPECT_EQ(at("2026-07-02 14:05"), "2026-07-02T13:05:00Z");  // British Summer Time
  EXPECT_EQ(at("now"), "2026-07-01T12:00:00Z");
  EXPECT_EQ(at("-90s"), "2026-07-01T11:58:30Z");
  EXPECT_EQ(at("-10m"), "2026-07-01T11:50:00Z");
  EXPECT_EQ(at("-2d"), "2026-06-29T12:00:00Z");
}

TEST(TypedTimes, ThatAreNoneNameFieldAndValue) {
  for (const auto* text : {"yesterday", "-m", "-10x", "10m", "--5m", "-99999999d", "2026-13-01 00:00", ""})
    EXPECT_THAT(message_of([&] { args({{"from", text}}).time("from"); }), testing::StartsWith("from: ")) << text;
}

TEST(TypedTimes, ThatAreNoneAreAnsweredWithEveryFormThatIsTaken) {
  const auto said = message_of([&] { args({{"from", "yesterday"}}).time("from"); });
  for (const auto* form : {"2026-03-02T14:05:00Z", "2026-03-02 14:05", "now", "-10m", "date alone"}) EXPECT_THAT(said, testing::HasSubstr(form));
}

TEST(TypedTimes, ThatTheClocksSkippedNameTheInstantsTheyCouldMean) {
  const auto said = message_of([&] { args({{"from", "2026-03-29 01:30"}}).time("from"); });
  EXPECT_THAT(said, testing::HasSubstr("went forward"));
  EXPECT_THAT(said, testing::HasSubstr("2026-03-29T00:30:00Z or 2026-03-29T01:30:00Z"));
}

TEST(TypedTimes, ThatHappenedTwiceNameBothInstants) {
  const auto said = message_of([&] { args({{"from", "2026-10-25 01:30"}}).time("from"); });
  EXPECT_THAT(said, testing::HasSubstr("2026-10-25T00:30:00Z or 2026-10-25T01:30:00Z"));
}

TEST(TypedTimes, AReviewOnADayThatIsNotSaysSoWithTheDayAsTyped) {
  EXPECT_THAT(message_of([&] { args({{"review", "2026-02-30"}}).review("review"); }), testing::StartsWith("review: \"2026-02-30\" is not"));
}

TEST(TypedTimes, AReviewDateMeansTheEndOfThatDay) {
  EXPECT_EQ(to_rfc3339(*args({{"review", "2026-12-01"}}).review("review")), "2026-12-01T23:59:59Z");
  EXPECT_EQ(to_rfc3339(*args({{"review", "2026-08-01"}}).review("review")), "2026-08-01T22:59:59Z");
}

TEST(Arguments, OfAVerbAreCheckedAndNamed) {
  EXPECT_THAT(message_of([] { args({{"source", 3}}).text("source"); }), testing::StartsWith("source: "));
  EXPECT_THAT(message_of([] { args({}).need("reason"); }), testing::StartsWith("reason: "));
  EXPECT_THAT(message_of([] { args({{"reason", ""}}).need("reason"); }), testing::StartsWith("reason: "));
  EXPECT_THAT(message_of([] { args({{"reason", std::string(5000, 'x')}}).need("reason"); }), testing::StartsWith("reason: "));
  EXPECT_THAT(message_of([] { args({{"call", "zz"}}).segment("call"); }), testing::StartsWith("call: "));
  EXPECT_THAT(message_of([] { args({{"limit", -1}}).number("limit", 1, 9); }), testing::StartsWith("limit: "));
  EXPECT_THAT(message_of([] { args({{"limit", 10}}).number("limit", 1, 9); }), testing::StartsWith("limit: "));
  EXPECT_THAT(message_of([] { args({{"numbers", "x"}}).texts("numbers"); }), testing::StartsWith("numbers: "));
  EXPECT_THAT(message_of([] { args({{"from", "now"}, {"to", "-1m"}}).span(); }), testing::StartsWith("to: "));
  EXPECT_THAT(message_of([] { args({{"frm", "now"}}).only({"from"}); }), testing::HasSubstr("frm"));
}

}  // namespace
}  // namespace tenure::daemon

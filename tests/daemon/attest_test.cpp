// tenure attest and ledger erase-detail against a real storage: what is signed can be checked with openssl alone, and
// the ledger has it.
#include <boost/filesystem/operations.hpp>
#include <boost/json/parse.hpp>

#include "daemon/promise_report.h"
#include "daemon/upkeep_loop.h"
#include "tests/daemon/rooms_fixture.h"
#include "tests/daemon/running_daemon.h"

namespace tenure::daemon {
namespace {
namespace json = boost::json;
namespace fs = boost::filesystem;

const Instant kStart = *parse_rfc3339("2026-03-02T14:00:00Z");

struct Files : disclosure::ExportSink {
  explicit Files(Path to) : folder(std::move(to)) {}
  void begin_file(const std::string& given) override { name = given; }
  void write(View more) override { bytes.insert(bytes.end(), more.begin(), more.end()); }
  void end_file() override {
    write_durably(folder / name, bytes);
    names.push_back(name);
    bytes.clear();
  }
  void progress(double, const std::string&) override {}
  Path folder;
  std::string name;
  Blob bytes;
  std::vector<std::string> names;
};

class Attest : public RoomsTest {
 protected:
  Attest() { fs::create_directories(folder_ / "out"); }
  json::value ask(const std::string& verb, json::object args = {}) {
    return RoomsTest::ask(Asker{{"uid 0 (root)"}}, verb, std::move(args), &files_);
  }
  std::string file(std::string_view ending) const {
    for (const auto& name : files_.names)
      if (name.ends_with(ending)) return (folder_ / "out" / name).string();
    return "no file ends with " + std::string(ending);
  }

  Files files_{folder_ / "out"};
};

TEST_F(Attest, IsSignedForOpensslAndInTheLedgerWithItsDigest) {
  const auto answer = ask("attest", {{"files", true}});
  EXPECT_EQ(answer.at("verdict"), "kept") << json::serialize(answer);
  ASSERT_EQ(files_.names.size(), 6U);
  const std::vector<std::string> verify{"/usr/bin/openssl", "pkeyutl",    "-verify",   "-pubin",
                                        "-inkey",           file(".pem"), "-rawin",    "-in",
                                        file(".json"),      "-sigfile",   file(".sig")};
  const auto good = run_program(verify);
  EXPECT_EQ(good.status, 0) << good.out;
  const auto text = read_whole(file(".json"));
  EXPECT_EQ(to_hex(sha256(text)), answer.at("sha256").as_string());
  EXPECT_EQ(json::parse(as_text(text)).at("schema"), "tenure-promise-report-1");
  const auto entry = storage_->catalogue().ledger(answer.at("ledger_number").to_number<std::uint64_t>(), 1).at(0);
  EXPECT_EQ(entry.act, "attest");
  EXPECT_EQ(entry.actor, "uid 0 (root)");
  EXPECT_EQ(json::parse(entry.subject).at("sha256"), answer.at("sha256"));
  auto changed = text;
  changed[changed.size() / 2] ^= 1;
  write_durably(file(".json"), changed);
  EXPECT_NE(run_program(verify).status, 0);
}

TEST_F(Attest, SaysNothingOfTheRoomInAVaultThatIsOffLine) {
  const auto spaces = [&] {
    files_.names.clear();
    ask("attest", {{"files", true}});
    return json::parse(as_text(read_whole(file(".json")))).at("space").as_array().size();
  };
  storage_->pressure().look_ahead();
  EXPECT_EQ(spaces(), 1u);
  fs::rename(state() / "vault", folder_ / "unplugged");
  EXPECT_EQ(spaces(), 0u);
  storage_->pressure().look_ahead();
  EXPECT_EQ(spaces(), 0u);
}

TEST_F(Attest, SaysNoOverTheSocketToo) {
  fs::create_directories(state() / "keys");
  storage_->keys().reserve(SegmentId::make(kStart));
  storage_->keys().sync();
  const auto answer = ask("attest");
  EXPECT_EQ(answer.at("verdict"), "broken");
  EXPECT_EQ(answer.at("findings").at(0).at("kind"), "key-without-recording");
  EXPECT_TRUE(files_.names.empty());
}

TEST_F(Attest, NamesTheProviderThatKeepsCallsLongerThanWasPromised) {
  use_settings(
      "[[calls]]\nname = \"desk\"\nfolder = \"calls\"\nformat = \"sidecar\"\nprovider = \"Example Telecom\"\n"
      "provider_keeps = \"P7Y\"\n");
  const auto answer = ask("attest");
  EXPECT_EQ(answer.at("verdict"), "kept");
  EXPECT_EQ(answer.at("provider_copies").at(0).at("standing"), "longer");
  EXPECT_NE(std::string(answer.at("words").at(1).as_string()).find("Example Telecom keeps"), std::string::npos);
}

TEST_F(Attest, ANightHasOneReportAndOldNightsGo) {
  EXPECT_TRUE(night_report_is_due(state(), clock_.now()));
  make_night_report(*rooms_);
  EXPECT_FALSE(night_report_is_due(state(), clock_.now()));
  EXPECT_FALSE(night_report_is_due(state(), *parse_rfc3339("2026-03-03T02:59:00Z")));
  EXPECT_TRUE(night_report_is_due(state(), *parse_rfc3339("2026-03-03T03:00:00Z")));
  for (std::size_t night = 0; night < kNightsKept; ++night)
    fs::create_directories(state() / "reports" / ("night-2025-01-" + std::to_string(100 + night)));
  clock_.advance(std::chrono::days(1));
  make_night_report(*rooms_);
  std::size_t nights = 0;
  for (const auto& night : fs::directory_iterator(state() / "reports")) nights += fs::is_directory(night.path());
  EXPECT_EQ(nights, kNightsKept);
  EXPECT_TRUE(fs::exists(state() / "reports" / "night-2026-03-03"));
  // Its own reports are no strange files in the next one.
  EXPECT_EQ(ask("attest").at("looked_at").at("unknown_files"), 0);
}

TEST_F(Attest, TheLedgerIsPrunedSixYearsBack) {
  EXPECT_EQ(ledger_horizon(*parse_rfc3339("2026-11-22T09:30:00Z")), *parse_rfc3339("2020-11-22T09:30:00Z"));
  EXPECT_EQ(ledger_horizon(*parse_rfc3339("2032-02-29T00:00:00Z")), *parse_rfc3339("2026-02-28T00:00:00Z"));
}

TEST_F(Attest, ErasingTheDetailOfAnEntryKeepsEveryProof) {
  const auto number =
      storage_->catalogue().append_ledger({0, kStart, "j.shaw", "hold-add", "{}", "her neighbour fell"});
  EXPECT_THROW(ask("ledger erase-detail", {{"entry", 9'999}, {"reason", "asked by the person"}}), Error);
  EXPECT_THROW(ask("ledger erase-detail", {{"entry", number}}), Error);
  const auto answer = ask("ledger erase-detail", {{"entry", number}, {"reason", "asked by the person"}});
  EXPECT_EQ(answer.at("entry"), number);
  const auto entry = storage_->catalogue().ledger(number, 1).at(0);
  EXPECT_EQ(entry.actor + entry.reason, "");
  EXPECT_EQ(storage_->catalogue().ledger(answer.at("ledger_number").to_number<std::uint64_t>(), 1).at(0).act,
            "ledger-erase");
  const auto verdict = ask("ledger verify");
  EXPECT_EQ(verdict.at("sound"), true) << json::serialize(verdict);
  EXPECT_EQ(verdict.at("erased"), 1);
  EXPECT_THROW(ask("ledger erase-detail", {{"entry", number}, {"reason", "once more"}}), Error);
}

}  // namespace
}  // namespace tenure::daemon

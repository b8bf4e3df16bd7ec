#include "storage/recording/recorder.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <random>

#include "storage/catalogue/catalogue.h"
#include "storage/keys/key_slots.h"
#include "storage/vault/vault.h"
#include "tests/storage/sealed_fixture.h"

namespace tenure::storage {
namespace {

constexpr Duration kLongInterval = std::chrono::hours(1);  // syncs only when told

// One practice's storage, without the parts that delete.
struct Practice {
  explicit Practice(const Path& folder, const Key& kek, Duration interval = kLongInterval, std::size_t queue_bytes = 64 << 20)
      : vaults({config::Vault{"main", folder / "vault", {}}}, false), keys(folder / "keys", kek), catalogue(folder) {
    catalogue.adopt_policy({{"cctv", *parse_period("P28D"), config::Anchor::capture_end}});
    catalogue.ensure_source("front-door", "cctv", Kind::camera);
    catalogue.ensure_source("corridor", "cctv", Kind::camera);
    recorder = std::make_unique<Recorder>(Recorder::Options{interval, queue_bytes}, clock, vaults, keys, catalogue);
  }
  std::vector<SegmentRow> rows(State state) const { return catalogue.in_state(state); }

  SimulatedClock clock{*parse_rfc3339("2026-03-02T14:05:00Z")};
  Vaults vaults;
  KeySlots keys;
  Catalogue catalogue;
  std::unique_ptr<Recorder> recorder;
};

class RecorderTest : public SealedFixture {
 protected:
  static Interval span_of(const std::vector<Fragment>& fragments) { return {fragments.front().span.from, fragments.back().span.to}; }
};

TEST_F(RecorderTest, I1_ALiveRowHasItsFileItsKeyAndItsRoot) {
  Practice practice(path("p"), key());
  const auto fragments = some_fragments({300, 200'000, 100'000});
  const SegmentId id = practice.recorder->open("front-door", "cctv", fragments[0].span.from, 3);
  for (const auto& fragment : fragments) ASSERT_TRUE(practice.recorder->append(id, fragment));
  practice.recorder->flush();
  EXPECT_TRUE(practice.rows(State::live).empty());
  ASSERT_EQ(practice.rows(State::reserved).size(), 1u) << "holds must see a segment in progress";
  practice.recorder->close(id, span_of(fragments), Millis(120));
  practice.recorder->flush();
  const auto live = practice.rows(State::live);
  ASSERT_EQ(live.size(), 1u);
  const SegmentRow& row = live[0];
  EXPECT_EQ(row.id, id);
  EXPECT_EQ(row.span, span_of(fragments));
  EXPECT_EQ(row.expires_at, row.span.to + std::chrono::days(28));
  EXPECT_EQ(row.clock_offset, Duration(Millis(120)));
  EXPECT_EQ(row.bytes, boost::filesystem::file_size(practice.vaults.path_of(row)));
  const auto segment_key = practice.keys.read(row.slot, row.id);
  ASSERT_TRUE(segment_key);
  SealedReader reader(File(practice.vaults.path_of(row), File::Mode::read), *segment_key);
  EXPECT_TRUE(reader.verify());
  EXPECT_EQ(reader.footer().root, row.digest);
  EXPECT_EQ(reader.plain_size(), row.plain_bytes);
  EXPECT_EQ(reader.read_fragment(2), fragments[2].bytes);
}

TEST_F(RecorderTest, I19_AVaultExchangedWhileRecordingGetsNothingAndLosesNothing) {
  Practice practice(path("p"), key());
  const Path vault = path("p") / "vault", elsewhere = path("p") / "elsewhere";
  std::atomic<int> failures{0};
  practice.recorder->on_failure([&](const std::string&, const std::string& cause) {
    failures += cause.find("off line") != std::string::npos || cause.find("No vault") != std::string::npos;
  });
  const auto fragments = some_fragments({300, 20'000, 10'000});
  const auto begin = fragments[0].span.from;
  const SegmentId first = practice.recorder->open("front-door", "cctv", begin, 1);
  ASSERT_TRUE(practice.recorder->append(first, fragments[0]));
  practice.recorder->flush();
  boost::filesystem::rename(vault, elsewhere);
  boost::filesystem::create_directory(vault);
  for (std::size_t i = 1; i < fragments.size(); ++i) ASSERT_TRUE(practice.recorder->append(first, fragments[i]));
  practice.recorder->close(first, span_of(fragments), {});
  const SegmentId second = practice.recorder->open("front-door", "cctv", begin, 1);
  static_cast<void>(practice.recorder->append(second, fragments[0]));
  practice.recorder->flush();
  EXPECT_EQ(failures, 1);
  EXPECT_TRUE(boost::filesystem::is_empty(vault));
  boost::filesystem::remove(vault);
  boost::filesystem::rename(elsewhere, vault);
  const SegmentId third = practice.recorder->open("front-door", "cctv", begin, 1);
  for (const auto& fragment : fragments) ASSERT_TRUE(practice.recorder->append(third, fragment));
  practice.recorder->close(third, span_of(fragments), {});
  practice.recorder->flush();
  const auto live = practice.rows(State::live);
  ASSERT_EQ(live.size(), 2u) << "what was being recorded went on into its own vault, and recording began again by itself";
  for (const auto& row : live) EXPECT_EQ(row.bytes, boost::filesystem::file_size(practice.vaults.path_of(row)));
  EXPECT_TRUE(practice.rows(State::reserved).empty());
}

TEST_F(RecorderTest, WritesOnceAFragmentAndSyncsOnceAnInterval) {
  Practice practice(path("p"), key());
  const SegmentId id = practice.recorder->open("front-door", "cctv", some_fragment(1, 0).span.from, 1);
  ASSERT_TRUE(practice.recorder->append(id, some_fragment(1000, 0)));
  practice.recorder->flush();
  const auto before = practice.recorder->counters();
  for (int number = 1; number <= 20; ++number) ASSERT_TRUE(practice.recorder->append(id, some_fragment(100'000, number)));
  practice.recorder->flush();
  const auto after = practice.recorder->counters();
  EXPECT_EQ(after.writes - before.writes, 20u);
  EXPECT_EQ(after.syncs - before.syncs, 1u);
  EXPECT_EQ(after.fragments, 21u);
  EXPECT_EQ(after.queued, 0u);
}

TEST_F(RecorderTest, RefusesWhatIsOverItsBoundAndGoesOn) {
  Practice practice(path("p"), key(), kLongInterval, /*queue_bytes=*/50'000);
  const SegmentId id = practice.recorder->open("front-door", "cctv", some_fragment(1, 0).span.from, 1);
  EXPECT_FALSE(practice.recorder->append(id, some_fragment(50'001, 0)));
  EXPECT_EQ(practice.recorder->counters().refused, 1u);
  EXPECT_TRUE(practice.recorder->append(id, some_fragment(40'000, 0)));
  practice.recorder->flush();
  EXPECT_TRUE(practice.recorder->append(id, some_fragment(40'000, 1)));
}

TEST_F(RecorderTest, ASegmentWithoutAByteLeavesNothing) {
  Practice practice(path("p"), key());
  const Instant start = some_fragment(1, 0).span.from;
  const SegmentId id = practice.recorder->open("front-door", "cctv", start, 1);
  practice.recorder->close(id, {start, start}, {});
  practice.recorder->flush();
  EXPECT_TRUE(practice.rows(State::live).empty());
  EXPECT_TRUE(practice.rows(State::reserved).empty());
  EXPECT_EQ(practice.keys.in_use(), 0u);
  EXPECT_FALSE(practice.recorder->append(id, some_fragment(10, 0)));
}

TEST_F(RecorderTest, AStopKeepsWhatIsOpen) {
  {
    Practice practice(path("p"), key());
    const SegmentId id = practice.recorder->open("front-door", "cctv", some_fragment(1, 0).span.from, 1);
    for (int number = 0; number < 5; ++number) ASSERT_TRUE(practice.recorder->append(id, some_fragment(1000, number)));
    practice.recorder->stop();
    EXPECT_FALSE(practice.recorder->append(id, some_fragment(10, 9)));
    ASSERT_EQ(practice.rows(State::live).size(), 1u);
    EXPECT_EQ(practice.rows(State::live)[0].span.to, some_fragment(1, 4).span.to);
  }
}

TEST_F(RecorderTest, I14_OneSegmentThatCannotBeWrittenStopsNoOther) {
  Practice practice(path("p"), key());
  std::atomic<int> failures{0};
  practice.recorder->on_failure([&](const std::string& source, const std::string&) { failures += source == "corridor" ? 1 : 100; });
  // A file where the corridor's folder must be.
  boost::filesystem::create_directories(path("p") / "vault" / "cctv");
  File(path("p") / "vault" / "cctv" / "corridor", File::Mode::create);
  const Instant start = some_fragment(1, 0).span.from;
  const SegmentId good = practice.recorder->open("front-door", "cctv", start, 1);
  const SegmentId bad = practice.recorder->open("corridor", "cctv", start, 1);
  ASSERT_TRUE(practice.recorder->append(bad, some_fragment(1000, 0)));
  ASSERT_TRUE(practice.recorder->append(good, some_fragment(1000, 0)));
  practice.recorder->flush();
  EXPECT_EQ(failures, 1);
  EXPECT_FALSE(practice.recorder->append(bad, some_fragment(1000, 1)));
  EXPECT_TRUE(practice.recorder->append(good, some_fragment(1000, 1)));
  practice.recorder->close(good, {start, start + Seconds(4)}, {});
  practice.recorder->flush();
  EXPECT_EQ(practice.rows(State::live).size(), 1u);
  EXPECT_EQ(practice.keys.in_use(), 1u);
}

TEST_F(RecorderTest, I14_ADiskThatFillsKeepsTheFragmentsBefore) {
  // The limit on a file's size stands for the disk: the write fails in the middle of a fragment.
  ::signal(SIGXFSZ, SIG_IGN);
  Practice practice(path("p"), key());
  const Instant start = some_fragment(1, 0).span.from;
  const SegmentId id = practice.recorder->open("front-door", "cctv", start, 1);
  ASSERT_TRUE(practice.recorder->append(id, some_fragment(4'000'000, 0)));
  ASSERT_TRUE(practice.recorder->append(id, some_fragment(4'000'000, 1)));
  practice.recorder->flush();
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 9'000'000;
  ::setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_TRUE(practice.recorder->append(id, some_fragment(4'000'000, 2)));
  practice.recorder->flush();
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_FALSE(practice.recorder->append(id, some_fragment(10, 3)));
  const auto live = practice.rows(State::live);
  ASSERT_EQ(live.size(), 1u);
  EXPECT_EQ(live[0].span, (Interval{start, start + Seconds(4)}));
  SealedReader reader(File(practice.vaults.path_of(live[0]), File::Mode::read), *practice.keys.read(live[0].slot, live[0].id));
  EXPECT_TRUE(reader.verify());
  EXPECT_EQ(reader.footer().fragments.size(), 2u);
}

TEST_F(RecorderTest, I14_ACatalogueThatIsBusyDelaysTheRowsAndNotTheFootage) {
  Practice practice(path("p"), key());
  const Instant start = some_fragment(1, 0).span.from;
  std::atomic<bool> let_go{false}, inside{false};
  std::thread holder([&] {
    practice.catalogue.write([&](Catalogue::Transaction&) {
      inside = true;
      inside.notify_all();
      let_go.wait(false);
    });
  });
  inside.wait(false);
  const SegmentId id = practice.recorder->open("front-door", "cctv", start, 1);
  for (int number = 0; number < 50; ++number) ASSERT_TRUE(practice.recorder->append(id, some_fragment(10'000, number)));
  practice.recorder->close(id, {start, start + Seconds(100)}, {});
  while (practice.recorder->counters().fragments < 50) std::this_thread::yield();  // written although nothing can be committed
  let_go = true;
  let_go.notify_all();
  holder.join();
  practice.recorder->flush();
  EXPECT_EQ(practice.rows(State::live).size(), 1u);
  EXPECT_EQ(practice.recorder->counters().uncommitted, 0u);
}

// The child tells the number of each fragment that is certainly written, and is killed in the middle of what follows.
[[noreturn]] void record_until_killed(const Path& folder, const Key& kek, int tell) {
  KeySlots keys(folder / "keys", kek);
  const SegmentId id = SegmentId::make(*parse_rfc3339("2026-03-02T14:05:00Z"));
  const SlotKey made = keys.reserve(id);
  keys.sync();
  SealedHeader header{id, made.slot, Kind::camera, "front-door", "cctv", {}, 1, {}};
  SealedWriter writer(File(folder / "killed.seg", File::Mode::create), header, made.key);
  for (std::uint32_t number = 1;; ++number) {
    Fragment fragment;
    fragment.bytes.assign(50'000 + number * 97 % 150'000, static_cast<std::uint8_t>(number));
    fragment.span = {Instant(Seconds(number)), Instant(Seconds(number + 1))};
    writer.append(fragment);
    if (::write(tell, &number, sizeof number) != sizeof number) ::_exit(1);
  }
}

TEST_F(RecorderTest, I17_AKillAtAnyMomentLosesAtMostTheFragmentBeingWritten) {
  std::mt19937 random(17);
  for (int round = 0; round < 50; ++round) {
    const Path folder = path("round" + std::to_string(round));
    boost::filesystem::create_directories(folder);
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    ::fcntl(ends[1], F_SETPIPE_SZ, 4096);  // when nobody listens it waits after a thousand: no disk is filled
    const pid_t child = ::fork();
    if (child == 0) record_until_killed(folder, key(), ends[1]);
    ::close(ends[1]);
    const std::uint32_t enough = static_cast<std::uint32_t>(1 + random() % 40);
    std::uint32_t told = 0;
    while (told < enough) ASSERT_EQ(::read(ends[0], &told, sizeof told), static_cast<ssize_t>(sizeof told));
    for (auto spin = random() % 20'000; spin > 0; --spin) __asm__ volatile("");  // somewhere in the next one
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(ends[0], &told, sizeof told) == static_cast<ssize_t>(sizeof told)) {}
    ::close(ends[0]);
    KeySlots keys(folder / "keys", key());
    const Path file = folder / "killed.seg";
    const SealedHeader header = read_header(File(file, File::Mode::read));
    const auto segment_key = keys.read(header.slot, header.id);
    ASSERT_TRUE(segment_key);
    const auto saved = salvage(file, *segment_key);
    ASSERT_TRUE(saved);
    ASSERT_GE(saved->fragments.size(), told);
    ASSERT_LE(saved->fragments.size(), told + 1);
    SealedReader reader(File(file, File::Mode::read), *segment_key);
    ASSERT_TRUE(reader.verify());
    boost::filesystem::remove_all(folder);
  }
}

}  // namespace
}  // namespace tenure::storage

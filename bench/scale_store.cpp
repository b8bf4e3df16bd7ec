#include "bench/scale.h"

#include <fmt/format.h>

#include <array>
#include <boost/filesystem/operations.hpp>
#include <cstdlib>

#include "base/entropy.h"
#include "storage/sealed/sealed_format.h"

namespace tenure::bench {

const Key kKek{1, 2, 3};
const Instant kStart = *parse_rfc3339("2026-03-01T00:00:00Z");

namespace {
constexpr std::size_t kFileBytes = 1 << 20;  // of the files that fall due

std::string camera(int number) { return fmt::format("cam{:02}", number); }

void add_row(Store& store, sqlite::Connection& db, SegmentRow row, bool file, bool due) {
  row.id = SegmentId::make(row.span.from);
  const auto made = store.keys.reserve(row.id);
  row.slot = made.slot;
  row.vault = "main";
  row.bytes = due ? kFileBytes : format::kHeaderSize;
  db.run(
      "INSERT INTO segment(id, source, class, kind, state, start_at, end_at, expires_at, bytes, plain_bytes, digest, "
      "slot, vault, run,"
      " time_doubtful) VALUES(?, ?, ?, ?, 1, ?, ?, ?, ?, 0, ?, ?, 'main', 0, 0)",
      row.id, row.source, row.cls, static_cast<int>(row.kind), row.span.from, row.span.to, row.expires_at, row.bytes,
      Digest{}, row.slot);
  if (row.kind == Kind::calls) {
    const auto token = [] {
      Digest digest;
      fill_random(digest);
      return digest;
    };
    db.run(
        "INSERT INTO call(segment, direction, duration, details, content_token, native_token, needs_details) VALUES(?, "
        "1, 60, ?, ?, ?, 0)",
        row.id, Blob(300), token(), token());
    for (int at = 0; at < 4; ++at) db.run("INSERT INTO call_token VALUES(?, ?)", token(), row.id);
    db.run("INSERT INTO call_path VALUES(?, ?)", token(), row.id);
  }
  if (file || due) make_file(store, row, made.key, row.bytes);
}
}  // namespace

double seconds_of(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double load() {
  std::array<double, 1> average{};
  return ::getloadavg(average.data(), 1) == 1 ? average[0] : -1;
}

Store::Store(const Path& folder)
    : state(folder),
      catalogue(folder / "catalogue"),
      keys(folder / "keys", kKek),
      vaults({{"main", folder / "vault", {}}}, false),
      eraser(catalogue, clock, vaults, keys),
      sweeper(catalogue, clock, vaults, eraser) {
  catalogue.adopt_policy({{"cctv", *parse_period("P28D"), config::Anchor::capture_end},
                          {"calls", *parse_period("P3Y"), config::Anchor::capture_start}});
  catalogue.remember_vaults(vaults.ids());
  for (int at = 0; at < kCameras; ++at) catalogue.ensure_source(camera(at), "cctv", Kind::camera);
  catalogue.ensure_source("phones", "calls", Kind::calls);
}

std::size_t make_file(const Store& store, const SegmentRow& row, const Key& key, std::size_t bytes) {
  SealedHeader header{row.id, row.slot, row.kind, row.source, row.cls, row.span.from, 0, {}};
  Blob content(bytes);
  std::ranges::copy(format::encode_header(header, format::SegmentKeys(key, header.salt)), content.begin());
  const auto path = store.vaults.path_of(row);
  boost::filesystem::create_directories(path.parent_path());
  File(path, File::Mode::create).write_at(0, content);
  return bytes;
}

void fill(Store& store, bool all_files) {
  const bool filled = store.catalogue.state().read(
      [](sqlite::Connection& db) { return db.query("SELECT 1 FROM segment LIMIT 1").step(); });
  if (filled) return;
  const auto until = kStart + std::chrono::days(kDays);
  for (Instant hour = kStart; hour < until; hour += std::chrono::hours(1))
    store.catalogue.write([&](Catalogue::Transaction& transaction) {
      for (int at = 0; at < kCameras; ++at)
        for (Instant from = hour; from < hour + std::chrono::hours(1); from += std::chrono::minutes(1)) {
          SegmentRow row;
          row.source = camera(at);
          row.cls = "cctv";
          row.span = {from, from + std::chrono::minutes(1)};
          row.expires_at = row.span.to + std::chrono::days(kDays);
          add_row(store, transaction.db, row, all_files, hour == kStart);
        }
    });
  const auto first = until - std::chrono::days(3 * 365) + std::chrono::days(1);
  const auto every = (until - first) / kCalls;
  for (std::uint64_t call = 0; call < kCalls; call += 10'000)
    store.catalogue.write([&](Catalogue::Transaction& transaction) {
      for (auto at = call; at < std::min(call + 10'000, kCalls); ++at) {
        SegmentRow row;
        row.source = "phones";
        row.cls = "calls";
        row.kind = Kind::calls;
        row.span = {first + every * at, first + every * at + std::chrono::minutes(1)};
        row.expires_at = add(row.span.from, *parse_period("P3Y"));
        add_row(store, transaction.db, row, all_files, false);
      }
    });
  store.catalogue.write([](Catalogue::Transaction& transaction) {
    transaction.db.script("UPDATE source SET longest = 60000000; ANALYZE");
  });
  store.keys.sync();
}

}  // namespace tenure::bench

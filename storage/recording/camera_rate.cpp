#include "storage/recording/camera_rate.h"

#include <algorithm>

#include "storage/catalogue/catalogue_state.h"

namespace tenure::storage {

namespace {
constexpr Duration kMeasured = std::chrono::days(7);
constexpr Duration kLeastMeasured = std::chrono::hours(1);
constexpr double kDay = 86'400e6;  // microseconds

// By the index of its recordings: none but the newest is read, as a rule.
sqlite::Statement newest_of(sqlite::Connection& db, const std::string& source) {
  return db.query("SELECT vault, start_at FROM segment WHERE source = ? AND state = 1 ORDER BY start_at DESC LIMIT 1",
                  source);
}

void add(ClassRate& all, const CameraRate& one) {
  all.rate.bytes += one.bytes;
  all.rate.files += one.files;
}
}  // namespace

std::string vault_of_newest(sqlite::Connection& db, const std::string& source) {
  auto query = newest_of(db, source);
  return query.step() ? query.text(0) : std::string();
}

std::optional<CameraRecorded> recorded_into(sqlite::Connection& db, const std::string& source, const std::string& vault,
                                            Instant now) {
  auto newest = newest_of(db, source);
  if (!newest.step()) return std::nullopt;
  // A clock that ran ahead may have stamped a few in days to come: they must not hide the others.
  const auto since = std::min(newest.instant(1), now) - kMeasured;
  auto query = db.query(
      "SELECT max(start_at), count(*), sum(bytes), sum(end_at - start_at) FROM segment"
      " WHERE source = ? AND start_at > ? AND vault = ? AND state = 1",
      source, since, vault);
  query.step();
  if (query.integer(1) == 0) return std::nullopt;
  return CameraRecorded{query.instant(0), newest.text(0) == vault, query.natural(2), query.natural(1),
                        Duration(query.integer(3))};
}

std::optional<CameraRate> rate_of(const CameraRecorded& camera) {
  if (camera.length < kLeastMeasured) return std::nullopt;
  const auto a_day = kDay / static_cast<double>(camera.length.count());
  return CameraRate{static_cast<double>(camera.bytes) * a_day, static_cast<double>(camera.files) * a_day};
}

ClassRate class_rate(std::vector<CameraRecorded> cameras, std::optional<std::size_t> expected, Instant now) {
  if (!expected)
    std::erase_if(cameras, [&](const auto& camera) {
      return !camera.last_here || now - camera.newest >= kMeasured || camera.length < kLeastMeasured;
    });
  std::ranges::sort(cameras, std::ranges::greater{}, &CameraRecorded::newest);
  ClassRate all;
  for (std::size_t i = 0; i < expected.value_or(cameras.size()); ++i) {
    const auto measured = i < cameras.size() ? rate_of(cameras[i]) : std::nullopt;
    all.estimated |= !measured;
    add(all, measured.value_or(kUsualCamera));
  }
  return all;
}

}  // namespace tenure::storage

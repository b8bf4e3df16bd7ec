#include "storage/holds/hold_load.h"

#include <algorithm>
#include <utility>

#include "storage/holds/hold_rows.h"
#include "storage/recording/camera_rate.h"

namespace tenure::storage {

namespace {
constexpr Duration kMeasured = std::chrono::days(7), kLeastMeasured = std::chrono::hours(1);
constexpr double kHour = 3600e6;  // microseconds

bool others_count(sqlite::Connection& db, const HoldId& id) {
  return db.query("SELECT 1 FROM hold WHERE released_at IS NULL AND id <> ?", id).step();
}

void measure_calls(sqlite::Connection& db, HoldPart& part, Instant now) {
  auto query = db.query("SELECT vault, sum(bytes), min(start_at) FROM segment WHERE source = ? AND start_at > ? AND state IN (1, 3)"
                        " GROUP BY vault", part.source, now - kMeasured);
  while (query.step())
    if (const auto since = now - query.instant(2); since >= kLeastMeasured)
      part.bytes_per_hour[query.text(0)] = static_cast<double>(query.natural(1)) * kHour / static_cast<double>(since.count());
}

// It grows where the camera recorded last.
void measure_camera(sqlite::Connection& db, HoldPart& part, Instant now) {
  const auto vault = vault_of_newest(db, part.source);
  const auto recorded = recorded_into(db, part.source, vault, now);
  const auto rate = recorded ? rate_of(*recorded) : std::nullopt;
  part.estimated = !rate;
  part.bytes_per_hour[rate ? vault : ""] = rate.value_or(kUsualCamera).bytes / 24;
}

void measure_growth(sqlite::Connection& db, HoldPart& part, Instant now) {
  if (part.kind == Kind::calls)
    measure_calls(db, part, now);
  else
    measure_camera(db, part, now);
}

Kind kind_of(sqlite::Connection& db, const std::string& source) {
  auto query = db.query("SELECT kind FROM source WHERE name = ?", source);
  return query.step() && query.integer(0) == static_cast<int>(Kind::calls) ? Kind::calls : Kind::camera;
}
}  // namespace

std::uint64_t HoldPart::bytes() const {
  std::uint64_t all = 0;
  for (const auto& row : rows) all += row.bytes;
  return all;
}

double HoldPart::bytes_per_day() const {
  double all = 0;
  for (const auto& [vault, bytes] : bytes_per_hour) all += bytes * 24;
  return all;
}

void HoldPart::stop_growing() {
  to_come.clear();
  bytes_per_hour.clear();
}

LoadSum::LoadSum(sqlite::Connection& db, const Hold& hold, const TrustedTime& time)
    : db_(db), hold_(hold), time_(time), others_(others_count(db, hold.id)) {}

HoldPart& LoadSum::part_of(const std::string& source) {
  auto& part = parts_[source];
  if (part.source.empty()) part.kind = kind_of(db_, source);
  part.source = source;
  return part;
}

void LoadSum::add(const SegmentRow& row) {
  if (others_ && hold_view(db_, row.id, time_, hold_.id).active) return;
  auto& part = part_of(row.source);
  part.rows.push_back({row.vault, row.expires_at, row.bytes});
  part.recorded += row.span.length();
  ++part.recordings;
}

HoldLoad LoadSum::finish() {
  const auto now = time_.lo;
  std::map<std::string, Stretches> named;
  for (const auto& span : hold_.what.spans)
    if (span.span.to > now) named[span.source].push_back(span.span);
  for (auto& [source, stretches] : named) {
    auto& part = part_of(source);
    // What another hold keeps of it as well is no load of this one.
    part.to_come = beyond(to_come(std::move(stretches), now), kept_to_come(db_, source, now, hold_.id));
    if (!part.to_come.empty()) measure_growth(db_, part, now);
  }
  HoldLoad load;
  for (auto& [source, part] : parts_) load.parts.push_back(std::move(part));
  return load;
}

}  // namespace tenure::storage

#include "storage/space/space_demand.h"

#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "storage/holds/hold_rows.h"
#include "storage/holds/kept_to_come.h"
#include "storage/recording/camera_rate.h"

namespace tenure::storage {

namespace {
constexpr Duration kMeasured = std::chrono::days(7);
constexpr Duration kLeastMeasured = std::chrono::hours(1);
constexpr double kDay = 86'400e6;  // microseconds

using Rate = CameraRate;

struct Measured {
  Rate all;
  Instant since{};
};

// Of calls, by class. They come by day and not by night: over the hours since the first of them, whatever they brought.
std::map<std::string, Measured> measure_calls(sqlite::Connection& db, const std::string& vault, Instant now) {
  std::map<std::string, Measured> classes;
  auto query = db.query(
      "SELECT class, sum(bytes), count(*), min(start_at) FROM segment WHERE kind = 1 AND start_at > ? AND vault = ?"
      " AND state = 1 GROUP BY class",
      now - kMeasured, vault);
  while (query.step())
    classes[query.text(0)] = {{static_cast<double>(query.natural(1)), static_cast<double>(query.natural(2))},
                              query.instant(3)};
  return classes;
}

// What cameras recorded into this vault, by the class that each is of now.
std::map<std::string, std::vector<CameraRecorded>> read_cameras(sqlite::Connection& db, const std::string& vault,
                                                                Instant now) {
  std::map<std::string, std::vector<CameraRecorded>> classes;
  auto query = db.query("SELECT name, class FROM source WHERE kind = 0 ORDER BY name");
  while (query.step())
    if (const auto found = recorded_into(db, query.text(0), vault, now)) classes[query.text(1)].push_back(*found);
  return classes;
}

bool has_cameras(sqlite::Connection& db, const std::string& cls) {
  return db.query("SELECT 1 FROM source WHERE class = ? AND kind = 0", cls).step();
}

Rate times(const Rate& rate, double factor) { return {rate.bytes * factor, rate.files * factor}; }

double hours_of(Duration period) { return std::chrono::duration<double, std::ratio<3600>>(period).count(); }

void add_class(Need& need, ClassDemand one, double per_day) {
  one.per_day = per_day;
  need.flow.per_hour += per_day / 24;
  if (one.kind == Kind::calls && one.period >= std::chrono::hours(kForecastHours))
    need.flow.stays_per_hour += per_day / 24;
  if (one.kind == Kind::camera)
    need.flow.hours_kept = std::max(need.flow.hours_kept, hours_of(one.period));
  need.classes.push_back(std::move(one));
}

// What comes into one vault.
struct Rates {
  std::map<std::string, Measured> calls;
  std::map<std::string, std::vector<CameraRecorded>> cameras;
};

ClassRate rate_of_calls(const Rates& rates, const std::string& cls, Instant now) {
  const auto found = rates.calls.find(cls);
  if (found == rates.calls.end() || now - found->second.since < kLeastMeasured) return {};
  return {times(found->second.all, kDay / static_cast<double>((now - found->second.since).count())), false};
}

ClassRate rate_of_cameras(const Rates& rates, const std::string& cls, std::optional<std::size_t> expected,
                          Instant now) {
  const auto found = rates.cameras.find(cls);
  return class_rate(found == rates.cameras.end() ? std::vector<CameraRecorded>() : found->second, expected, now);
}

void add_class(sqlite::Connection& db, Demand& demand, const PolicyRow& policy, const Rates& rates, Instant now,
               const std::map<std::string, std::size_t>& cameras) {
  ClassDemand one;
  one.cls = policy.cls;
  const auto count = cameras.find(policy.cls);
  const auto expected = count == cameras.end() ? std::nullopt : std::optional(count->second);
  // Its last camera may have left the settings: what is there of it is still CCTV.
  one.kind = expected || has_cameras(db, policy.cls) ? Kind::camera : Kind::calls;
  one.period = add(now, policy.period) - now;
  const auto [rate, estimated] = one.kind == Kind::calls ? rate_of_calls(rates, policy.cls, now)
                                                         : rate_of_cameras(rates, policy.cls, expected, now);
  one.estimated = estimated;
  add_class(demand.bytes, one, rate.bytes);
  add_class(demand.files, one, rate.files);
}

double share_of(double part, double all) { return all > 0 ? part / all : 0; }

// By sources of the last day, and how much of what is yet to come of each holds keep, until which ends.
void read_kept_share(sqlite::Connection& db, const std::string& vault, Instant now, Demand& demand) {
  Rate recent;
  std::map<std::string, Rate> sources;
  for (const int kind : {0, 1}) {
    auto query = db.query(
        "SELECT source, sum(bytes), count(*) FROM segment WHERE kind = ? AND start_at > ? AND vault = ? AND state = 1"
        " GROUP BY source",
        kind, now - std::chrono::days(1), vault);
    while (query.step()) {
      const Rate here{static_cast<double>(query.natural(1)), static_cast<double>(query.natural(2))};
      recent = {recent.bytes + here.bytes, recent.files + here.files};
      auto& source = sources[query.text(0)];
      source = {source.bytes + here.bytes, source.files + here.files};
    }
  }
  for (const auto& [source, here] : sources)
    for (const auto& span : kept_to_come(db, source, now)) {
      keep_more(demand.bytes.flow.kept_share, span, now, share_of(here.bytes, recent.bytes));
      keep_more(demand.files.flow.kept_share, span, now, share_of(here.files, recent.files));
    }
}

// What any hold in force covers, each once.
void each_held(sqlite::Connection& db, const std::function<void(const SegmentRow&)>& body) {
  std::vector<HoldId> holds;
  auto query = db.query("SELECT id FROM hold WHERE released_at IS NULL");
  while (query.step()) holds.push_back(query.id<HoldId>(0));
  std::set<SegmentId> seen;
  for (const auto& hold : holds)
    each_covered(db, hold, [&](SegmentRow&& row) {
      if (holds.size() == 1 || seen.insert(row.id).second) body(row);
    });
}

void add_held(Need& need, std::size_t hour, std::uint64_t amount) {
  need.held += amount;
  if (hour >= kForecastHours) return;
  need.held_back[hour] += amount;
  need.flow.freed[hour] -= std::min(need.flow.freed[hour], amount);
}

// What expires in each coming hour, of what no hold keeps and of what one does.
void read_flow(sqlite::Connection& db, const std::string& vault, Instant now, Demand& demand) {
  for (auto* need : {&demand.bytes, &demand.files}) {
    need->flow.freed.assign(kForecastHours, 0);
    need->flow.kept_share.assign(kForecastHours, 0);
    need->held_back.assign(kForecastHours, 0);
  }
  auto sums = db.query(
      "SELECT hour, sum(bytes), sum(segments) FROM segment_sum WHERE vault = ? AND state = 1 GROUP BY hour", vault);
  while (sums.step()) {
    const auto hour = hour_of_expiry(Instant(std::chrono::hours(sums.integer(0))), now);
    if (hour >= kForecastHours) continue;
    demand.bytes.flow.freed[hour] += sums.natural(1);
    demand.files.flow.freed[hour] += sums.natural(2);
  }
  each_held(db, [&](const SegmentRow& row) {
    if (row.vault != vault || row.state != State::live) return;
    const auto hour = hour_of_expiry(row.expires_at, now);
    add_held(demand.bytes, hour, row.bytes);
    add_held(demand.files, hour, 1);
  });
  read_kept_share(db, vault, now, demand);
}
}  // namespace

std::size_t hour_of_expiry(Instant expires_at, Instant now) {
  const auto end = std::chrono::floor<std::chrono::hours>(expires_at) + std::chrono::hours(1) - Duration(1);
  return static_cast<std::size_t>(std::max<std::int64_t>(0, std::chrono::floor<std::chrono::hours>(end - now).count()));
}

std::map<std::string, std::size_t> cameras_into(const Vaults& vaults, const std::string& vault, std::map<std::string, std::size_t> cameras) {
  std::erase_if(cameras, [&](const auto& of_class) {
    try {
      return vaults.choose(of_class.first) != vault;
    } catch (const Error&) {
      return true;  // theirs is off line
    }
  });
  return cameras;
}

std::vector<std::vector<std::string>> by_file_system(const Vaults& vaults) {
  std::vector<std::vector<std::string>> all;
  std::map<dev_t, std::size_t> places;
  for (const auto& vault : vaults.names()) {
    if (!vaults.online(vault)) continue;
    struct stat found{};
    const bool told = ::stat(vaults.root(vault).c_str(), &found) == 0;  // else it has just gone: on its own
    const auto place = told ? places.emplace(found.st_dev, all.size()).first->second : all.size();
    if (place == all.size()) all.emplace_back();
    all[place].push_back(vault);
  }
  return all;
}

Demand read_demand(sqlite::Connection& db, const std::string& vault, const std::vector<PolicyRow>& policy, Instant now,
                   const std::map<std::string, std::size_t>& cameras) {
  Demand demand;
  demand.vault = vault;
  // What is lost takes no room.
  auto used = db.query(
      "SELECT coalesce(sum(bytes), 0), coalesce(sum(segments), 0) FROM segment_sum WHERE vault = ? AND state <> 3",
      vault);
  used.step();
  demand.bytes.used = used.natural(0);
  demand.files.used = used.natural(1);
  const Rates rates{measure_calls(db, vault, now), read_cameras(db, vault, now)};
  for (const auto& row : policy) add_class(db, demand, row, rates, now, cameras);
  read_flow(db, vault, now, demand);
  return demand;
}

}  // namespace tenure::storage

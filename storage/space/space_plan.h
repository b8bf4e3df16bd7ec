// How long the space lasts: what was promised set against what fits, and when a disk will be full. Pure. In one measure
// at a time: bytes, or files.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/interval.h"
#include "base/period.h"
#include "storage/types.h"

namespace tenure::storage {

// What one class adds a day, and for how long it stays.
struct ClassDemand {
  std::string cls;
  Kind kind = Kind::camera;
  double per_day = 0;
  Duration period{};
  bool estimated = false;  // nothing recorded yet to measure: a usual camera stands in
};

struct CapacityPlan {
  std::uint64_t have = 0;  // what recordings may fill: used by them, and free; of the whole file system
  std::uint64_t need_for_promise = 0;
  std::uint64_t need_for_month = 0;   // CCTV for 31 days, as the police ask (R05); calls as promised
  std::uint64_t promise_beside = 0, month_beside = 0;  // what the other vaults on its file system need
  double days_that_fit = 0;           // of CCTV, when calls have what they were promised; 0 without cameras
  bool estimated = false;
  bool promise_fits() const { return need_for_promise + promise_beside <= have; }
  bool month_fits() const { return need_for_month + month_beside <= have; }
  double part_that_fits() const;  // of what was promised; 1 and more: all
};
CapacityPlan plan_capacity(std::uint64_t have, const std::vector<ClassDemand>& demands);
// Of vaults that share a file system, in their order: `have` is counted once, and the CCTV of all fits for as many
// days.
std::vector<CapacityPlan> plan_together(std::uint64_t have, const std::vector<std::vector<ClassDemand>>& vaults);

// One vault from now on, in hours.
struct SpaceFlow {
  std::uint64_t free = 0, reserve = 0;         // below `reserve` cameras stop
  double per_hour = 0;                         // that comes in
  std::vector<std::uint64_t> freed;            // what expires in each hour to come, of what lies there now and is not held
  double hours_kept = 0;                       // after which what comes in goes again; in trials a part of one
  std::vector<double> kept_share;              // of what comes in in each hour to come, by holds that reach so far
  double stays_per_hour = 0;                   // of what comes in, what is promised for longer than is foretold: calls
};
inline constexpr std::size_t kForecastHours = std::size_t{40} * 24;
// Holds keep so much more of what comes in while `span` lasts; a share below 0: so much less.
void keep_more(std::vector<double>& kept_share, const Interval& span, Instant now, double share);
// Hours until only the reserve is left; none within kForecastHours.
std::optional<std::size_t> hours_until_full(const SpaceFlow& flow);
// Of vaults that share a file system: `free` and `reserve` are the file system's, and not those of each.
std::optional<std::size_t> hours_until_full(std::uint64_t free, std::uint64_t reserve,
                                            const std::vector<SpaceFlow>& flows);

enum class SpaceAlarm { none, week, two_days, six_hours, full };
SpaceAlarm alarm_of(const std::optional<std::size_t>& hours);
std::string to_string(SpaceAlarm alarm);  // "full in less than 48 hours"

}  // namespace tenure::storage

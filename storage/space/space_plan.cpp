#include "storage/space/space_plan.h"

#include <algorithm>
#include <cmath>

namespace tenure::storage {

namespace {
constexpr double kMonth = 31;  // days

double days_of(Duration period) { return static_cast<double>(period.count()) / 86'400e6; }
std::uint64_t rounded(double amount) { return static_cast<std::uint64_t>(std::llround(std::max(0.0, amount))); }
}  // namespace

double CapacityPlan::part_that_fits() const {
  const auto needed = need_for_promise + promise_beside;
  return needed == 0 ? 1 : static_cast<double>(have) / static_cast<double>(needed);
}

CapacityPlan plan_capacity(std::uint64_t have, const std::vector<ClassDemand>& demands) {
  CapacityPlan plan;
  plan.have = have;
  double promise = 0, month = 0, calls = 0, cctv_a_day = 0;
  for (const auto& demand : demands) {
    const double promised = demand.per_day * days_of(demand.period);
    promise += promised;
    plan.estimated |= demand.estimated;
    if (demand.kind == Kind::calls) {
      calls += promised;
      month += promised;
    } else {
      cctv_a_day += demand.per_day;
      month += demand.per_day * std::max(kMonth, days_of(demand.period));
    }
  }
  plan.need_for_promise = rounded(promise);
  plan.need_for_month = rounded(month);
  if (cctv_a_day > 0) plan.days_that_fit = std::max(0.0, static_cast<double>(have) - calls) / cctv_a_day;
  return plan;
}

std::vector<CapacityPlan> plan_together(std::uint64_t have, const std::vector<std::vector<ClassDemand>>& vaults) {
  std::vector<ClassDemand> all;
  for (const auto& demands : vaults) all.insert(all.end(), demands.begin(), demands.end());
  const auto whole = plan_capacity(have, all);
  std::vector<CapacityPlan> plans;
  for (const auto& demands : vaults) {
    auto plan = plan_capacity(have, demands);
    plan.promise_beside = whole.need_for_promise - plan.need_for_promise;
    plan.month_beside = whole.need_for_month - plan.need_for_month;
    plan.days_that_fit = std::min(plan.days_that_fit, whole.days_that_fit);  // 0 stays: one without cameras
    plans.push_back(plan);
  }
  return plans;
}

namespace {
double hours_of(Duration length) { return std::chrono::duration<double, std::ratio<3600>>(length).count(); }

// How many hours' worth of what comes in between these two holds keep.
double kept_between(const std::vector<double>& kept_share, double from, double to) {
  double kept = 0;
  for (auto hour = static_cast<std::size_t>(from); hour < kept_share.size() && static_cast<double>(hour) < to; ++hour)
    kept +=
        kept_share[hour] * (std::min(to, static_cast<double>(hour + 1)) - std::max(from, static_cast<double>(hour)));
  return kept;
}

// What one hour adds to the free space of what lies there and of what comes in; less than nothing, as a rule.
double change_in(const SpaceFlow& flow, std::size_t hour) {
  double change = -flow.per_hour;
  if (hour < flow.freed.size()) change += static_cast<double>(flow.freed[hour]);
  if (flow.hours_kept <= 0) return change;
  // When what goes in this hour came in. Of an hour in whose middle the period ends, for the rest of it: a period may
  // be shorter than an hour.
  const auto to = static_cast<double>(hour + 1) - flow.hours_kept, from = std::max(0.0, to - 1);
  if (to <= 0) return change;
  return change + (to - from - kept_between(flow.kept_share, from, to)) * (flow.per_hour - flow.stays_per_hour);
}
}  // namespace

void keep_more(std::vector<double>& kept_share, const Interval& span, Instant now, double share) {
  for (std::size_t hour = 0; hour < kept_share.size(); ++hour) {
    const auto begin = now + std::chrono::hours(hour);
    const Interval both{std::max(begin, span.from), std::min(begin + std::chrono::hours(1), span.to)};
    kept_share[hour] = std::clamp(kept_share[hour] + share * hours_of(both.length()), 0.0, 1.0);
  }
}

std::optional<std::size_t> hours_until_full(const SpaceFlow& flow) {
  return hours_until_full(flow.free, flow.reserve, {flow});
}

std::optional<std::size_t> hours_until_full(std::uint64_t free, std::uint64_t reserve,
                                            const std::vector<SpaceFlow>& flows) {
  double left = static_cast<double>(free) - static_cast<double>(reserve);
  if (left <= 0) return 0;
  for (std::size_t hour = 0; hour < kForecastHours; ++hour) {
    for (const auto& flow : flows) left += change_in(flow, hour);
    if (left <= 0) return hour;
  }
  return std::nullopt;
}

SpaceAlarm alarm_of(const std::optional<std::size_t>& hours) {
  if (!hours || *hours >= std::size_t{7} * 24) return SpaceAlarm::none;
  if (*hours >= 48) return SpaceAlarm::week;
  if (*hours >= 6) return SpaceAlarm::two_days;
  return *hours > 0 ? SpaceAlarm::six_hours : SpaceAlarm::full;
}

std::string to_string(SpaceAlarm alarm) {
  switch (alarm) {
    case SpaceAlarm::none: return "room for the next seven days";
    case SpaceAlarm::week: return "full in less than seven days";
    case SpaceAlarm::two_days: return "full in less than 48 hours";
    case SpaceAlarm::six_hours: return "full in less than six hours";
    case SpaceAlarm::full: return "full";
  }
  return {};
}

}  // namespace tenure::storage

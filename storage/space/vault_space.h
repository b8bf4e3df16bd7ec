// What is said of the room in one vault, as of one moment. Plain values.
#pragma once
#include <algorithm>

#include "storage/space/space_plan.h"

namespace tenure::storage {

struct VaultSpace {
  std::string vault;
  bool online = false;
  std::string why;  // it is off line
  std::uint64_t used = 0, free = 0;
  CapacityPlan plan;
  // The same of files, where its file system makes only so many: small recordings use them up before the bytes.
  std::optional<CapacityPlan> files;
  std::uint64_t free_files = 0;    // where `files` are planned
  std::optional<Instant> full_at;  // when only the reserve will be left, never a moment past; none within 40 days
  SpaceAlarm alarm = SpaceAlarm::none;
  bool files_first = false;         // what ends then, or has ended, are files
  std::uint64_t held = 0;           // of `used`, by holds in force
  bool holds_endanger = false;      // without holds what was promised would fit, or fit longer; its own are part of it
  bool ballast = false;             // put by
  std::string stopped;              // which cameras are not recorded for want of room; empty: none
  std::vector<std::string> shares;  // its file system, and what is free there, with these vaults

  bool promise_fits() const { return plan.promise_fits() && (!files || files->promise_fits()); }
  bool month_fits() const { return plan.month_fits() && (!files || files->month_fits()); }
  double days_that_fit() const {
    return files ? std::min(plan.days_that_fit, files->days_that_fit) : plan.days_that_fit;
  }
  // What was promised does not fit, and files are what there is least of.
  bool short_of_files() const {
    return files && !files->promise_fits() && (plan.promise_fits() || files->part_that_fits() < plan.part_that_fits());
  }
};

}  // namespace tenure::storage

// What becomes of a vault as things are, and as a hold that is only thought of would make it.
#include <algorithm>
#include <iterator>

#include "storage/catalogue/catalogue_state.h"
#include "storage/holds/hold_load.h"
#include "storage/space/pressure.h"
#include "storage/space/room.h"
#include "storage/space/space_demand.h"

namespace tenure::storage {

namespace {
// The forecast as it would be without any hold: to tell whether holds are why the room ends.
SpaceFlow without_holds(const Need& need) {
  auto flow = need.flow;
  for (std::size_t hour = 0; hour < flow.freed.size() && hour < need.held_back.size(); ++hour)
    flow.freed[hour] += need.held_back[hour];
  flow.kept_share.clear();
  return flow;
}

bool keeps_what_comes(const SpaceFlow& flow) {
  return std::ranges::any_of(flow.kept_share, [](double share) { return share > 0; });
}

enum class Way { placed, taken_out };

void move_amount(Need& need, std::size_t hour, std::uint64_t amount, Way way) {
  const bool placed = way == Way::placed;
  auto& from = placed ? need.flow.freed : need.held_back;
  auto& to = placed ? need.held_back : need.flow.freed;
  need.held = placed ? need.held + amount : need.held - std::min(need.held, amount);
  if (hour >= from.size() || hour >= to.size()) return;
  const auto moved = std::min(from[hour], amount);
  from[hour] -= moved;
  to[hour] += moved;
}

void move_rows(Demand& demand, const HoldPart& part, Instant now, Way way) {
  for (const auto& row : part.rows) {
    if (row.vault != demand.vault) continue;
    const auto hour = hour_of_expiry(row.expires_at, now);
    move_amount(demand.bytes, hour, row.bytes, way);
    move_amount(demand.files, hour, row.files, way);
  }
}

// Nothing recorded yet: its growth falls to every vault, which errs on the side of an alarm.
void move_growth(Demand& demand, const HoldPart& part, Instant now, Way way) {
  const auto named = part.bytes_per_hour.find(demand.vault), anywhere = part.bytes_per_hour.find("");
  const auto more = (named == part.bytes_per_hour.end() ? 0 : named->second) + (anywhere == part.bytes_per_hour.end() ? 0 : anywhere->second);
  if (more <= 0 || demand.bytes.flow.per_hour <= 0) return;
  const auto share = more / demand.bytes.flow.per_hour;  // of its files too: a camera's are of much the same size
  for (auto* flow : {&demand.bytes.flow, &demand.files.flow})
    for (const auto& span : part.to_come) keep_more(flow->kept_share, span, now, way == Way::placed ? share : -share);
}

void move_all(Demand& demand, const HoldLoad& load, Instant now, Way way) {
  for (const auto& part : load.parts) {
    move_rows(demand, part, now, way);
    move_growth(demand, part, now, way);
  }
}

// What one measure says of the vaults of one file system.
struct Outlook {
  std::vector<CapacityPlan> plans;
  std::optional<std::size_t> hours;  // until only the reserve is left
  std::vector<bool> holds_endanger;
};

Outlook look_at(const std::vector<Demand>& disk, Need Demand::* measure, std::uint64_t free, std::uint64_t reserve) {
  std::uint64_t used = 0, held = 0;
  std::vector<std::vector<ClassDemand>> classes;
  std::vector<SpaceFlow> flows, free_flows;
  for (const auto& demand : disk) {
    const auto& need = demand.*measure;
    used += need.used;
    held += need.held;
    classes.push_back(need.classes);
    flows.push_back(need.flow);
    free_flows.push_back(without_holds(need));
  }
  Outlook outlook;
  outlook.plans = plan_together(used + (free - std::min(free, reserve)), classes);
  outlook.hours = hours_until_full(free, reserve, flows);
  const auto free_of_holds = hours_until_full(free, reserve, free_flows);
  const bool fuller = outlook.hours && (!free_of_holds || *outlook.hours < *free_of_holds);
  for (std::size_t i = 0; i < disk.size(); ++i) {
    const auto& plan = outlook.plans[i];
    const bool crowds_out = plan.promise_fits() && plan.need_for_promise + plan.promise_beside + held > plan.have;
    const auto& need = disk[i].*measure;
    const bool holds_here = need.held > 0 || keeps_what_comes(need.flow);  // another vault's are told there
    outlook.holds_endanger.push_back(holds_here && (fuller || crowds_out));
  }
  return outlook;
}
}  // namespace

std::vector<Demand> Pressure::demands_of(const std::vector<std::string>& disk, Instant now) const {
  const auto policy = catalogue_.policy();
  const auto of_class = cameras_.lock()->of_class;
  std::vector<Demand> all;
  for (const auto& vault : disk) {
    const auto cameras = cameras_into(vaults_, vault, of_class);
    all.push_back(
        catalogue_.state().read([&](sqlite::Connection& db) { return read_demand(db, vault, policy, now, cameras); }));
  }
  return all;
}

// Of the vaults of one file system: what is free there is counted once, against what all of them will need. Of bytes
// and of files, where they are counted, whichever ends first is what is said.
std::vector<VaultSpace> Pressure::judge(const std::vector<Demand>& disk, Instant now) const {
  std::vector<std::string> names;
  names.reserve(disk.size());
  for (const auto& demand : disk) names.push_back(demand.vault);
  const auto room = room_of(vaults_, names).value_or(Room{});
  const auto bytes = look_at(disk, &Demand::bytes, room.bytes, options_.least_free);
  const bool counted = room.files != kNotCounted;
  const auto files = counted ? look_at(disk, &Demand::files, room.files, options_.least_files) : Outlook{};
  const bool files_first = files.hours && (!bytes.hours || *files.hours < *bytes.hours);
  const auto hours = files_first ? files.hours : bytes.hours;
  std::vector<VaultSpace> spaces;
  for (std::size_t i = 0; i < disk.size(); ++i) {
    VaultSpace space;
    space.vault = disk[i].vault;
    space.online = true;
    space.free = room.bytes;
    space.used = disk[i].bytes.used;
    space.held = disk[i].bytes.held;
    space.plan = bytes.plans[i];
    if (counted) {
      space.files = files.plans[i];
      space.free_files = room.files;
    }
    if (hours) space.full_at = now + std::chrono::hours(*hours);
    space.alarm = alarm_of(hours);
    space.files_first = files_first;
    space.holds_endanger = bytes.holds_endanger[i] || (counted && files.holds_endanger[i]);
    for (const auto& name : names)
      if (name != space.vault) space.shares.push_back(name);
    spaces.push_back(std::move(space));
  }
  return spaces;
}

std::vector<std::vector<VaultSpace>> Pressure::with_holds(const std::vector<HoldLoad>& loads, const HoldLoad* placed) const {
  std::vector<std::vector<VaultSpace>> all(loads.size());
  const auto now = clock_.now();
  for (const auto& disk : by_file_system(vaults_)) {
    auto demands = demands_of(disk, now);
    if (placed != nullptr)
      for (auto& demand : demands) move_all(demand, *placed, now, Way::taken_out);
    for (std::size_t i = 0; i < loads.size(); ++i) {
      auto changed = demands;
      for (auto& demand : changed) move_all(demand, loads[i], now, Way::placed);
      std::ranges::move(judge(changed, now), std::back_inserter(all[i]));
    }
  }
  for (auto& spaces : all) std::ranges::sort(spaces, {}, &VaultSpace::vault);
  return all;
}

}  // namespace tenure::storage

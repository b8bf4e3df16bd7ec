// What becomes of a vault as things are, and as a hold that is only thought of would make it.
#include <algorithm>
#include <iterator>

#include "storage/catalogue/catalogue_state.h"
#include "storage/holds/hold_load.h"
#include "storage/space/pressure.h"
#include "storage/space/space_demand.h"

namespace tenure::storage {

namespace {
// The forecast as it would be without any hold: to tell whether holds are why the room ends.
SpaceFlow without_holds(const Demand& demand, SpaceFlow flow) {
  for (std::size_t hour = 0; hour < flow.freed.size() && hour < demand.held_back.size(); ++hour) flow.freed[hour] += demand.held_back[hour];
  flow.held_share = 0;
  return flow;
}

enum class Way { placed, taken_out };

void move_rows(Demand& demand, const HoldPart& part, Instant now, Way way) {
  const bool placed = way == Way::placed;
  auto& from = placed ? demand.flow.freed : demand.held_back;
  auto& to = placed ? demand.held_back : demand.flow.freed;
  for (const auto& row : part.rows) {
    if (row.vault != demand.vault) continue;
    demand.held = placed ? demand.held + row.bytes : demand.held - std::min(demand.held, row.bytes);
    const auto hour = hour_of_expiry(row.expires_at, now);
    if (hour >= from.size() || hour >= to.size()) continue;
    const auto moved = std::min(from[hour], row.bytes);
    from[hour] -= moved;
    to[hour] += moved;
  }
}

// Nothing recorded yet: its growth falls to every vault, which errs on the side of an alarm.
void move_growth(Demand& demand, const HoldPart& part, Way way) {
  const auto named = part.bytes_per_hour.find(demand.vault), anywhere = part.bytes_per_hour.find("");
  const auto more = (named == part.bytes_per_hour.end() ? 0 : named->second) + (anywhere == part.bytes_per_hour.end() ? 0 : anywhere->second);
  if (more <= 0 || demand.flow.bytes_per_hour <= 0) return;
  const auto share = more / demand.flow.bytes_per_hour;
  demand.flow.held_share = std::clamp(demand.flow.held_share + (way == Way::placed ? share : -share), 0.0, 1.0);
}

void move_all(Demand& demand, const HoldLoad& load, Instant now, Way way) {
  for (const auto& part : load.parts) {
    move_rows(demand, part, now, way);
    move_growth(demand, part, way);
  }
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

// Of the vaults of one file system: what is free there is counted once, against what all of them will need.
std::vector<VaultSpace> Pressure::judge(const std::vector<Demand>& disk, Instant now) const {
  std::uint64_t used = 0, held = 0, free = UINT64_MAX;
  std::vector<std::vector<ClassDemand>> classes;
  std::vector<SpaceFlow> flows, free_flows;
  for (const auto& demand : disk) {
    used += demand.used;
    held += demand.held;
    free = std::min(free, vaults_.free_bytes(demand.vault));
    classes.push_back(demand.classes);
    flows.push_back(demand.flow);
    free_flows.push_back(without_holds(demand, demand.flow));
  }
  const auto plans = plan_together(used + free - std::min(free, options_.least_free), classes);
  const auto hours = hours_until_full(free, options_.least_free, flows);
  const auto free_of_holds = hours_until_full(free, options_.least_free, free_flows);
  const bool fuller = hours && (!free_of_holds || *hours < *free_of_holds);
  std::vector<VaultSpace> spaces;
  for (std::size_t i = 0; i < disk.size(); ++i) {
    VaultSpace space;
    space.vault = disk[i].vault;
    space.online = true;
    space.free = free;
    space.used = disk[i].used;
    space.held = disk[i].held;
    space.plan = plans[i];
    if (hours) space.full_at = now + std::chrono::hours(*hours);
    space.alarm = alarm_of(hours);
    const auto needed = space.plan.need_for_promise + space.plan.promise_beside;
    const bool crowds_out = space.plan.promise_fits() && needed + held > space.plan.have;
    const bool holds_here = disk[i].held > 0 || disk[i].flow.held_share > 0;  // another vault's are told there
    space.holds_endanger = holds_here && (fuller || crowds_out);
    for (const auto& other : disk)
      if (other.vault != space.vault) space.shares.push_back(other.vault);
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

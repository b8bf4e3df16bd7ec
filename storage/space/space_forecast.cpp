// What becomes of a vault as things are, and as a hold that is only thought of would make it.
#include <algorithm>

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

void move_rows(Demand& demand, const std::string& vault, const HoldPart& part, Instant now, Way way) {
  const bool placed = way == Way::placed;
  auto& from = placed ? demand.flow.freed : demand.held_back;
  auto& to = placed ? demand.held_back : demand.flow.freed;
  for (const auto& row : part.rows) {
    if (row.vault != vault) continue;
    demand.held = placed ? demand.held + row.bytes : demand.held - std::min(demand.held, row.bytes);
    const auto hour = hour_of_expiry(row.expires_at, now);
    if (hour >= from.size() || hour >= to.size()) continue;
    const auto moved = std::min(from[hour], row.bytes);
    from[hour] -= moved;
    to[hour] += moved;
  }
}

// Nothing recorded yet: its growth falls to every vault, which errs on the side of an alarm.
void move_growth(Demand& demand, const std::string& vault, const HoldPart& part, Way way) {
  const auto named = part.bytes_per_hour.find(vault), anywhere = part.bytes_per_hour.find("");
  const auto more = (named == part.bytes_per_hour.end() ? 0 : named->second) + (anywhere == part.bytes_per_hour.end() ? 0 : anywhere->second);
  if (more <= 0 || demand.flow.bytes_per_hour <= 0) return;
  const auto share = more / demand.flow.bytes_per_hour;
  demand.flow.held_share = std::clamp(demand.flow.held_share + (way == Way::placed ? share : -share), 0.0, 1.0);
}

void move_all(Demand& demand, const std::string& vault, const HoldLoad& load, Instant now, Way way) {
  for (const auto& part : load.parts) {
    move_rows(demand, vault, part, now, way);
    move_growth(demand, vault, part, way);
  }
}
}  // namespace

VaultSpace Pressure::judge(const std::string& vault, const Demand& demand, Instant now) const {
  VaultSpace space;
  space.vault = vault;
  space.online = true;
  space.free = vaults_.free_bytes(vault);
  space.used = demand.used;
  space.held = demand.held;
  const auto usable = demand.used + space.free - std::min(space.free, options_.least_free);
  space.plan = plan_capacity(usable, demand.classes);
  auto flow = demand.flow;
  flow.free = space.free;
  flow.reserve = options_.least_free;
  const auto hours = hours_until_full(flow);
  if (hours) space.full_at = now + std::chrono::hours(*hours);
  space.alarm = alarm_of(hours);
  const auto free_of_holds = hours_until_full(without_holds(demand, flow));
  const bool fuller = hours && (!free_of_holds || *hours < *free_of_holds);
  const bool crowds_out = space.plan.promise_fits() && space.plan.need_for_promise + demand.held > space.plan.have;
  space.holds_endanger = fuller || crowds_out;
  return space;
}

std::vector<std::vector<VaultSpace>> Pressure::with_holds(const std::vector<HoldLoad>& loads, const HoldLoad* placed) const {
  std::vector<std::vector<VaultSpace>> all(loads.size());
  const auto policy = catalogue_.policy();
  const auto now = clock_.now();
  const auto of_class = cameras_.lock()->of_class;
  for (const auto& vault : vaults_.names()) {
    if (!vaults_.online(vault)) continue;
    const auto cameras = cameras_into(vaults_, vault, of_class);
    auto demand = catalogue_.state().read([&](sqlite::Connection& db) { return read_demand(db, vault, policy, now, cameras); });
    if (placed != nullptr) move_all(demand, vault, *placed, now, Way::taken_out);
    for (std::size_t i = 0; i < loads.size(); ++i) {
      auto changed = demand;
      move_all(changed, vault, loads[i], now, Way::placed);
      all[i].push_back(judge(vault, changed, now));
    }
  }
  return all;
}

}  // namespace tenure::storage

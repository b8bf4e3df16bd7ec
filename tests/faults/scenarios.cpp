#include "tests/faults/scenarios.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>

#include "base/error.h"
#include "storage/recovery/rebuild.h"
#include "tests/faults/work.h"

namespace tenure::faults {

namespace fs = boost::filesystem;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

namespace {
void record_some(Work& work) {
  for (int i = 0; i < 4; ++i) work.record("front", kBegin + i * kMinute);
  for (int i = 0; i < 3; ++i) work.record("waiting-room", kBegin + i * kMinute, /*sync_early=*/i == 1);
  for (int i = 1; i <= 3; ++i) work.import(kOldCall + minutes(i), i);
  work.hold("front", {kBegin + kMinute, kBegin + 2 * kMinute}, 0);
  work.hold("-", {kBegin, kBegin}, 2);
  work.hold("waiting-room", {kBegin, kBegin + kMinute}, 0);
}

// What was there before a scenario begins.
enum class Before { nothing, usual, with_backups };

struct Scenario {
  const char* name;
  Before before;
  Duration later;  // after kBegin
  std::function<void(const Path&, Instant)> act;
};

// The usual: in one run of the practice.
std::function<void(const Path&, Instant)> in_one_run(const std::function<void(Work&)>& act) {
  return [act](const Path& folder, Instant now) {
    Work work(folder, now);
    act(work);
  };
}

// The disk with the state and the vault is gone; what is elsewhere is not.
void lose_disk(const Path& folder) {
  make_directories(lost_in(folder));
  for (const auto* part : {"vault", "state"}) fs::rename(folder / part, lost_in(folder) / part);
}

// Swept and kept up since the backup of the data was made: none of what went may come back with it (I15).
void lose_and_restore(const Path& folder, Instant now) {
  {
    Work work(folder, now);
    work.sweep();
    work.publish();
    if (!work.back_up_keys()) return;
  }
  if (!attempt("restore", [&] { lose_disk(folder); put_right(folder, now); })) return;
  Work work(folder, now);
  work.accept_rollback();
  work.record("front", now);
  work.sweep();
  work.publish();
}

void lose_catalogue_and_rebuild(const Path& folder, Instant now) {
  {
    Work work(folder, now);
    work.record("front", now);
    work.import(kOldCall + minutes(40), 14);
    work.release(2);
    work.publish();
  }
  if (!attempt("rebuild", [&] { fs::rename(folder / "state" / "catalogue", folder / "lost-catalogue"); put_right(folder, now); })) return;
  Work work(folder, now);
  work.record("waiting-room", now);
  work.walk();
  work.publish();
}

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all{
      {"first", Before::nothing, minutes(5), in_one_run([](Work& work) { work.record("front", kBegin); work.import(kOldCall, 4); })},
      {"ingest", Before::usual, hours(1), in_one_run([](Work& work) {
         work.record("front", work.now(), /*sync_early=*/true);
         work.record("waiting-room", work.now());
         work.record("front", work.now() + kMinute);
       })},
      {"calls", Before::usual, hours(1), in_one_run([](Work& work) {
         work.import(kOldCall + hours(1), 11);
         work.import(kOldCall + minutes(1), 1);  // known
         work.import_wrong();
         work.import(kOldCall + hours(2), 12);
       })},
      {"hold", Before::usual, hours(1), in_one_run([](Work& work) {
         work.hold("waiting-room", {kBegin + kMinute, kBegin + 2 * kMinute}, 0);
         work.hold("-", {kBegin, kBegin}, 3);
         work.extend();
         work.release(2);
       })},
      {"sweep", Before::usual, days(20), in_one_run([](Work& work) {
         work.release(2);
         work.advance(days(9));
         work.sweep();
       })},
      {"pressure", Before::usual, hours(1), in_one_run([](Work& work) { work.make_room(); })},
      {"export", Before::usual, hours(1), in_one_run([](Work& work) { work.publish(); work.read_out(); work.publish(); })},
      {"rotation", Before::usual, hours(1), in_one_run([](Work& work) {
         work.record("front", work.now());
         work.rotate();
         work.record("waiting-room", work.now());
         work.rotate();
       })},
      {"erasure", Before::usual, hours(1), in_one_run([](Work& work) {
         work.erase({kBegin + 2 * kMinute, kBegin + 3 * kMinute});
         work.erase({kBegin, kBegin + 3 * kMinute});  // a hold is in the way
         work.publish();
       })},
      {"plenty", Before::nothing, hours(4), in_one_run([](Work& work) {  // for searching a disk
         work.with_keys = true;
         for (int i = 1; i <= 150; ++i) work.record(i % 2 == 0 ? "front" : "waiting-room", kBegin + i * kMinute);
         for (int i = 1; i <= 150; ++i) work.import(kOldCall + minutes(i), i);
         work.hold("-", {kBegin, kBegin}, 7);
         work.publish();
       })},
      {"life", Before::nothing, minutes(10), in_one_run([](Work& work) {  // all of it, from an empty disk on
         record_some(work);
         work.publish();
         work.read_out();
         work.release(2);
         work.import_wrong();
         work.extend();
         work.record("front", work.now(), /*sync_early=*/true);
         work.advance(days(29));
         work.sweep();
         work.import(kOldCall + minutes(1), 1);  // deleted before: not taken again
         work.record("front", work.now());
         work.import(work.now() - hours(1), 21);
         work.publish();
       })},
      {"shorter", Before::usual, days(17), in_one_run([](Work& work) {  // a policy, in force after its notice
         work.shorten("P14D", 14);
         work.record("front", work.now());
         work.advance(days(4));
         work.sweep();
         work.publish();
       })},
      {"backups", Before::with_backups, hours(1), in_one_run([](Work& work) {
         work.record("front", work.now());
         work.back_up_data();
         work.advance(days(8));
         work.look_after_backups();  // a fresh generation, and the first one goes
         work.erase({kBegin + 2 * kMinute, kBegin + 3 * kMinute});
       })},
      {"restore", Before::with_backups, days(29), lose_and_restore},
      {"rebuild", Before::usual, hours(1), lose_catalogue_and_rebuild}};
  return all;
}

const Scenario& scenario_named(const std::string& name) {
  const auto found = std::ranges::find(scenarios(), name, [](const Scenario& scenario) { return std::string(scenario.name); });
  if (found == scenarios().end()) throw Error(ErrorKind::usage, "There is no scenario " + name + ".");
  return *found;
}

}  // namespace

bool begins_empty(const std::string& name) { return scenario_named(name).before == Before::nothing; }

void furnish(const std::string& name, const Path& folder) {
  Work work(folder, kBegin + minutes(5));
  record_some(work);
  work.publish();
  if (scenario_named(name).before != Before::with_backups) return;
  if (!work.back_up_data() || !work.back_up_keys()) throw Error(ErrorKind::internal, "The backups to begin with could not be made.");
}

void delete_everything(const Path& folder) {
  Shop shop(folder, kBegin + hours(5));
  for (const auto& hold : shop.storage.holds().list())
    if (hold.state == "active") shop.storage.holds().release(hold.id, "over", shop.manager);
  shop.clock.advance(days(4 * 366));
  shop.storage.sweeper().sweep();
  if (!shop.storage.catalogue().segments({}).empty()) throw Error(ErrorKind::internal, "Something is left after the sweep.");
}

std::vector<std::string> scenario_names() {
  std::vector<std::string> names;
  for (const auto& scenario : scenarios())
    if (scenario.name != std::string("plenty")) names.emplace_back(scenario.name);
  return names;
}

void run_scenario(const std::string& name, const Path& folder) {
  const auto& scenario = scenario_named(name);
  scenario.act(folder, kBegin + scenario.later);
}

}  // namespace tenure::faults

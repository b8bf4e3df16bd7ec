// Room on the disks: how long it lasts, and what goes first when it does not (I16): what is due, then the oldest CCTV that
// no hold keeps, each a broken promise on record; then streams of low priority stop, then all cameras, so that calls
// still have their reserve. relieve() on the sweep's thread; the rest from any.
#pragma once
#include <map>
#include <set>

#include "base/synchronized.h"
#include "storage/space/ballast.h"
#include "storage/space/vault_space.h"
#include "storage/sweep/eraser.h"

namespace tenure::storage {

struct Demand;
struct HoldLoad;
struct Room;
struct ShedPlace;

struct BrokenPromise {
  Instant at;
  std::string source, cls;
  Interval span;
  std::uint64_t segments = 0, bytes = 0;
};

class Pressure {
 public:
  struct Cameras {
    std::set<std::string> low_priority;           // that stop first
    std::map<std::string, std::size_t> of_class;  // for a first estimate
  };
  struct Options {
    std::uint64_t least_free = 256ull << 20;  // below it room is made; below half of it, calls only
    std::uint64_t least_files = 512;          // the same of files that can be made: one is a file, whatever its size
    std::uint64_t ballast = 16ull << 20;
    bool delete_oldest = true;                // false: cameras stop instead
    Cameras cameras = {};
  };
  Pressure(Options options, Catalogue& catalogue, const Clock& clock, Vaults& vaults, Eraser& eraser, const Path& state_folder);
  void set_cameras(Cameras cameras) { *cameras_.lock() = std::move(cameras); }
  // Makes room where there is too little; after each sweep, which takes what is due first. Looks ahead each hour.
  void relieve();
  // The plan and the forecast anew. A changed alarm is in the ledger.
  void look_ahead();
  std::vector<VaultSpace> spaces() const;
  // The plan and forecast of each vault as each of these holds, were it placed, would make them; a load without parts
  // changes nothing. `placed` is in force already and is taken out first. Reads what is held, not the whole catalogue.
  std::vector<std::vector<VaultSpace>> with_holds(const std::vector<HoldLoad>& loads, const HoldLoad* placed = nullptr) const;
  std::vector<BrokenPromise> broken_promises(Instant since) const;
  // Why `source` must not be recorded into `vault` now; empty when it may. Cheap: asked at each fragment.
  std::string refusal(const std::string& vault, const std::string& source) const;

 private:
  struct VaultState {
    VaultSpace space;
    bool nothing_left = false;   // to delete
  };
  void keep_state_ballast();
  // Of vaults that share a file system: what goes first goes first whichever of them it lies in.
  void relieve_disk(const std::vector<std::string>& disk);
  // Below one part in `parts` of what is always left free.
  bool is_short(const Room& room, std::uint64_t parts) const;
  bool is_short_of_files(const Room& room, std::uint64_t parts) const;
  Room shed(const std::vector<std::string>& disk, const Room& missing, ShedPlace& place);
  Room shed_with_ballast(const std::vector<std::string>& disk, const Room& missing, ShedPlace& place);
  Room waiting(const std::vector<std::string>& disk) const;
  void hold_ballast(const std::string& vault);
  std::vector<Demand> demands_of(const std::vector<std::string>& disk, Instant now) const;
  std::vector<VaultSpace> judge(const std::vector<Demand>& disk, Instant now) const;
  void tell(const VaultSpace& before, const VaultSpace& after);

  const Options options_;
  mutable Synchronized<Cameras> cameras_;
  Catalogue& catalogue_;
  const Clock& clock_;
  Vaults& vaults_;
  Eraser& eraser_;
  Path state_folder_;
  std::optional<Duration> looked_;  // by the clock that never steps
  std::map<std::string, Ballast> ballasts_;  // by vault; "" is the state folder's
  mutable Synchronized<std::map<std::string, VaultState>> state_;
};

}  // namespace tenure::storage

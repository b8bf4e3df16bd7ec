// What the catalogue says of the space that recordings take, in the form the plans need. For pressure.cpp only.
#pragma once
#include <map>

#include "storage/catalogue/catalogue_state.h"
#include "storage/space/space_plan.h"
#include "storage/vault/vault.h"

namespace tenure::storage {

// In one measure: bytes, or files. A recording is one file; the folders about it are too few to count.
struct Need {
  std::uint64_t used = 0;
  std::vector<ClassDemand> classes;
  SpaceFlow flow;  // without free and reserve
  std::uint64_t held = 0;                // of what is there, by holds in force
  std::vector<std::uint64_t> held_back;  // what they keep of what expires in each hour to come
};

struct Demand {
  std::string vault;
  Need bytes, files;
};

// In which hour of the forecast that goes: counted by the clock's hours, as the catalogue's sums are, and never too early.
std::size_t hour_of_expiry(Instant expires_at, Instant now);

// Of `cameras`, how many of each class, those whose footage goes into this vault.
std::map<std::string, std::size_t> cameras_into(const Vaults& vaults, const std::string& vault, std::map<std::string, std::size_t> cameras);

// Those on line, by the file system they lie on: what is free there is theirs together, and no more. In the order of
// names.
std::vector<std::vector<std::string>> by_file_system(const Vaults& vaults);

// Of one vault: cameras as camera_rate.h measures them, calls over the last seven days. `cameras`: how many each class
// has.
Demand read_demand(sqlite::Connection& db, const std::string& vault, const std::vector<PolicyRow>& policy, Instant now,
                   const std::map<std::string, std::size_t>& cameras);

}  // namespace tenure::storage

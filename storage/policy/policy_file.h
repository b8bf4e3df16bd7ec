// What was promised, and which vaults there are, a second time outside the catalogue (I20): sealed under the
// root key, beside the hold files. Any thread; blocks on the disk.
#pragma once
#include <map>
#include <optional>

#include "storage/catalogue/catalogue.h"

namespace tenure::storage {

namespace sqlite {
class Connection;
}

// One version of what a class was promised, since it came into force.
struct KeptPromise {
  PolicyRow promise;
  Instant since;
};
struct KeptPolicy {
  std::vector<KeptPromise> classes;  // of each class, oldest first
  std::map<std::string, std::string> vaults;  // id by name
};

Path policy_file(const Path& state);
// Durable when it returns; writes nothing when the file says so already. Called at the start, before anything is recorded,
// and after each change; the ledger's files say the same.
void keep_policy(const Path& state, const Key& root, const KeptPolicy& policy);
// What the catalogue says now.
KeptPolicy policy_in(Catalogue& catalogue);
// Nothing when there is no file. Throws Error{corrupt}.
std::optional<KeptPolicy> read_policy(const Path& state, const Key& root);

// For a rebuild, inside its transaction: what the file said, and what the new catalogue's ledger knows of versions that came
// into force after it was written.
std::vector<KeptPromise> all_promises(sqlite::Connection& db, std::vector<KeptPromise> all);
// The first of a class makes its first version by a trigger; those after it follow.
void insert_promise(sqlite::Connection& db, const KeptPromise& kept);

}  // namespace tenure::storage

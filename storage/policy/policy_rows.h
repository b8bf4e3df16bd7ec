// Versions of the policy as rows of the catalogue, for the .cpp files of this room.
#pragma once
#include <boost/json/object.hpp>

#include "storage/policy/policy_change.h"
#include "storage/policy/promise.h"

namespace tenure::storage {

// Oldest first; of one class, when one is named.
std::vector<PolicyVersion> read_versions(sqlite::Connection& db, const std::string& cls = {});
// What came into force for a class, oldest first.
std::vector<Promise> promises_of(sqlite::Connection& db, const std::string& cls);
// For the ledger: which version, and what it promises.
boost::json::object version_subject(const PolicyVersion& version);

}  // namespace tenure::storage

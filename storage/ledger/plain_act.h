// An act that changes nothing and is looked into all the same: whose call was searched for. Any thread; blocks on the
// disk.
#pragma once
#include "storage/catalogue/catalogue.h"

namespace tenure::storage {

// Durable before it returns (I13). `subject` is JSON without numbers and names.
void note_act(Catalogue& catalogue, Instant at, const Actor& actor, const std::string& act,
              const std::string& subject, const std::string& reason);

}  // namespace tenure::storage

// Recordings that are there and not what was recorded any more. One thread.
#pragma once
#include "storage/attestation/judge.h"

namespace tenure::storage::attestation {

// What reading found, the scrub's or an export's: here no key is opened. Counted in `classes` too.
void tell_damaged(CatalogueLook& catalogue, Judge& judge, Findings& findings,
                  std::map<std::string, ClassReport>& classes);

}  // namespace tenure::storage::attestation

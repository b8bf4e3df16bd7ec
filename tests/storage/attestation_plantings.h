// One planting for each kind of finding: what somebody, a crash or a fault of ours would have to do to a practice.
#pragma once
#include "tests/storage/attested.h"

namespace tenure::storage {

struct Planting {
  const char* kind;
  // Into a practice's files, keys and catalogue; `order` only where the violation is one of time or place.
  void (*plant)(AttestedPractice& practice, AttestationOrder& order);
  std::uint64_t count = 1;
};

const std::vector<Planting>& plantings();

}  // namespace tenure::storage

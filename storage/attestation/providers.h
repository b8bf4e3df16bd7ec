// What the telephone providers keep by their own word, held against the promise. Pure.
#pragma once
#include "storage/attestation/catalogue_look.h"

namespace tenure::storage::attestation {

std::vector<ProviderReport> judge_providers(const std::vector<ProviderPlace>& providers,
                                            const std::map<std::string, Promise>& promises, Instant now);

}  // namespace tenure::storage::attestation

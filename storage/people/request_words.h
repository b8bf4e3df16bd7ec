// What a second person read of a request, in the words of the rooms above: shown again when what it speaks of has
// changed since. Nothing is held to it: an approval is bound to its subject. Any thread; blocks on the disk.
#pragma once
#include "storage/people/approvals.h"

namespace tenure::storage {

void keep_request_words(Catalogue& catalogue, const ApprovalId& id,
                        const std::string& words);  // in place of earlier ones
std::optional<std::string> request_words(Catalogue& catalogue, const ApprovalId& id);

}  // namespace tenure::storage

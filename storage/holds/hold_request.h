// Checks a request for a hold before anything is written. Pure.
#pragma once
#include "storage/holds/holds.h"

namespace tenure::storage {

// Throws Error{usage} naming the field, the value (never a number) and what is allowed.
void check_hold_request(const HoldRequest& request, Instant now);
void check_hold_text(const std::string& field, const std::string& text, std::size_t most);
void check_hold_review(const std::optional<Instant>& review, Instant now);

}  // namespace tenure::storage

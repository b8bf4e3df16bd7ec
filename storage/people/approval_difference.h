// How an act differs from the one that was approved, in words. Pure.
#pragma once
#include <string>

namespace tenure::storage {

// Of the two subjects of one act, as approval_subject() makes them; ends with what to do. Hashes are not shown.
std::string difference_in_words(const std::string& approved, const std::string& now);

}  // namespace tenure::storage

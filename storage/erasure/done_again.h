// An erasure by order that a restore did again: the catalogue that came back was from before the order, so who gave it,
// when and why is not known there. It stands among the orders with nobody's name, so that it is listed and has a paper.
#pragma once
#include "storage/catalogue/sqlite.h"
#include "storage/erasure/erasures.h"

namespace tenure::storage {

inline bool is_done_again(const Erasure& erasure) { return erasure.ordered_by.empty(); }

// For a restore, inside its transaction: what was condemned by an order that this catalogue does not have. How many
// recordings; done twice, it finds nothing.
std::uint64_t note_erased_again(sqlite::Connection& db, Instant now);

}  // namespace tenure::storage

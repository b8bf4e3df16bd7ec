// Calls found again: the blind index narrows, the unsealed details decide, may_read() has the last word (I4).
#include <algorithm>

#include "base/error.h"
#include "storage/calls/call_details.h"
#include "storage/calls/call_store.h"
#include "storage/calls/numbers.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/recording/hold_cover.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kLeastDigits = 4, kMostDigits = 15;
constexpr std::size_t kAtOnce = 100;  // calls whose holds are looked at together

[[noreturn]] void refuse(const std::string& field, const std::string& text) {
  throw Error(ErrorKind::usage, field + ": " + text);
}

void check_query(const CallQuery& query) {
  if (query.number && !whole_number_token(Key{}, *query.number))
    refuse("number", "it is no telephone number: write it like 07700 900123 or +44 7700 900123.");
  if (query.last_digits) {
    const auto digits = digits_of(*query.last_digits);
    if (digits != *query.last_digits || digits.size() < kLeastDigits || digits.size() > kMostDigits)
      refuse("last-digits", "4 to 15 digits and nothing else, not " + std::to_string(query.last_digits->size()) + " characters.");
  }
  if (query.extension && (query.extension->empty() || query.extension->size() > 32))
    refuse("extension", "1 to 32 characters.");
  if (query.span && query.span->empty()) refuse("from, to", "`to` must be later than `from`.");
  if (!query.number && !query.last_digits && !query.span)
    refuse("number, last-digits, from, to", "give a number, its last digits, or a time span; an extension only narrows those.");
}

// A number that has no complete form (`900123`, a local number) is looked up by its ending.
bool by_ending(const std::string& number) { return to_e164(number).empty() && digits_of(number).size() >= 6; }

std::vector<SealedCallRow> candidates(const Catalogue& catalogue, const Key& index_key, const CallQuery& query) {
  if (query.number && !by_ending(*query.number))
    return catalogue.calls_by_token(*whole_number_token(index_key, *query.number));
  if (query.number) return catalogue.calls_by_token(ending_token(index_key, digits_of(*query.number))->token);
  if (query.last_digits) return catalogue.calls_by_token(ending_token(index_key, *query.last_digits)->token);
  return catalogue.calls_between(*query.span);
}

bool has_number(const Party& party, const std::string& number) {
  return by_ending(number) ? ends_with_digits(party, digits_of(number)) : is_number(party, number);
}

bool fits(const CallRow& call, const CallQuery& query) {
  const auto any = [&](const auto& test) { return std::any_of(call.details.parties.begin(), call.details.parties.end(), test); };
  if (query.number && !any([&](const Party& party) { return has_number(party, *query.number); })) return false;
  if (query.last_digits && !any([&](const Party& party) { return ends_with_digits(party, *query.last_digits); })) return false;
  return !query.extension || any([&](const Party& party) {
    return party.extension == *query.extension || party.number == *query.extension;
  });
}

// Of kAtOnce of them, from `first` on.
std::vector<HoldView> views_of(Catalogue& catalogue, const std::vector<SealedCallRow>& calls, std::size_t first, const TrustedTime& time) {
  return catalogue.state().read([&](sqlite::Connection& db) {
    HoldCover holds(db, time);
    std::vector<HoldView> views;
    for (auto i = first; i < std::min(calls.size(), first + kAtOnce); ++i) views.push_back(holds.view(calls[i].segment));
    return views;
  });
}

// Nothing when it may not be read now, or its key is gone.
std::optional<CallRow> unsealed(KeySlots& slots, const SealedCallRow& sealed, const HoldView& holds, const Actor& actor,
                                const TrustedTime& time) {
  if (!may_read(sealed.segment, holds, actor, Purpose::view, time).allowed) return std::nullopt;
  auto key = slots.read(sealed.segment.slot, sealed.segment.id);
  if (!key) return std::nullopt;
  auto details = open_call_details(*key, sealed.sealed_details);
  wipe(*key);
  if (!details) return std::nullopt;
  return CallRow{sealed.segment, std::move(*details)};
}
}  // namespace

std::vector<CallRow> CallStore::find(const CallQuery& query, const Actor& actor) const {
  check_query(query);
  const auto time = clock_.trusted();
  std::vector<CallRow> calls;
  const auto found = candidates(catalogue_, index_key_, query);
  std::vector<HoldView> holds;
  for (std::size_t i = 0; i < found.size() && calls.size() < query.limit; ++i) {
    if (i % kAtOnce == 0) holds = views_of(catalogue_, found, i, time);
    const auto& sealed = found[i];
    if (query.span && !query.span->contains(sealed.segment.span.from)) continue;
    auto call = unsealed(slots_, sealed, holds[i % kAtOnce], actor, time);
    if (call && fits(*call, query)) calls.push_back(std::move(*call));
  }
  return calls;
}

std::optional<CallRow> CallStore::get(const SegmentId& id, const Actor& actor) const {
  const auto sealed = catalogue_.call(id);
  if (!sealed) return std::nullopt;
  const auto time = clock_.trusted();
  const auto holds = catalogue_.state().read([&](sqlite::Connection& db) { return hold_view(db, id, time); });
  return unsealed(slots_, *sealed, holds, actor, time);
}

}  // namespace tenure::storage

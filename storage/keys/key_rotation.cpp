#include "storage/keys/key_rotation.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"

namespace tenure::storage {

namespace {
bool is_credential(KeyPlace place) { return place == KeyPlace::credential || place == KeyPlace::next_credential; }

std::string subject(std::uint32_t generation, const std::string& from, const std::string& to) {
  return boost::json::serialize(boost::json::object{{"generation", generation}, {"from", from}, {"to", to}});
}

std::string what_remains(KeyPlace before, KeyPlace now) {
  if (!is_credential(now)) return "nothing: the old key was overwritten";
  std::string text = "the old key opens nothing any more: remove it";
  if (now == KeyPlace::next_credential)
    text += "; give the new one as tenure-kek instead of tenure-kek-next, and restart (docs/guide/keys.md)";
  else if (!is_credential(before))
    text = "nothing: the old key's file was overwritten and removed";
  return text;
}
}  // namespace

KeyRotation::KeyRotation(Catalogue& catalogue, const Clock& clock, KeySlots& keys, Path state, std::vector<GivenKey> given)
    : catalogue_(catalogue), clock_(clock), keys_(keys), state_(std::move(state)), given_(std::move(given)),
      current_(keys.given_in_use().back()) {
  keys_.set_owner([this](std::uint64_t slot) -> std::optional<SegmentId> {
    return catalogue_.state().read([&](sqlite::Connection& db) -> std::optional<SegmentId> {
      // Behind a restore a lost recording may name the slot that a new one has.
      auto query = db.query("SELECT id FROM segment WHERE slot = ? AND state <> 2 ORDER BY state", slot);
      if (!query.step()) return std::nullopt;
      return query.id<SegmentId>(0);
    });
  });
  if (keys_.is_rotating()) {
    log_warning("event=key-rotation-resumed generation={}", keys_.generation());
    keys_.finish_rotation();
    catalogue_.append_ledger(ledger_entry(clock_.now(), {"tenured"}, "keys-rotated",
                                          subject(keys_.generation(), "", to_string(current().place)), "a rotation that was interrupted"));
    settle_key_files(state_, current());
  } else if (current().place == KeyPlace::next_file) {
    settle_key_files(state_, current());
  }
}

KeyStatus KeyRotation::status() const {
  const std::scoped_lock lock(mutex_);
  KeyStatus status;
  status.generation = keys_.generation();
  status.place = to_string(current().place);
  status.rotating = keys_.is_rotating();
  status.in_use = keys_.in_use();
  for (std::size_t i = 0; i < given_.size(); ++i)
    if (i != current_ && given_[i].key != current().key) status.unused.push_back(to_string(given_[i].place));
  status.rotated_at = catalogue_.state().read([](sqlite::Connection& db) -> std::optional<Instant> {
    auto query = db.query("SELECT at FROM ledger WHERE act = 'keys-rotated' ORDER BY number DESC LIMIT 1");
    if (!query.step()) return std::nullopt;
    return query.instant(0);
  });
  return status;
}

std::string KeyRotation::rotate(const Actor& actor, const std::string& reason) {
  if (reason.empty()) throw Error(ErrorKind::usage, "reason: is required");
  const std::scoped_lock lock(mutex_);
  // Another next key in the place of the one that some slots are wrapped by already would make those unreadable.
  if (keys_.is_rotating())
    throw Error(ErrorKind::refused, "The last rotation stopped half-way: restart tenured, which finishes it. Both keys are kept until then.");
  const auto before = current();
  if (before.place == KeyPlace::next_credential)
    throw Error(ErrorKind::refused, "The last rotation is not complete: give the key in force as tenure-kek, take"
                                    " tenure-kek-next away, and restart (docs/guide/keys.md).");
  auto next = std::ranges::find_if(given_, [&](const GivenKey& one) { return is_credential(one.place) && one.key != before.key; });
  if (next == given_.end() && is_credential(before.place))
    throw Error(ErrorKind::refused, "The next key must be given as the systemd credential tenure-kek-next, for the daemon"
                                    " cannot write where the one in force comes from: docs/guide/keys.md says how.");
  // One that was made and not used up is taken again: the root key may be sealed under it.
  if (next == given_.end()) next = std::ranges::find(given_, KeyPlace::next_file, &GivenKey::place);
  if (next == given_.end()) {
    given_.push_back({make_next_key_file(state_), KeyPlace::next_file});
    next = given_.end() - 1;
  }
  const auto chosen = *next;
  const auto words = subject(keys_.generation() + 1, to_string(before.place), to_string(chosen.place));
  catalogue_.append_ledger(ledger_entry(clock_.now(), actor, "keys-rotate", words, reason));
  keys_.rotate(chosen.key);
  settle_key_files(state_, chosen);
  catalogue_.append_ledger(ledger_entry(clock_.now(), actor, "keys-rotated", words, reason));
  given_ = {{chosen.key, chosen.place == KeyPlace::next_file ? KeyPlace::file : chosen.place}};
  current_ = 0;
  return what_remains(before.place, chosen.place);
}

void KeyRotation::with_current(const std::function<void(const Key&)>& body) {
  const std::scoped_lock lock(mutex_);
  if (keys_.is_rotating()) throw Error(ErrorKind::unavailable, "The key-encryption key is being changed: try again in a moment.");
  body(current().key);
}

}  // namespace tenure::storage

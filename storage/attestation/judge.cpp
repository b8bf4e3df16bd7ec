#include "storage/attestation/judge.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>


namespace tenure::storage::attestation {

namespace fs = boost::filesystem;

namespace {
constexpr Duration kLongestSegment = std::chrono::minutes(10);  // of a camera; the recorder cuts at 2 minutes
constexpr Duration kLongestRecording = std::chrono::hours(1);   // that is not finished
// What deletes looks once a day for keys that have been nobody's for a day; an hour is for the looking.
constexpr Duration kStrayKey = std::chrono::days(2) + std::chrono::hours(1);

// Nothing when the disk does not say: a folder above it may not be looked into.
std::optional<bool> is_there(const fs::file_status& status) {
  if (status.type() == fs::status_error) return std::nullopt;
  return status.type() != fs::file_not_found;
}

// What the header of a row's own file says of its place.
SealedHeader header_of(const RowLook& row) {
  SealedHeader header;
  header.id = row.id;
  header.source = row.source;
  header.cls = row.cls;
  header.start = row.filed_at.value_or(row.start);
  return header;
}
}  // namespace

Judge::Judge(const AttestationOrder& order, CatalogueLook& catalogue, const KeyLook& keys)
    : order_(order), catalogue_(catalogue), keys_(keys), promises_(catalogue.promises()) {
  read_slots();
}

void Judge::read_slots() {
  owners_.assign(keys_.slots(), SegmentId{});
  shared_.clear();
  of_lost_.clear();
  catalogue_.each_row([&](const RowLook& row) {
    if (row.slot >= owners_.size()) return;  // made after the files were measured
    auto& owner = owners_[row.slot];
    const bool lost = row.state == State::lost;
    // Behind a restore the slot of what is lost for want of its key may be another's by now.
    if (lost && !owner.is_nil()) return;
    if (!owner.is_nil() && of_lost_.erase(row.slot) == 0) shared_.insert(row.slot);
    owner = row.id;
    if (lost) of_lost_.insert(row.slot);
  });
}

// When what was promised for it is over, worked out anew; nothing when nothing is promised for its class. With
// `made_by`: by the longest promise in force between its start and then, for a later, longer one must not be given to
// what is older.
std::optional<Instant> Judge::end_of(const std::string& cls, const Interval& span,
                                     std::optional<Instant> made_by) const {
  const auto found = promises_.find(cls);
  if (found == promises_.end()) return std::nullopt;
  const auto& promise = found->second;
  const auto from = promise.from_end ? span.to : span.from;
  const auto& versions = promise.versions;
  if (!made_by || versions.empty()) return add(from, promise.period);
  std::optional<Instant> over;
  for (std::size_t at = 0; at < versions.size() && versions[at].first <= *made_by; ++at)
    if (at + 1 == versions.size() || versions[at + 1].first > span.from) {
      const auto end = add(from, versions[at].second);
      over = std::max(over.value_or(end), end);
    }
  return over.value_or(add(from, versions.front().second));
}

bool Judge::is_over(const RowLook& row) {
  return row.expires_at <= order_.time.lo && !catalogue_.is_held(row, order_.time.lo);
}

Path Judge::own_place(const RowLook& row) { return place_of(header_of(row)); }

bool Judge::lives(std::uint64_t slot) const {
  const auto state = keys_.at(slot);
  return state == KeyState::live || state == KeyState::half;
}

bool Judge::opens(const SealedHeader& header) const {
  if (!lives(header.slot)) return false;
  const auto owner = owner_of(header.slot);
  return owner.is_nil() || owner == header.id || shared_.contains(header.slot);
}

std::optional<Problem> Judge::without_row(const SealedHeader& header, Instance where) {
  // Of one whose key is gone only the record of a deletion says that it was deleted: a restore knows no key that was
  // made after its backup.
  if (!opens(header)) return Problem{catalogue_.was_deleted(header.id) ? Fault::leftover : Fault::keyless, where};
  of_orphans_.insert(header.slot);
  const auto end = header.kind == Kind::camera ? header.start + kLongestSegment : header.start;
  where.since = end_of(header.cls, {header.start, end}, /*made_by=*/{});
  if (catalogue_.was_deleted(header.id)) return Problem{Fault::orphan_past_date, where};
  if (!where.since) return Problem{Fault::no_promise, where};
  return Problem{*where.since + kGrace < order_.time.lo ? Fault::orphan_past_date : Fault::orphan, where};
}

// Where a recording belongs in its vault; with no vault named, in any. A vault that is off line has nothing there.
std::optional<bool> Judge::lies_in_its_place(const SealedHeader& header, const std::string& vault_name) const {
  bool unknown = false;
  for (const auto& vault : order_.vaults) {
    if (!vault_name.empty() && vault.name != vault_name) continue;
    boost::system::error_code error;
    const auto there = is_there(fs::status(vault.path / place_of(header), error));
    if (there == true) return true;
    unknown = unknown || !there.has_value();
  }
  return unknown ? std::nullopt : std::optional(false);
}

// A second file of a recording, or one outside the vaults. Where its own place is empty this may be the only one: never
// a copy then, which people would delete.
std::optional<Problem> Judge::misplaced(const SealedHeader& header, Instance where) {
  const auto row = catalogue_.row(header.id);
  if (!row) {
    auto problem = without_row(header, where);
    const bool only = lies_in_its_place(header, /*vault_name=*/{}) != true;
    if (problem->fault == Fault::orphan) problem->fault = only ? Fault::displaced : Fault::copy;
    // Of one that was not deleted nobody knows whether a hold meant it.
    if (problem->fault == Fault::orphan_past_date && (!only || catalogue_.was_deleted(header.id)))
      problem->fault = Fault::copy_past_date;
    return problem;
  }
  where.since = row->expires_at;
  const bool only = row->state != State::condemned && lies_in_its_place(header_of(*row), row->vault) != true;
  const bool past = is_past(*row) && opens(header) && !catalogue_.is_held(*row, order_.time.lo);
  if (past) return Problem{only ? Fault::past_date : Fault::copy_past_date, where};
  return Problem{only ? Fault::displaced : Fault::copy, where};
}

std::optional<Problem> Judge::with_row(const SealedHeader& header, const RowLook& row, const FileLook& look,
                                       Instance where) {
  const bool past = is_past(row);
  const bool alive = opens(header);
  where.since = row.expires_at;
  if (row.state == State::reserved) {
    where.since = {};
    if (order_.time.lo - header.start > kLongestRecording) return Problem{Fault::stuck_recording, where};
    return std::nullopt;
  }
  if (row.state == State::lost && !past)
    return Problem{alive ? Fault::lost_file_is_back : Fault::key_erased_early, where};
  if (row.state == State::condemned)
    return Problem{alive ? Fault::deletion_unfinished : Fault::file_without_key, where};
  const bool held = past && catalogue_.is_held(row, order_.time.lo);
  if (past && !held) return Problem{alive ? Fault::past_date : Fault::file_without_key, where};
  const auto expected_start = row.filed_at.value_or(row.start);
  const bool too_long = row.kind == Kind::camera && row.end - row.start > kLongestSegment;
  // The file's own class says what was promised for it.
  const auto latest =
      end_of(header.cls, {row.start, row.end}, row.kind == Kind::camera ? row.end + kLongestSegment : order_.time.hi);
  if (!latest) return Problem{Fault::no_promise, where};
  if (row.expires_at > *latest + Seconds(1)) return Problem{Fault::stretched, where};
  if (header.start != expected_start || header.source != row.source || header.cls != row.cls ||
      header.slot != row.slot || header.kind != row.kind || too_long)
    return Problem{Fault::misfiled, where};
  if (!alive) return Problem{Fault::key_erased_early, where};
  if (keys_.at(header.slot) == KeyState::half) return Problem{Fault::key_in_one_copy, where};
  if (shared_.contains(header.slot)) return Problem{Fault::shared_key, where};
  if (look.bytes != row.bytes) return Problem{Fault::other_size, where};
  return std::nullopt;
}

// By the longest promise there is where its class is not known.
std::optional<Instant> Judge::end_by_name(const NameLook& name) const {
  if (name.begun > order_.time.hi) return std::nullopt;
  const Interval longest{name.begun, name.begun + kLongestSegment};
  if (promises_.contains(name.cls)) return end_of(name.cls, longest, /*made_by=*/{});
  std::optional<Instant> end;
  for (const auto& [cls, promise] : promises_) end = std::max(end, end_of(cls, longest, /*made_by=*/{}));
  return end;
}

// Its row and its key say whether it is kept too long: the disk may give it again.
Problem Judge::unread_with_row(const RowLook& row, Instance where) {
  const bool past =
      row.state == State::live && is_past(row) && lives(row.slot) && !catalogue_.is_held(row, order_.time.lo);
  if (!past) return {Fault::unreadable_header, where};
  where.cls = row.cls;
  where.source = row.source;
  where.since = row.expires_at;
  return {Fault::past_date, where};
}

// Of one that the catalogue does not know, and that was not deleted, a rebuild may have left file and key for want of
// its header.
Problem Judge::unread(const Path& inside, Instance where) {
  const auto name = look_at_name(inside);
  const auto row = name ? catalogue_.row(name->id) : std::nullopt;
  if (row && inside == own_place(*row)) return unread_with_row(*row, std::move(where));
  if (!name || row || catalogue_.was_deleted(name->id)) return {Fault::unreadable_header, where};
  where.cls = name->cls;
  where.source = name->source;
  where.since = end_by_name(*name);
  const bool past = where.since && *where.since + kGrace < order_.time.lo &&
                    !catalogue_.may_be_held(name->source, name->begun, order_.time.lo);
  return {past ? Fault::unread_past_date : Fault::key_of_unread_file, where};
}

std::optional<Problem> Judge::file_in_vault(const VaultPlace& vault, const Path& file, std::optional<RowLook>* known) {
  const auto inside = file.lexically_relative(vault.path);
  const bool quarantined = *inside.begin() == Path("quarantine");
  const bool plain_name = file.extension() == ".seg";
  Instance where{{}, {}, vault.name + ":" + inside.string(), {}};
  auto look = look_at(file, /*thorough=*/!plain_name);
  // Named as a recording and no sealed file: what else? One that has lost its beginning is random bytes.
  if (plain_name && look.kind == FileKind::other) look = look_at(file, /*thorough=*/true, Among::random);
  if (look.kind == FileKind::unreadable) {
    boost::system::error_code error;
    if (is_there(fs::symlink_status(file, error)) == false) return std::nullopt;  // deleted this moment
    return unread(inside, where);
  }
  if (look.kind == FileKind::key_slots) return Problem{Fault::key_copy_elsewhere, where};
  if (look.kind == FileKind::key_backup) return lone_key_backup(file, where);
  if (look.kind == FileKind::catalogue) return Problem{Fault::catalogue_copy, where};
  if (look.kind == FileKind::recording) return Problem{Fault::plain_recording, where};
  if (!look.header) {
    // A file being made has its first bytes only with its first fragment.
    const auto id = SegmentId::parse(file.stem().string());
    if (id && catalogue_.row(*id) && catalogue_.row(*id)->state == State::reserved) return std::nullopt;
    if (plain_name || look.kind == FileKind::sealed) return unread(inside, where);
    if (*inside.begin() != Path("ballast")) ++unknown_files;
    return std::nullopt;
  }
  const auto& header = *look.header;
  where.cls = header.cls;
  where.source = header.source;
  if (quarantined && !catalogue_.row(header.id)) {
    auto problem = without_row(header, where);
    if (problem->fault == Fault::orphan) problem->fault = Fault::in_quarantine;
    return problem;
  }
  if (inside != place_of(header)) return misplaced(header, where);
  const auto row = catalogue_.row(header.id);
  if (row && row->vault != vault.name) return misplaced(header, where);
  if (known) *known = row;
  return row ? with_row(header, *row, look, where) : without_row(header, where);
}

// What its file says is asked by file_in_vault(); here only whether there is one. What was found to be lost stays so,
// on line or not, as long as it should be here: past its date nothing is missing, but for a key that still lives.
std::optional<Problem> Judge::row(const RowLook& row) {
  const bool lost = row.state == State::lost;
  if (!lost && (row.state != State::live || !is_on_line(row.vault))) return std::nullopt;
  const bool over = is_over(row);
  if (over && (lost || !is_past(row) || !lives(row.slot))) return std::nullopt;
  const auto header = header_of(row);
  const auto there = lies_in_its_place(header, row.vault);
  if (there == true || (!there.has_value() && !lost)) return std::nullopt;  // what is not known to be missing is not
  if (!catalogue_.row(row.id)) return std::nullopt;  // deleted meanwhile
  return Problem{over ? Fault::deletion_unfinished : Fault::missing_file,
                 {row.cls, row.source, row.vault + ":" + place_of(header).string(), row.expires_at}};
}

// Past its date nothing is promised of it, and what is not there is missing.
std::optional<Problem> Judge::damaged(const RowLook& row) {
  if (row.state != State::live || is_over(row)) return std::nullopt;
  const auto header = header_of(row);
  if (is_on_line(row.vault) && lies_in_its_place(header, row.vault) == false) return std::nullopt;
  return Problem{Fault::damaged, {row.cls, row.source, row.vault + ":" + place_of(header).string(), row.expires_at}};
}

// The slot of a recording that is lost may have another's key by now, as a restore leaves it. Only what deletes opens
// keys and can tell.
std::optional<Problem> Judge::key(std::uint64_t slot) {
  const bool owned = !owner_of(slot).is_nil();
  if (!lives(slot) || of_orphans_.contains(slot) || (owned && !of_lost_.contains(slot))) return std::nullopt;
  const bool ending = catalogue_.is_stray_key(slot, order_.time.lo - kStrayKey);
  if (owned && !ending) return std::nullopt;
  return Problem{ending ? Fault::key_ending : Fault::key_without_recording, {{}, {}, "key slot " + std::to_string(slot), {}}};
}

}  // namespace tenure::storage::attestation

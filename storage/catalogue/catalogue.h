// The index of everything kept, and the one place where keeping, holding and deleting meet. SQLite inside (WAL,
// synchronous=FULL, one writer behind a lock, readers of at most 5 s); nothing here assumes it. Any thread; every call
// may block on the disk, so never from an io thread. Decisions live in retention.h; this room only asks and records.
#pragma once
#include <functional>
#include <map>
#include <memory>

#include "base/clock.h"
#include "base/file.h"
#include "base/period.h"
#include "config/settings.h"
#include "storage/types.h"

namespace tenure::storage {

struct SegmentQuery {
  std::optional<std::string> source;
  std::optional<std::string> cls;
  std::optional<Interval> span;  // overlapping
  std::optional<SegmentId> id;
  bool calls = true, cameras = true;
  std::size_t limit = 10'000;
};

struct PolicyRow {
  std::string cls;
  Period period;
  config::Anchor anchor;
};

struct CallRecord {               // a call ready to be committed; the file and key are already durable
  SegmentRow segment;
  Direction direction = Direction::unknown;
  Duration duration{};
  Blob sealed_details;            // CallDetails as JSON under the recording's key
  std::vector<Digest> tokens;     // blind index: HMACs of the numbers and of their last 4, 6 and 9 digits
  Digest content_token{};         // HMAC of the content
  Digest native_token{};          // HMAC of (source, native id)
  Digest path_token{};            // HMAC of (source, file name): what a rescan asks first
  std::optional<Digest> group_token;  // HMAC of (source, group id), when the system groups its calls
  bool needs_details = false;
};

struct SealedCallRow {
  SegmentRow segment;
  Direction direction = Direction::unknown;
  Duration duration{};
  Blob sealed_details;
  bool needs_details = false;
};

struct LedgerEntry {
  std::uint64_t number = 0;       // assigned
  Instant at;
  std::string actor, act, subject, reason;  // subject: JSON without personal detail
};

struct SourceRow {
  std::string name, cls;
  Kind kind = Kind::camera;
  std::uint64_t segments = 0, bytes = 0;
  std::optional<Instant> oldest, newest;
};

class Catalogue {
 public:
  // Opens or makes `folder`/catalogue.db and migrates it.
  explicit Catalogue(const Path& folder);
  ~Catalogue();

  // Policy: the settings file gives the first one only (I10); a later difference is returned as text, never applied.
  std::vector<std::string> adopt_policy(const std::vector<config::Class>& classes, Instant at = {});
  std::vector<PolicyRow> policy() const;
  Instant expiry(const std::string& cls, Interval span) const;

  void ensure_source(const std::string& name, const std::string& cls, Kind kind);
  std::vector<SourceRow> sources() const;
  // The vaults ever used, id by name (empty when only their recordings are known): one that is missing is off line and
  // never made anew (I19).
  std::map<std::string, std::string> known_vaults() const;
  void remember_vaults(const std::map<std::string, std::string>& ids);
  void reserve_segment(const SegmentRow& row);
  void commit_segment(const SegmentRow& row);      // reserved → live; inserts when the reservation never arrived
  void drop_reservation(const SegmentId& id);      // a segment that never got a byte
  void mark_lost(const SegmentId& id);
  void add_gap(const Gap& gap);
  std::vector<Gap> gaps(const std::optional<std::string>& source, const Interval& span) const;
  std::vector<SegmentRow> segments(const SegmentQuery& query) const;
  std::vector<SegmentRow> in_state(State state) const;
  std::optional<Instant> next_expiry() const;      // the next instant at which something may be deleted

  void commit_call(const CallRecord& call, const LedgerEntry& entry);
  // What a rescan or a second arrival of the same recording finds; tombstones count (I15).
  enum class Known { no, live, erased };
  Known known_content(const Digest& content_token, SegmentId* which = nullptr) const;
  Known known_native(const Digest& native_token, SegmentId* which) const;
  Known known_path(const Digest& path_token) const;
  void add_path_alias(const SegmentId& id, const Digest& path_token);  // of a live call or of a deleted one
  std::vector<SealedCallRow> calls_by_token(const Digest& token) const;
  std::vector<SealedCallRow> calls_between(const Interval& span) const;
  std::optional<SealedCallRow> call(const SegmentId& id) const;

  std::uint64_t append_ledger(const LedgerEntry& entry);   // durable when it returns (I13)
  std::vector<LedgerEntry> ledger(std::uint64_t from, std::size_t limit) const;

  // Runs `body` inside one BEGIN IMMEDIATE transaction, committed when it returns, rolled back when it throws. Holds and
  // the sweep use it so that neither can slip between the other's check and mark (I7).
  class Transaction;
  void write(const std::function<void(Transaction&)>& body);
  // Integrity check, for recovery and tests: an empty text when sound.
  std::string check() const;

  struct Inside;
  Inside& state() { return *state_; }  // for the other .cpp files of this room (holds, sweeper); SQLite stays inside
 private:
  std::unique_ptr<Inside> state_;
};

}  // namespace tenure::storage

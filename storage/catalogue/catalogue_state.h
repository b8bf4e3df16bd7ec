// Inside the catalogue, for the .cpp files of this room only: its connections, its transaction, and how rows are read.
#pragma once
#include <mutex>

#include "storage/catalogue/catalogue.h"
#include "storage/catalogue/sqlite.h"
#include "storage/retention.h"

namespace tenure::storage {

// One BEGIN IMMEDIATE transaction, alive only inside Catalogue::write().
class Catalogue::Transaction {
 public:
  explicit Transaction(sqlite::Connection& connection) : db(connection) {}
  sqlite::Connection& db;
};

struct Catalogue::Inside {
  explicit Inside(Path path);
  // Runs `body` on a read connection of its own, inside one snapshot.
  template <typename Body>
  auto read(Body&& body) const {
    const Reader reader(*this);
    return body(*reader.connection);
  }

  Path file;
  std::mutex write_mutex;  // one writer at a time in this process; SQLite's own lock keeps others out
  std::unique_ptr<sqlite::Connection> writer;

 private:
  struct Reader {
    explicit Reader(const Inside& owner);
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    const Inside& state;
    std::unique_ptr<sqlite::Connection> connection;
  };
  mutable std::mutex idle_mutex_;
  mutable std::vector<std::unique_ptr<sqlite::Connection>> idle_;
};

// True for a hold `h` that covers a segment `s`; an SQL expression over those two aliases.
extern const std::string kCovers;
// The columns read_segment() expects, of `segment AS s`; `held` counts every hold not seen to have ended.
extern const std::string kSegmentColumns;
inline constexpr int kSegmentColumnCount = 20;
SegmentRow read_segment(const sqlite::Statement& row);

void insert_segment(sqlite::Connection& db, const SegmentRow& row, State state, Instant expires_at);
void insert_call(sqlite::Connection& db, const CallRecord& call);  // live, with its segment
std::optional<SegmentRow> segment_by_id(sqlite::Connection& db, const SegmentId& id);
Instant expiry_in(sqlite::Connection& db, const std::string& cls, const Interval& span);
// How the holds stand to a segment at `time`; with `except`, as if that hold were not there.
HoldView hold_view(sqlite::Connection& db, const SegmentId& id, const TrustedTime& time,
                   const std::optional<HoldId>& except = {});
std::uint64_t insert_ledger(sqlite::Connection& db, const LedgerEntry& entry);
// One entry in the shape of all the acts of this room; `subject` is JSON without personal detail.
LedgerEntry ledger_entry(Instant at, const Actor& actor, std::string act, std::string subject, std::string reason = {});

}  // namespace tenure::storage

// The bytes of one ledger entry that the tree hashes: one line of JSON with its fields in a fixed order. Who acted and why
// are in it as commitments only, SHA-256(salt || value), so that both can be erased and every proof stays. Any thread.
#pragma once
#include <string>

#include "base/digest.h"
#include "storage/catalogue/catalogue.h"
#include "storage/catalogue/sqlite.h"

namespace tenure::storage {

using Salt = std::array<std::uint8_t, 32>;

// What is said of a person, beside the tree.
struct EntryDetail {
  Salt actor_salt{}, reason_salt{};
  std::string actor, reason;
};

struct EntryBody {
  std::uint64_t number = 0;
  Instant at;
  std::string act;
  std::string subject;  // JSON, compact
  Digest actor{}, reason{};  // commitments
};

inline constexpr std::size_t kLongestLine = 65'535;  // what a bundle of C2SP tlog-tiles can hold

// A subject that is no JSON becomes a JSON text. Throws Error{usage} when it is too long for one line.
EntryBody make_body(const LedgerEntry& entry, const EntryDetail& detail);
// {"number":1,"at":"2026-03-02T14:05:00Z","act":"hold-add","subject":{...},"actor":"<hex>","reason":"<hex>"}
std::string line_of(const EntryBody& body);
// The same for many entries, appended to one buffer: it keeps the text of the day it wrote last. One thread at a time.
class LineWriter {
 public:
  void append(std::string& out, const EntryBody& body);

 private:
  void append_time(std::string& out, Instant at);
  std::optional<std::chrono::sys_days> day_;
  std::string day_text_;  // "2026-03-02T"
};
// Nothing unless line_of() would give exactly this line.
std::optional<EntryBody> parse_line(std::string_view line);

EntryDetail fresh_detail(const LedgerEntry& entry);  // with random salts
bool matches(const EntryBody& body, const EntryDetail& detail);

// The row of an act: the columns kBodyColumns, read from `first` on.
inline constexpr const char* kBodyColumns = "number, at, act, subject, actor, reason";
EntryBody read_body(const sqlite::Statement& row, int first = 0);

}  // namespace tenure::storage

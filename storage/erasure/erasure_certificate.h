// The certificate of an erasure: what went, when, by whom, the proof, and the copies that could not be reached. JSON is
// what is kept; text and page are made from it. Pure but for the facts, which are read in the catalogue.
#pragma once
#include "storage/catalogue/sqlite.h"
#include "storage/erasure/erasures.h"

namespace tenure::storage {

struct ErasureFacts {
  struct Item {
    SegmentId id;
    std::string source, cls;
    Kind kind = Kind::camera;
    Interval span;
    std::optional<Instant> deleted_at;
    std::uint64_t bytes = 0;
    Digest digest{};
  };
  struct Export {  // that was to hold some of it
    // not_known: the ledger does not say how it ended.
    enum class End { not_known, done, failed };
    std::uint64_t ledger_number = 0;
    Instant at;
    std::string actor, kind;
    End end = End::not_known;
    std::uint64_t files = 0, bytes = 0;  // whole files, and bytes, that left before its end
  };
  std::vector<Item> items;
  std::vector<std::uint64_t> entries;  // of the ledger, that recorded the deletion
  std::vector<Export> exports;
  std::optional<KeyBackupsRenewed> key_backups;
  std::string checkpoint;
  std::map<std::string, std::string> other_copies;
  std::string practice, ordered_by_name, approved_by_name;  // "Anna Smith (anna)"; the login where nobody has it now
  std::vector<SegmentId> ids() const;
};

ErasureFacts certificate_facts(sqlite::Connection& db, const Erasure& erasure);
std::string make_certificate(const Erasure& erasure, const ErasureFacts& facts, Instant at);
// Of the JSON above. Throws Error{corrupt} when it is none.
std::string certificate_text(const std::string& certificate);
std::string certificate_html(const std::string& certificate);

}  // namespace tenure::storage

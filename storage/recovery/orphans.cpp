#include "storage/recovery/orphans.h"

#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/recovery/lost.h"
#include "storage/recovery/rebuilt_gap.h"
#include "storage/vault/readable.h"
#include "storage/vault/vault_walk.h"

namespace tenure::storage {

namespace fs = boost::filesystem;

namespace {
struct Orphan {
  SegmentRow row;
  Key key{};
  SealedFooter footer;
  ~Orphan() { wipe(key); }
};

// Why it cannot be adopted; empty when it can.
std::string open_orphan(const OrphanParts& parts, const std::string& vault, const Path& path, Orphan& orphan) {
  const auto header = read_header(File(path, File::Mode::read));
  auto& row = orphan.row = row_of(header, vault);
  const bool call = row.kind == Kind::calls;
  const auto key = parts.keys.read(header.slot, header.id);
  if (!key) return "its key is erased or unknown";
  orphan.key = *key;
  if (parts.vaults.path_of(row) != path) return "it does not lie where its header says";
  if (call && (parts.calls == nullptr || !SealedReader(File(path, File::Mode::read), *key).finished()))
    return "a call that was never committed: its source still has it";
  auto footer = salvage(path, *key);
  if (!footer) return "not one of its fragments is whole";
  orphan.footer = std::move(*footer);
  fill_from(row, orphan.footer, path);
  row.span.from = header.start;  // its folder is named after it
  sync_directory(path.parent_path());
  parts.keys.sync();
  return {};
}

// Recorded while the time was doubtful, it is moved with the rest when the time is settled (I12).
void mark_doubtful(const OrphanParts& parts, SegmentRow& row) {
  const auto line = parts.clock.trusted().line;
  if (!line || row.span.from < *line) return;
  row.line = line;
  row.time_doubtful = true;
}

// What a rebuild could say nothing of is known now: its gap keeps what lies before and behind.
void cut_rebuilt_gaps(sqlite::Connection& db, const SegmentRow& row) {
  std::vector<Interval> gaps;
  {
    auto query = db.query("SELECT start_at, end_at FROM gap WHERE source = ? AND cause = ? AND start_at < ? AND end_at > ?",
                          row.source, std::string(kRebuiltGap), row.span.to, row.span.from);
    while (query.step()) gaps.push_back({query.instant(0), query.instant(1)});
  }
  for (const auto& gap : gaps) {
    db.run("DELETE FROM gap WHERE source = ? AND start_at = ? AND end_at = ?", row.source, gap.from, gap.to);
    for (const Interval rest : {Interval{gap.from, row.span.from}, Interval{row.span.to, gap.to}})
      if (rest.to - rest.from >= kLeastRebuiltGap)
        db.run("INSERT OR IGNORE INTO gap(source, start_at, end_at, cause) VALUES(?, ?, ?, ?)", row.source, rest.from, rest.to,
               std::string(kRebuiltGap));
  }
}

void adopt_footage(const OrphanParts& parts, const SegmentRow& row) {
  parts.catalogue.write([&](Catalogue::Transaction& transaction) {
    insert_segment(transaction.db, row, State::live, expiry_in(transaction.db, row.cls, row.span));
    cut_rebuilt_gaps(transaction.db, row);
    const boost::json::object subject{{"segment", row.id.text()}, {"source", row.source}};
    insert_ledger(transaction.db, ledger_entry(parts.clock.now(), {"tenured"}, "adopt", boost::json::serialize(subject),
                                               "a sealed file without its row"));
  });
}

// The same sound as a call that is kept or was deleted (I15): cut off in its import, before it could be dropped.
void drop_copy(const OrphanParts& parts, const SegmentRow& row, const Path& path) {
  note(parts.catalogue, parts.clock, "drop-copy", row.id.text(), "another copy of a call that is kept or was deleted");
  parts.keys.erase(row.slot, row.id);
  parts.keys.sync();
  remove_file(path);
  sync_directory(path.parent_path());
}

// Adopted or dropped; `why` when neither.
Settled try_adopt(const OrphanParts& parts, const std::string& vault, const Path& path, std::string& why) {
  Orphan orphan;
  why = open_orphan(parts, vault, path, orphan);
  if (!why.empty()) return Settled::quarantined;
  if (orphan.row.kind == Kind::camera) {
    mark_doubtful(parts, orphan.row);
    adopt_footage(parts, orphan.row);
    return Settled::adopted;
  }
  const auto outcome = parts.calls->adopt(orphan.row, orphan.footer.metadata, orphan.key);
  if (outcome.what == ImportOutcome::What::imported) return Settled::adopted;
  drop_copy(parts, orphan.row, path);
  return Settled::dropped;
}
}  // namespace

void note(Catalogue& catalogue, const Clock& clock, const std::string& act, const std::string& segment,
          const std::string& why) {
  const boost::json::object subject{{"segment", segment}};
  catalogue.append_ledger(ledger_entry(clock.now(), {"tenured"}, act, boost::json::serialize(subject), why));
}

bool lose(Catalogue& catalogue, const Clock& clock, const SegmentRow& row, const std::string& why) {
  bool changed = false;
  catalogue.write([&](Catalogue::Transaction& transaction) {
    // What is due is the sweep's: a restore brings rows of what was deleted in its time, which is no loss.
    const auto found = segment_by_id(transaction.db, row.id);
    const auto time = clock.trusted();
    if (found && may_delete(*found, hold_view(transaction.db, row.id, time), Cause::sweep, time)) return;
    transaction.db.run("UPDATE segment SET state = 3 WHERE id = ? AND state = 1", row.id);
    changed = transaction.db.changes() > 0;
    if (changed) insert_ledger(transaction.db, ledger_entry(clock.now(), {"tenured"}, "lost", loss_subject(row), why));
  });
  if (changed)
    log_error("event=lost source={} segment={} cause=\"{}\" remedy=\"restore it from a backup\"", row.source, row.id.text(), why);
  return changed;
}

bool is_there(const Path& path) {
  boost::system::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

SegmentRow row_of(const SealedHeader& header, const std::string& vault) {
  SegmentRow row;
  row.id = header.id;
  row.source = header.source;
  row.cls = header.cls;
  row.kind = header.kind;
  row.slot = header.slot;
  row.vault = vault;
  row.run = header.run;
  row.span = {header.start, header.start};
  return row;
}

void fill_from(SegmentRow& row, const SealedFooter& footer, const Path& path) {
  row.span = footer.span;
  row.digest = row.kind == Kind::calls ? footer.plain_sha256 : footer.root;
  row.run = footer.run;
  row.clock_offset = footer.clock_offset;
  row.plain_bytes = 0;
  for (const auto& fragment : footer.fragments) row.plain_bytes += fragment.plain_size;
  row.bytes = File(path, File::Mode::read).size();
}

void quarantine(const OrphanParts& parts, const std::string& vault, const Path& file, const std::string& why) {
  const auto folder = parts.vaults.root(vault) / kQuarantine;
  make_directories(folder);
  fs::rename(file, folder / file.filename());
  sync_directory(folder);
  sync_directory(file.parent_path());
  const auto name = file.stem().string();
  log_error("vault={} quarantined={} cause=\"{}\"", vault, log_safe(name), why);
  note(parts.catalogue, parts.clock, "quarantine", name.substr(0, 64), why);
}

namespace {
bool is_to_blame(const OrphanParts& parts, const std::string& vault, const Path& path) {
  return is_there(path) && !can_be_read(path) && parts.vaults.online(vault);
}
}  // namespace

Settled settle_file(const OrphanParts& parts, const std::string& vault, const Path& path) {
  const auto id = SegmentId::parse(path.stem().string());
  if (id && !parts.catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = id}).empty()) return Settled::known;
  std::string why = "its name is no segment's";
  auto settled = Settled::quarantined;
  try {
    if (id) settled = try_adopt(parts, vault, path, why);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::io || error.kind() == ErrorKind::unavailable) {
      if (!is_to_blame(parts, vault, path)) throw;  // says nothing of the file
      log_error("event=file-unreadable file=\"{}\" cause=\"{}\" effect=\"it stays where it is\"", log_safe(path.string()), log_safe(error.what()));
      return Settled::unreadable;
    }
    why = error.message();
  }
  if (settled == Settled::quarantined) quarantine(parts, vault, path, why);
  return settled;
}

}  // namespace tenure::storage

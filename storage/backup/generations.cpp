#include "storage/backup/generations.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "storage/backup/sealed_box.h"
#include "storage/catalogue/catalogue_state.h"

namespace tenure::storage {

namespace fs = boost::filesystem;
namespace json = boost::json;
using BackupId = Id<struct BackupTag>;

namespace {
constexpr const char* kMark = "tenure-backups";

bool is_generation(const Path& file) { return file.extension() == ".tenure-keys"; }

std::vector<Path> generations_in(const Path& folder) {
  std::vector<Path> files;
  boost::system::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (is_generation(at->path())) files.push_back(at->path());
  return files;
}

bool has_mark(const Path& folder) {
  boost::system::error_code error;
  return fs::exists(folder / kMark, error) || fs::exists(folder / "tenure-backup.json", error) || !generations_in(folder).empty();
}

std::string why_not_mounted(Catalogue& catalogue, const Path& folder) {
  boost::system::error_code error;
  if (!fs::is_directory(folder, error)) return "The folder " + folder.string() + " for the backup is not there: mount its disk.";
  const bool used = catalogue.state().read([&](sqlite::Connection& db) {
    return db.query("SELECT 1 FROM backup WHERE folder = ?", folder.string()).step();
  });
  if (!used || has_mark(folder)) return {};
  return "The folder " + folder.string() + " was used for backups before and has nothing of them: mount its disk. If it is a new one, make an empty file " +
         kMark + " there first.";
}

// When it was made, by its own word, if it is one of this ledger's.
std::optional<Instant> made_at(const Path& path, const std::string& ledger_key) {
  try {
    const auto header = json::parse(read_box_header(File(path, File::Mode::read)).text);
    if (std::string(header.at("ledger").as_string()) != ledger_key) return std::nullopt;
    return parse_rfc3339(std::string(header.at("made_at").as_string()));
  } catch (const std::exception&) {  // no backup of keys, or not readable: nobody's
    return std::nullopt;
  }
}

struct Seen {
  std::set<Path> folders, files;
  std::vector<std::pair<BackupId, Path>> begun;  // without a byte, as far as is known
};

Seen seen_in(sqlite::Connection& db) {
  Seen seen;
  auto query = db.query("SELECT folder, name, gone_at IS NULL, verified_at IS NULL AND bytes = 0, id FROM backup WHERE kind = 1");
  while (query.step()) {
    const Path folder = query.text(0), file = folder / query.text(1);
    seen.folders.insert(folder);
    if (query.truth(2)) seen.files.insert(file);
    if (query.truth(2) && query.truth(3)) seen.begun.emplace_back(query.id<BackupId>(4), file);
  }
  return seen;
}

void put_on_record(Catalogue& catalogue, const Path& file, Instant made, Instant now) {
  const auto id = BackupId::make(now);
  catalogue.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("INSERT INTO backup VALUES(?, 1, ?, ?, ?, NULL, NULL, ?, ?)", id, file.parent_path().string(), file.filename().string(),
                       std::min(made, now), std::uint64_t{fs::file_size(file)}, Digest{});
    insert_ledger(transaction.db, ledger_entry(now, {"tenured"}, "backup-keys-found", json::serialize(json::object{{"backup", id.text()}})));
  });
  log_warning("event=key-backup-found file={} effect=\"it goes with the older ones\"", log_safe(file.string()));
}
}  // namespace

std::map<std::string, Instant> kept_up_folders(Catalogue& catalogue) {
  return catalogue.state().read([](sqlite::Connection& db) {
    std::map<std::string, Instant> folders;
    auto query = db.query("SELECT folder, max(made_at) FROM backup WHERE kind = 1 AND verified_at IS NOT NULL GROUP BY folder");
    while (query.step()) folders.emplace(query.text(0), query.instant(1));
    return folders;
  });
}

void settle_generations(Catalogue& catalogue, const Clock& clock, const std::string& ledger_key) {
  const auto seen = catalogue.state().read([](sqlite::Connection& db) { return seen_in(db); });
  boost::system::error_code error;
  for (const auto& [id, file] : seen.begun)
    if (has_mark(file.parent_path()) && fs::status(file, error).type() == fs::file_not_found)
      catalogue.write([&id](Catalogue::Transaction& transaction) { transaction.db.run("DELETE FROM backup WHERE id = ?", id); });
  if (ledger_key.empty()) return;
  for (const auto& folder : seen.folders)
    for (const auto& file : generations_in(folder))
      if (!seen.files.contains(file))
        if (const auto made = made_at(file, ledger_key)) put_on_record(catalogue, file, *made, clock.now());
}

void forget_removed(Catalogue& catalogue, Instant now) {
  const auto seen = catalogue.state().read([](sqlite::Connection& db) { return seen_in(db); });
  boost::system::error_code error;
  for (const auto& file : seen.files)
    if (has_mark(file.parent_path()) && fs::status(file, error).type() == fs::file_not_found)
      catalogue.write([&](Catalogue::Transaction& transaction) {
        transaction.db.run("UPDATE backup SET gone_at = ? WHERE kind = 1 AND gone_at IS NULL AND folder = ? AND name = ?", now,
                           file.parent_path().string(), file.filename().string());
      });
}

void must_be_mounted(Catalogue& catalogue, const Path& folder) {
  if (const auto why = why_not_mounted(catalogue, folder); !why.empty()) throw Error(ErrorKind::io, why);
}

bool is_mounted(Catalogue& catalogue, const Path& folder) { return why_not_mounted(catalogue, folder).empty(); }

bool is_marked(const Path& folder) {
  boost::system::error_code error;
  return fs::exists(folder / kMark, error);
}

void mark_folder(const Path& folder) {
  if (!fs::exists(folder / kMark)) write_durably(folder / kMark, as_view("Backups of Tenure lie here: by this file their disk is known.\n"));
}

}  // namespace tenure::storage

#include "storage/backup/restore.h"

#include <algorithm>
#include <array>
#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>
#include <set>

#include "base/error.h"
#include "storage/backup/files.h"
#include "storage/backup/sealed_box.h"
#include "storage/catalogue/sqlite.h"
#include "storage/holds/hold_file.h"
#include "storage/ledger/files.h"

namespace tenure::storage {

namespace fs = boost::filesystem;
namespace json = boost::json;

namespace {
constexpr std::size_t kLargestManifest = 64 << 10;
constexpr const char* kMark = "restoring";  // what lies beside it is a part of a restore

// The parts of a key backup and where each goes.
Path place_of(const Path& state, const std::string& part) {
  for (const auto* known : {"a/root", "b/root", "a/slots", "b/slots"})
    if (part == known) return state / "keys" / part;
  if (part == "kek" || part == "ledger-key") return state / "secrets" / part;
  if (part == "deletions") return state / "restored.deletions";
  if (part == "backups") return state / "restored.backups";
  throw Error(ErrorKind::corrupt, "The key backup holds something unknown: it was made by a newer version.");
}

void write_keys(const Path& state, const Path& file, const Key& secret) {
  File target;
  std::uint64_t at = 0;
  const auto close = [&] {
    if (!target.is_open()) return;
    target.sync();
    sync_directory(target.path().parent_path());
  };
  BoxReceiver receiver;
  receiver.part = [&](const std::string& name, std::uint64_t) {
    close();
    const auto path = place_of(state, name);
    make_directories(path.parent_path());
    target = File(path, File::Mode::create);
    at = 0;
  };
  receiver.bytes = [&](View bytes) {
    target.write_at(at, bytes);
    at += bytes.size();
  };
  read_box(File(file, File::Mode::read), secret, receiver);
  close();
}

void copy_tree(Copier& copier, const Path& from, const Path& to, RestoreReport& report) {
  if (!fs::is_directory(from)) return;
  for (const auto& item : fs::recursive_directory_iterator(from)) {
    if (!fs::is_regular_file(item.symlink_status()) || is_hold_file(item.path())) continue;  // restore_holds() brings these
    report.bytes += copier.copy(item.path(), to / item.path().lexically_relative(from));
    ++report.files;
  }
}

json::object parsed(std::string_view text, const std::string& where) {
  boost::system::error_code wrong;
  auto value = json::parse(text, wrong);
  if (wrong || !value.is_object()) throw Error(ErrorKind::corrupt, where + " cannot be understood.");
  return value.get_object();
}

json::object manifest_of(const Path& folder) {
  boost::system::error_code ignored;
  if (fs::status(folder / "tenure-backup.json", ignored).type() == fs::file_not_found)
    throw Error(ErrorKind::not_found, "There is no backup of the data in " + folder.string() +
                                          ": name the folder that was given to tenure backup data --to. Nothing was changed.");
  return parsed(as_text(read_whole(folder / "tenure-backup.json", kLargestManifest)), "tenure-backup.json in " + folder.string());
}

std::string member(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// Beside its file system's own lost+found.
bool holds_something(const Path& folder) {
  return fs::exists(folder) && std::any_of(fs::directory_iterator(folder), fs::directory_iterator(),
                                           [](const fs::directory_entry& item) { return item.path().filename() != "lost+found"; });
}

std::set<std::string> vaults_begun(const Path& mark) {
  std::set<std::string> ids;
  boost::system::error_code wrong;
  const auto begun = json::parse(as_text(read_whole(mark, kLargestManifest)), wrong);
  const auto* vaults = !wrong && begun.is_object() ? begun.get_object().if_contains("vaults") : nullptr;
  const bool listed = vaults != nullptr && vaults->is_array();
  if (listed)
    for (const auto& id : vaults->get_array())
      if (id.is_string()) ids.emplace(id.get_string());
  if (!listed || ids.size() != vaults->get_array().size())
    throw Error(ErrorKind::corrupt, "A restore was cut off, and " + mark.string() + " does not say any more which vaults it was filling: empty " +
                                        mark.parent_path().string() + " and the folders of those vaults, then run tenure restore again.");
  return ids;
}

// Which vaults are to be filled: of a restore that was cut off, the same ones again.
std::set<std::string> vaults_to_fill(const config::Settings& settings, const Path& mark) {
  std::set<std::string> ids;
  if (fs::exists(mark)) return vaults_begun(mark);
  for (const auto& vault : settings.vaults)
    if (!holds_something(vault.path)) ids.insert(vault.id);
  return ids;
}

// A vault that survived is used as it is: its identity file says that it is the same.
void check_vaults(const config::Settings& settings, const Path& data, const std::set<std::string>& to_fill) {
  for (const auto& vault : settings.vaults) {
    const auto from = data / "vaults" / vault.id / "tenure-vault", there = vault.path / "tenure-vault";
    if (!fs::exists(from) || (to_fill.contains(vault.id) && !fs::exists(there))) continue;
    if (!fs::exists(there) || read_whole(there) != read_whole(from))
      throw Error(ErrorKind::refused, "The vault's folder " + vault.path.string() + " holds something else: empty it, or give another path.");
  }
}

void restore_vaults(Copier& copier, const config::Settings& settings, const Path& data, const std::set<std::string>& to_fill, RestoreReport& report) {
  for (const auto& vault : settings.vaults) {
    const auto from = data / "vaults" / vault.id;
    if (!fs::is_directory(from)) report.notes.push_back("the backup has nothing of the vault " + vault.id);
    else if (to_fill.contains(vault.id)) copy_tree(copier, from, vault.path, report);
    else report.notes.push_back("the vault " + vault.id + " is still there and was left as it is");
  }
}

constexpr std::array kMade = {"catalogue", "keys", "secrets/kek", "secrets/ledger-key", "holds", "ledger", "restored", "restored.deletions", "restored.backups"};

// Of a restore that was cut off, what it made goes: nothing else can have been put there since.
void make_empty(const Path& state) {
  const bool cut_off = fs::exists(state / kMark);
  for (const auto* part : kMade) {
    if (!fs::exists(state / part)) continue;
    if (!cut_off)
      throw Error(ErrorKind::refused, "There is something in " + state.string() + " already (" + part + "): restore into an empty state directory, with tenured stopped.");
    fs::remove_all(state / part);
  }
}

std::uint64_t acts_in(const std::string& note) {
  const auto read = read_note(note, {});
  return read ? read->checkpoint.size : 0;
}

struct Broken { std::string note, why; };

// What anybody kept of the ledger the restored catalogue must live up to, however small. Of those that it does not, the
// one that signs most.
Broken worst_contradiction(const RestoreRequest& request, const std::vector<std::string>& notes, const std::optional<VerifierKey>& key) {
  Broken worst;
  if (!key) return worst;
  sqlite::Connection db(request.data / "catalogue.db", /*writes=*/false);
  for (const auto& note : notes) {
    const auto why = contradiction(db, note, "that was kept", *key);
    if (why && acts_in(note) >= acts_in(worst.note)) worst = {note, *why};
  }
  return worst;
}

template <typename Work>
auto naming(const char* option, const Path& path, const Work& work) {
  if (!fs::exists(path)) throw Error(ErrorKind::usage, std::string(option) + ": there is no " + path.string() + ".");
  return work();
}
}  // namespace

std::string unfinished_restore(const Path& state) {
  if (!fs::exists(state / kMark)) return {};
  return "A restore into " + state.string() + " was not finished, and what lies there is a part of it: run tenure restore again, "
         "which begins anew.";
}

RestoreReport restore(const config::Settings& settings, const RestoreRequest& request) {
  const auto& state = settings.storage.path;
  RestoreReport report;
  const auto header = naming("keys", request.keys, [&] {
    return parsed(read_box_header(File(request.keys, File::Mode::read)).text, "The header of " + request.keys.string());
  });
  const auto manifest = naming("data", request.data, [&] { return manifest_of(request.data); });
  const auto key = parse_verifier_key(member(header, "ledger"));
  const auto kept = key ? read_note(request.checkpoint, *key) : std::nullopt;
  if (!request.checkpoint.empty() && !(kept && kept->is_signed))
    throw Error(ErrorKind::usage, "checkpoint: is none that the ledger of these backups signed");
  report.keys_made_at = member(header, "made_at");
  report.data_made_at = member(manifest, "made_at");
  if (member(header, "ledger") != member(manifest, "ledger"))
    throw Error(ErrorKind::refused, "The two backups are of different installations: their ledgers have different keys.");
  if (to_hex(digest_of(request.data / "catalogue.db")) != member(manifest, "catalogue_sha256"))
    throw Error(ErrorKind::corrupt, "The copy of the catalogue in " + request.data.string() + " was changed or cut off.");
  if (report.keys_made_at < report.data_made_at)
    report.notes.push_back("the keys' backup is older than the data's: what was recorded between the two cannot be read");
  read_box(File(request.keys, File::Mode::read), request.recovery_secret,
           {[](const std::string&, std::uint64_t) {}, [](View) {}});  // the right key, and whole: before anything is made
  const auto to_fill = vaults_to_fill(settings, state / kMark);
  check_vaults(settings, request.data, to_fill);
  make_empty(state);
  make_directories(state);
  write_durably(state / kMark, as_view(json::serialize(json::object{{"vaults", json::array(to_fill.begin(), to_fill.end())}})));
  write_keys(state, request.keys, request.recovery_secret);
  Copier copier;
  restore_vaults(copier, settings, request.data, to_fill, report);
  copy_tree(copier, request.data / "holds", state / "holds", report);
  restore_holds(request.data, state, report);
  copy_tree(copier, request.data / "ledger", state / "ledger", report);
  if (const auto broken = worst_contradiction(request, {member(header, "checkpoint"), request.checkpoint}, key); !broken.note.empty()) {
    write_durably(state / "ledger" / "checkpoint", as_view(broken.note));  // the next start closes content for it
    report.notes.push_back(broken.why + ": recordings stay closed until an administrator runs tenure ledger accept-rollback");
  }
  const json::object mark{{"data_made_at", report.data_made_at}, {"keys_made_at", report.keys_made_at}, {"keys_id", member(header, "id")},
                          {"keys_file", fs::weakly_canonical(request.keys).string()}, {"keys_bytes", fs::file_size(request.keys)},
                          {"keys_sha256", to_hex(digest_of(request.keys))},
                          {"holds_in_backup", report.holds.in_backup}, {"holds_from_copies", report.holds.from_copies},
                          {"holds_known_until", report.holds.known_until ? to_rfc3339(*report.holds.known_until) : std::string()}};
  write_durably(state / "restored", as_view(json::serialize(mark)));
  copier.copy(request.data / "catalogue.db", state / "catalogue" / "catalogue.db");
  copier.sync();
  remove_file(state / kMark);
  sync_directory(state);
  return report;
}

}  // namespace tenure::storage

// keys show, keys rotate: the key-encryption key, and how well this machine forgets an erased key.
#include "base/log.h"
#include "base/told.h"
#include "daemon/control/rows.h"
#include "daemon/control/verbs.h"
#include "storage/backup/generations.h"
#include "storage/keys/erasure_level.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
json::value show(const Call& call) {
  call.args.only({});
  const auto keys = call.rooms.storage.key_rotation().status();
  const auto facts = storage::machine_facts(call.rooms.settings()->storage.path);
  const auto level = storage::judge_erasure(facts, keys.place.find("credential") != std::string::npos, keys.generation > 1);
  return json::object{{"generation", keys.generation}, {"place", keys.place}, {"unused", texts(keys.unused)}, {"rotating", keys.rotating},
                      {"in_use", keys.in_use}, {"rotated_at", time_or_null(keys.rotated_at)}, {"level", level.level}, {"text", level.text},
                      {"file_system", facts.file_system}, {"verdict", level.verdict}, {"warnings", texts(level.warnings)}};
}

// The keys of before open what the backups of before hold: a fresh one wherever there is one. What is said of a failure
// is for whoever rotates; the day's generation tries again.
json::array renewed_backups(const Call& call) {
  json::array told;
  for (const auto& [folder, newest] : storage::kept_up_folders(call.rooms.storage.catalogue())) {
    try {
      const auto made = call.rooms.storage.backups().back_up_keys(folder, call.actor);
      told.emplace_back("a fresh backup of the keys: " + made.folder + "/" + made.name);
    } catch (const std::exception& error) {
      log_warning("event=backup-after-rotation-failed folder={} cause=\"{}\"", folder, log_safe(error.what()));
      told.emplace_back("NO fresh backup of the keys in " + folder + ": " + tenure::told(error) + "; it is tried again within a day, or: tenure backup keys --to " + folder);
    }
  }
  if (told.empty()) told.emplace_back("there is no backup of the keys: tenure backup keys --to FOLDER makes one");
  return told;
}

json::value rotate(const Call& call) {
  call.args.only({"reason"});
  auto& rotation = call.rooms.storage.key_rotation();
  const auto remains = rotation.rotate(call.actor, call.args.need("reason"));
  const auto keys = rotation.status();
  return json::object{{"generation", keys.generation}, {"place", keys.place}, {"in_use", keys.in_use}, {"remains", remains}, {"backups", renewed_backups(call)}};
}
}  // namespace

void add_key_verbs(std::vector<Verb>& table) {
  table.push_back({"keys show", false, show, {}, Action::health});
  table.push_back({"keys rotate", false, rotate, {}, Action::settings});
}

}  // namespace tenure::daemon

// keys show, keys rotate: the key-encryption key, and how well this machine forgets an erased key.
#include "base/log.h"
#include "daemon/control/rows.h"
#include "daemon/control/verbs.h"
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

json::value rotate(const Call& call) {
  call.args.only({"reason"});
  auto& rotation = call.rooms.storage.key_rotation();
  const auto remains = rotation.rotate(call.actor, call.args.need("reason"));
  const auto keys = rotation.status();
  return json::object{{"generation", keys.generation}, {"place", keys.place}, {"in_use", keys.in_use}, {"remains", remains}};
}
}  // namespace

void add_key_verbs(std::vector<Verb>& table) {
  table.push_back({"keys show", false, show, {}, Action::health});
  table.push_back({"keys rotate", false, rotate, {}, Action::settings});
}

}  // namespace tenure::daemon

// backup recovery-key, keys, data, show.
#include <algorithm>

#include "base/log.h"
#include "daemon/control/backup_places.h"
#include "daemon/control/rows.h"
#include "daemon/control/verbs.h"
#include "storage/backup/poor_places.h"
#include "storage/backup/recovery_key.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
json::object row(const storage::BackupRow& backup) {
  return {{"id", backup.id}, {"kind", backup.kind}, {"folder", backup.folder}, {"name", backup.name}, {"made_at", to_rfc3339(backup.made_at)},
          {"verified_at", time_or_null(backup.verified_at)}, {"bytes", backup.bytes}, {"reachable", backup.reachable}};
}

Path folder_of(const Call& call) {
  const Path folder = call.args.need("to");
  if (!folder.is_absolute()) throw Error(ErrorKind::usage, "to: must be a whole path, beginning with /: the daemon writes there");
  return folder;
}

}  // namespace

std::vector<std::string> poor_backup_places(const Call& call, const storage::BackupStatus& status) {
  const auto settings = call.rooms.settings();
  std::vector<Path> live{settings->storage.path};
  for (const auto& vault : settings->vaults) live.push_back(vault.path);
  return storage::poor_places(status.here, live);
}

namespace {
json::array warnings(const Call& call) { return texts(poor_backup_places(call, call.rooms.storage.backups().status())); }

json::value show(const Call& call) {
  call.args.only({});
  const auto status = call.rooms.storage.backups().status();
  json::array here;
  for (const auto& one : status.here) here.push_back(row(one));
  return json::object{{"recovery_key", status.recovery_key}, {"backups", std::move(here)}, {"alarms", texts(status.alarms)}, {"warnings", texts(poor_backup_places(call, status))}};
}

json::value recovery_key(const Call& call) {
  call.args.only({"public"});
  const auto bytes = from_hex(call.args.need("public"));
  Key key;
  if (!bytes || bytes->size() != key.size()) throw Error(ErrorKind::usage, "public: must be 64 hexadecimal digits");
  std::ranges::copy(*bytes, key.begin());
  call.rooms.storage.backups().set_recovery_key(key, call.actor);
  return json::object{{"fingerprint", storage::recovery_fingerprint(key)}};
}

json::value keys(const Call& call) {
  call.args.only({"to"});
  auto made = row(call.rooms.storage.backups().back_up_keys(folder_of(call), call.actor));
  made["warnings"] = warnings(call);
  return made;
}

// As a stream: it takes long, so it runs where exports do.
json::value data(const Call& call, disclosure::ExportSink& sink) {
  call.args.only({"to"});
  const auto folder = folder_of(call);
  const auto report = call.rooms.storage.backups().back_up_data(
      folder, call.actor, [&](double done) { sink.progress(done, "copying"); }, [&] { return call.rooms.stopping.load(); });
  return json::object{{"folder", folder.string()}, {"files", report.files}, {"copied", report.copied}, {"removed", report.removed}, {"bytes", report.bytes},
                      {"unread", report.unread}, {"first_unread", report.first_unread}, {"warnings", warnings(call)}};
}
}  // namespace

void add_backup_verbs(std::vector<Verb>& table) {
  table.push_back({"backup show", false, show, {}, Action::health});
  table.push_back({"backup recovery-key", false, recovery_key, {}, Action::recovery_key});
  table.push_back({"backup keys", false, keys, {}, Action::settings});
  table.push_back({"backup data", false, {}, data, Action::settings});
}

}  // namespace tenure::daemon

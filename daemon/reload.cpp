#include "daemon/reload.h"

#include <algorithm>
#include <tuple>

#include "base/log.h"

namespace tenure::daemon {

namespace {
auto fields(const config::Vault& vault) { return std::tie(vault.id, vault.path, vault.classes); }

auto fields(const config::Calls& calls) {
  return std::tie(calls.name, calls.folder, calls.format, calls.cls, calls.timezone, calls.extensions, calls.source_policy,
                  calls.settle, calls.wait_for_sidecar, calls.rescan, calls.provider, calls.provider_keeps, calls.provider_place,
                  calls.provider_until);
}

template <typename Items>
bool same_items(const Items& a, const Items& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) { return fields(x) == fields(y); });
}
}  // namespace

std::vector<std::string> needs_restart(const config::Settings& running, const config::Settings& wanted) {
  std::vector<std::string> names;
  const auto differs = [&](bool different, const char* name) {
    if (different) names.emplace_back(name);
  };
  differs(running.storage.path != wanted.storage.path, "storage.path");
  differs(running.storage.trial != wanted.storage.trial, "storage.trial");
  differs(running.storage.sync_interval != wanted.storage.sync_interval, "storage.sync_interval");
  differs(running.storage.scrub != wanted.storage.scrub, "storage.scrub");
  differs(running.storage.least_free_bytes != wanted.storage.least_free_bytes, "storage.least_free");
  differs(running.storage.ballast_bytes != wanted.storage.ballast_bytes, "storage.ballast");
  differs(running.storage.on_full != wanted.storage.on_full, "storage.on_full");
  differs(running.practice != wanted.practice, "practice.name");
  differs(running.ledger_copies != wanted.ledger_copies, "ledger.copies");
  differs(running.backup_data != wanted.backup_data, "backup.data");
  differs(!same_items(running.vaults, wanted.vaults), "vault");
  differs(!same_items(running.calls, wanted.calls), "calls");
  differs(running.socket != wanted.socket, "socket");
  differs(running.log_level != wanted.log_level, "log_level");
  return names;
}

config::Settings without_restart(const config::Settings& running, const config::Settings& wanted) {
  auto next = running;
  next.cameras = wanted.cameras;
  next.classes = wanted.classes;
  next.timezone = wanted.timezone;
  next.worker = wanted.worker;
  next.access = wanted.access;
  return next;
}

std::vector<std::string> adopt_each(const std::vector<ReloadPart>& parts) {
  std::vector<std::string> failed;
  for (const auto& part : parts) {
    try {
      part.adopt();
    } catch (const std::exception& error) {
      log_error("event=reload-failed part={} cause=\"{}\" effect=\"as before; send SIGHUP again\"", part.name, error.what());
      failed.emplace_back(part.name);
    }
  }
  return failed;
}

}  // namespace tenure::daemon

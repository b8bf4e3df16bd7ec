// doctor: does this machine keep what the invariants need? Each check is one line: good, warning or bad, and what to do.
#include <sys/vfs.h>
#include <unistd.h>

#include <cstdlib>

#include "base/log.h"
#include "daemon/control/rows.h"
#include "daemon/control/verbs.h"
#include "daemon/places.h"
#include "daemon/time_keeping.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
json::object line(std::string_view check, std::string_view verdict, std::string text) {
  return {{"check", check}, {"verdict", verdict}, {"text", std::move(text)}};
}

json::object check_clock(const Call& call) {
  const auto time = call.rooms.clock.trusted();
  const bool good = !time.line && time.hi - time.lo <= kNarrow;
  const auto told = call.rooms.time ? time_in_words(call.rooms.time->status()) : "trusted time is known to within " + to_text(time.hi - time.lo);
  if (good) return line("clock", call.rooms.time && call.rooms.time->status().state.reason == TimeReason::behind ? "warning" : "good", told);
  return line("clock", "warning", told + ". Until then recording goes on, and what could have expired is neither shown nor deleted");
}

struct FileSystem {
  std::string_view name, verdict, text;
};

// What overwriting a key slot in place means there (design section 4).
FileSystem file_system_of(const Path& path) {
  struct statfs info {};
  if (::statfs(path.c_str(), &info) != 0) return {"unknown", "warning", "cannot be told"};
  switch (static_cast<unsigned long>(info.f_type)) {
    case 0xef53: return {"ext", "good", "key slots are overwritten in place (with data=ordered, the default)"};
    case 0x58465342: return {"xfs", "good", "key slots are overwritten in place"};
    case 0x9123683e: return {"btrfs", "warning", "copies on write: an erased key may stay on the disk until its block is used again"};
    case 0x2fc12fc1: return {"zfs", "warning", "copies on write: an erased key may stay on the disk until its block is used again"};
    case 0x01021994: return {"tmpfs", "warning", "lies in memory: nothing survives a restart"};
    case 0x794c7630: return {"overlayfs", "warning", "a container's layer: durability depends on what lies below"};
    case 0x6969: return {"nfs", "bad", "a network file system gives no durable order; use a local disk"};
    default: return {"other", "warning", "is not one whose overwriting in place is known"};
  }
}

json::object check_file_system(const std::string& what, const Path& path) {
  const auto found = file_system_of(path);
  return line("file system", found.verdict, fmt::format("{} ({}): {}", what, found.name, found.text));
}

json::object check_keys(const Call& call) {
  auto& keys = call.rooms.storage.keys();
  try {
    keys.sync();
  } catch (const Error& error) {
    return line("keys", "bad", error.message() + "; restart tenured after looking at the disk");
  }
  std::uint64_t missing = 0, looked = 0;
  storage::SegmentQuery query;
  query.limit = 1000;
  for (const auto& segment : call.rooms.storage.catalogue().segments(query)) {
    if (segment.state != storage::State::live) continue;
    ++looked;
    if (!keys.read(segment.slot, segment.id)) ++missing;
  }
  const auto text = fmt::format("{} in use, both copies synced; {} of {} looked at have no valid key", keys.in_use(), missing, looked);
  return line("keys", missing ? "bad" : "good", text);
}

json::object check_key_encryption_key() {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder && ::access((Path(folder) / "tenure-kek").c_str(), R_OK) == 0)
    return line("key-encryption key", "good", "from the systemd credential tenure-kek");
  return line("key-encryption key", "warning", "lies in a 0600 file beside the keys it wraps; docs/guide/run.md shows how to give it as a credential");
}

json::object check_catalogue(const Call& call) {
  const auto problem = call.rooms.storage.catalogue().check();
  return problem.empty() ? line("catalogue", "good", "sound") : line("catalogue", "bad", problem);
}

json::object check_worker(const config::Settings& settings) {
  if (::access(settings.worker.c_str(), X_OK) == 0) return line("worker", "good", settings.worker.string());
  return line("worker", "bad", fmt::format("{} cannot be run; redacted exports will fail: install it or set [daemon] worker", settings.worker.string()));
}

json::value doctor(const Call& call) {
  call.args.only({});
  const auto settings = call.rooms.settings();
  json::array checks{check_clock(call), check_file_system("state directory", settings->storage.path)};
  for (const auto& vault : settings->vaults) checks.push_back(check_file_system("vault " + vault.id, vault.path));
  for (const auto& space : call.rooms.storage.pressure().spaces()) {
    if (!space.online) checks.push_back(line("vault", "bad", space.vault + " is off line: " + space.why));
    else if (space.free < settings->storage.least_free_bytes) checks.push_back(line("space", "warning", fmt::format("vault {}: {} MiB left", space.vault, space.free >> 20)));
    else if (!space.plan.promise_fits()) checks.push_back(line("space", "bad", fmt::format("vault {}: what was promised needs {} MiB, there are {}", space.vault, space.plan.need_for_promise >> 20, space.plan.have >> 20)));
    else if (space.holds_endanger) checks.push_back(line("space", "bad", fmt::format("vault {}: holds keep {} MiB, so that what was promised will not fit", space.vault, space.held >> 20)));
    else checks.push_back(line("space", "good", fmt::format("vault {}: {} MiB left", space.vault, space.free >> 20)));
  }
  for (const auto& hold : call.rooms.storage.holds().list())
    if (hold.review_due || hold.review_soon)
      checks.push_back(line("hold", "warning", fmt::format("the review of hold {} {} {}; it stays until somebody releases it", hold.id.text(),
                                                           hold.review_due ? "was due at" : "is due at", to_rfc3339(hold.what.review.value_or(Instant{})))));
  for (const auto& proposal : call.rooms.proposals()) checks.push_back(line("policy", "warning", proposal));
  for (const auto& waits : call.rooms.storage.policy().waiting())
    checks.push_back(line("policy", "good", fmt::format("class {} changes to {} at {}", waits.promise.cls, to_string(waits.promise.period), to_rfc3339(waits.effective_at))));
  for (const auto& problem : check_places(*settings)) checks.push_back(line("folder", "bad", problem));
  checks.push_back(check_keys(call));
  checks.push_back(check_key_encryption_key());
  checks.push_back(check_catalogue(call));
  checks.push_back(check_worker(*settings));
  return checks;
}
}  // namespace

void add_doctor_verb(std::vector<Verb>& table) { table.push_back({"doctor", false, doctor, {}, Action::health}); }

}  // namespace tenure::daemon

#include "storage/recovery/bare_recording.h"

#include "base/error.h"
#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/keys/key_slots.h"
#include "storage/keys/root_key.h"
#include "storage/policy/policy_file.h"
#include "storage/recovery/rebuild.h"
#include "storage/vault/vault.h"

namespace tenure::storage {

namespace {
std::vector<Key> keys_given(const Path& state) {
  if (!RootKeyFiles(state / "keys").is_there())
    throw Error(ErrorKind::refused,
                "Nothing was kept in " + state.string() + " yet: there are no keys to record with.");
  return load_key_encryption_keys(state);
}

// All count as seen before, so that one whose disk is not there is off line and not made anew on the disk below (I19).
Vaults::Ids known_vaults(const config::Settings& settings, const Key& root) {
  Vaults::Ids known;
  try {
    known = read_policy(settings.storage.path, root).value_or(KeptPolicy{}).vaults;
  } catch (const std::exception& error) {
    log_warning("event=policy-file-not-read cause=\"{}\" effect=\"a vault is known by its name only\"", error.what());
  }
  for (const auto& vault : settings.vaults) known.emplace(vault.id, std::string());
  return known;
}
}  // namespace

struct BareRecording::State {
  State(const config::Settings& settings, const Clock& clock)
      : keys(settings.storage.path / "keys", keys_given(settings.storage.path)),
        vaults(settings.vaults, settings.storage.trial, known_vaults(settings, keys.root())),
        recorder({.sync_interval = settings.storage.sync_interval}, clock, vaults, keys) {
    recorder.set_guard(
        [this, least = settings.storage.least_free_bytes / 2](const std::string& vault, const std::string&) {
          return vaults.free_bytes(vault) < least ? std::string("the disk is full: what is left is kept for calls")
                                                  : std::string();
        });
  }

  KeySlots keys;
  Vaults vaults;
  Recorder recorder;
};

BareRecording::BareRecording(const config::Settings& settings, const Clock& clock)
    : state_(std::make_unique<State>(settings, clock)) {}
BareRecording::~BareRecording() = default;

Recorder& BareRecording::recorder() { return state_->recorder; }

std::string catalogue_trouble(const Path& state) {
  try {
    if (catalogue_is_missing(state)) return {};
    Catalogue catalogue(state / "catalogue");
    catalogue.write([](Catalogue::Transaction& transaction) {
      std::int64_t version = 0;
      {
        auto query = transaction.db.query("PRAGMA user_version");
        if (query.step()) version = query.integer(0);
      }
      transaction.db.script("PRAGMA user_version = " + std::to_string(version));  // a write that changes nothing
    });
    return {};
  } catch (const Error& error) {
    return error.cause().empty() ? error.message() : error.message() + " " + error.cause();
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace tenure::storage

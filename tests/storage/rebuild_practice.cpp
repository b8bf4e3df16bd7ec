#include "tests/storage/rebuild_practice.h"

#include <fmt/format.h>

namespace tenure::storage {

namespace {
const Key kKek{1, 2, 3, 4, 5};  // the practice's
}

LostCatalogue::LostCatalogue() {
  const auto& state = practice.folder.path;
  make_directories(state / "secrets");
  write_durably(state / "secrets" / "kek", kKek);
  settings.storage.path = state;
  settings.vaults = {{"main", state / "vault", {}}};
  settings.classes = {{"cctv", *parse_period("P28D"), config::Anchor::capture_end},
                      {"calls", *parse_period("P3Y"), config::Anchor::capture_start}};
  for (const auto* name : {"front", "waiting-room"}) {
    config::Camera camera;
    camera.name = name;
    settings.cameras.push_back(camera);
  }
  config::Calls calls;
  calls.name = "pbx";
  settings.calls.push_back(calls);
  carry_out();
}

void LostCatalogue::carry_out() {
  const auto& state = practice.folder.path;
  keep_policy(state, practice.parts->keys.root(), policy_in(practice.parts->catalogue));
  Ledger ledger(practice.parts->catalogue, practice.clock, state, practice.parts->keys.root(), {});
  while (ledger.tick()) {
  }
}

void LostCatalogue::lose() {
  practice.parts.reset();
  boost::filesystem::remove_all(practice.folder.path / "catalogue");
}

RebuildReport LostCatalogue::rebuild() {
  const auto report = rebuild_catalogue(settings, practice.clock);
  practice.restart();
  return report;
}

std::map<std::string, std::string> LostCatalogue::rows() const {
  std::map<std::string, std::string> all;
  for (const auto& row : practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = {}}))
    all[row.id.text()] = fmt::format(
        "{} {} {} {}..{} expires {} bytes {} plain {} {} slot {} vault {} state {} held {} run {} doubtful {} filed {}",
        row.source, row.cls, static_cast<int>(row.kind), to_rfc3339(row.span.from), to_rfc3339(row.span.to),
        to_rfc3339(row.expires_at), row.bytes, row.kind == Kind::calls ? row.plain_bytes : 0, to_hex(row.digest),
        row.slot, row.vault, to_string(row.state), row.held, row.run, row.time_doubtful,
        row.filed_at ? to_rfc3339(*row.filed_at) : "");
  return all;
}

}  // namespace tenure::storage

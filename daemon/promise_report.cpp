#include "daemon/promise_report.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>
#include <thread>

#include "base/error.h"
#include "base/log.h"
#include "daemon/time_keeping.h"
#include "disclosure/promise_report.h"
#include "storage/ledger/report_signature.h"

namespace tenure::daemon {
namespace fs = boost::filesystem;
namespace json = boost::json;

namespace {
constexpr Duration kSettle = Seconds(3);                  // what is being written or deleted is done by then
constexpr Duration kNightBegins = std::chrono::hours(3);  // UTC

std::string stamp(Instant at) {
  std::string text = to_rfc3339(std::chrono::floor<Seconds>(at));
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

storage::LedgerSeen look_at_ledger(storage::Ledger& ledger) {
  storage::LedgerSeen seen;
  std::string unsigned_why;  // the report is made all the same, and says so
  try {
    seen.checkpoint = ledger.checkpoint("asked");
  } catch (const Error& error) {
    unsigned_why = error.what();
  }
  const auto report = ledger.verify();
  seen.entries = report.entries;
  seen.sound = report.sound();
  if (!seen.sound) seen.problem = report.problems.front().what;
  if (!seen.sound && report.problems.front().entry != 0)
    seen.problem = "entry " + std::to_string(report.problems.front().entry) + ": " + seen.problem;
  if (seen.sound && !unsigned_why.empty()) {
    seen.sound = false;
    seen.problem = unsigned_why;
  }
  return seen;
}

storage::AttestationOrder order_of(const Rooms& rooms) {
  const auto settings = rooms.settings();
  storage::AttestationOrder order;
  order.state = settings->storage.path;
  order.practice = settings->practice;
  for (const auto& vault : settings->vaults) order.vaults.push_back({vault.id, vault.path});
  for (const auto& calls : settings->calls) {
    order.call_folders.push_back({calls.name, calls.cls, calls.folder});
    order.providers.push_back(
        {calls.name, calls.cls, calls.provider, calls.provider_place, calls.provider_keeps, calls.provider_until});
  }
  for (const auto& space : rooms.storage.pressure().spaces()) {
    if (!space.online) continue;  // that it is off line is told; of its room nothing is known
    const bool full = space.alarm == storage::SpaceAlarm::full;
    order.spaces.push_back({space.vault, space.used, space.free, full ? std::nullopt : space.full_at,
                            space.promise_fits(), space.month_fits(), space.days_that_fit(), full});
  }
  order.trial = settings->storage.trial;
  order.ledger = look_at_ledger(rooms.storage.ledger());
  order.ledger_key = rooms.storage.ledger().status().key;
  order.machine_clock = std::chrono::floor<Duration>(std::chrono::system_clock::now());
  order.cancelled = &rooms.stopping;
  order.settle = [&rooms] {
    const auto until = rooms.clock.monotonic() + kSettle;
    while (!rooms.stopping && rooms.time != nullptr && rooms.clock.monotonic() < until)
      std::this_thread::sleep_for(Millis(100));
  };
  order.time_in_words = rooms.time ? time_in_words(rooms.time->status()) : "a simulated clock";
  order.time = rooms.clock.trusted();  // last: nothing that was written before is of a later time
  return order;
}

json::object subject_of(const PromiseReport& report) {
  using storage::Weight;
  const auto& found = report.attestation;
  return {{"verdict", storage::verdict_of(found)},
          {"sha256", report.digest},
          {"broken", found.count(Weight::broken)},
          {"unsure", found.count(Weight::unsure)},
          {"faults", found.count(Weight::fault)}};
}

Path folder_of(const Path& state) { return state / "reports"; }

// The night that a moment belongs to: from 03:00 UTC on, the new one.
std::string night_of(Instant now) { return to_rfc3339(now - kNightBegins).substr(0, 10); }
}  // namespace

std::vector<std::pair<std::string, Blob>> PromiseReport::files() const {
  const auto bytes = [](const std::string& text) { return Blob(text.begin(), text.end()); };
  return {{name + ".pdf", pdf},
          {name + ".html", bytes(html)},
          {name + ".json", bytes(json)},
          {name + ".json.sig", signature},
          {name + ".pem", bytes(key_pem)},
          {name + ".checkpoint", bytes(checkpoint)}};
}

PromiseReport make_promise_report(const Rooms& rooms, const storage::Actor& actor,
                                  const std::function<void(double, const std::string&)>& progress) {
  auto order = order_of(rooms);
  order.progress = progress;
  auto& ledger = rooms.storage.ledger();
  PromiseReport report;
  report.attestation = storage::attest(order);
  report.name = "promise-report_" + stamp(report.attestation.at);
  report.json = storage::to_json(report.attestation);
  report.digest = to_hex(sha256(as_view(report.json)));
  const auto proof = storage::sign_report(order.state, as_view(report.json));
  report.signature.assign(proof.signature.begin(), proof.signature.end());
  report.key_pem = proof.key_pem;
  report.ledger_number = rooms.storage.catalogue().append_ledger(
      {0, rooms.clock.now(), actor.name, "attest", json::serialize(subject_of(report)), {}});
  report.checkpoint = ledger.checkpoint("asked");  // over the entry just made
  const auto page =
      disclosure::promise_page(report.attestation, {report.digest, report.ledger_number, report.checkpoint});
  report.html = disclosure::paper::to_html(page);
  report.pdf = disclosure::paper::to_pdf(page);
  return report;
}

bool night_report_is_due(const Path& state, Instant now) {
  boost::system::error_code error;
  return !fs::exists(folder_of(state) / ("night-" + night_of(now)), error);
}

// A folder for each night, made under another name first, so that one that is there is whole.
void make_night_report(const Rooms& rooms) {
  const auto state = rooms.settings()->storage.path;
  const auto report = make_promise_report(rooms, {"tenured"}, [](double, const std::string&) {});
  const auto target = folder_of(state) / ("night-" + night_of(report.attestation.at));
  const auto making = folder_of(state) / "making";
  fs::remove_all(making);
  make_directories(making);
  for (const auto& [name, bytes] : report.files()) write_durably(making / name, bytes);
  fs::rename(making, target);
  sync_directory(folder_of(state));
  std::vector<Path> nights;
  for (const auto& night : fs::directory_iterator(folder_of(state)))
    if (night.path().filename().string().starts_with("night-")) nights.push_back(night.path());
  std::ranges::sort(nights);
  for (std::size_t at = 0; at + kNightsKept < nights.size(); ++at) fs::remove_all(nights[at]);
  const auto verdict = storage::verdict_of(report.attestation);
  if (verdict == "kept")
    log_info("event=promise-report verdict=kept folder={}", target.string());
  else
    log_error("event=promise-report verdict={} cause=\"{}\" folder={}", verdict,
              log_safe(storage::verdict_in_words(report.attestation).front()), target.string());
}

}  // namespace tenure::daemon

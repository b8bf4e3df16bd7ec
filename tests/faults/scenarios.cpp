#include "tests/faults/scenarios.h"

#include <sys/mman.h>

#include <algorithm>
#include <iostream>
#include <set>

#include "base/error.h"
#include "storage/catalogue/catalogue_state.h"

namespace tenure::faults {

using namespace storage;  // NOLINT(google-build-using-namespace): this file is about nothing else
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

namespace {
// Such a call is three years old 25 days after kBegin.
const Instant kOldCall = parse_rfc3339("2023-03-27T10:00:00Z").value();

std::string text_of(Instant at) { return std::to_string(micros_of(at)); }

bool attempt(const char* what, const std::function<void()>& step) {
  try {
    step();
    return true;
  } catch (const std::exception& error) {
    std::cerr << what << ": " << error.what() << "\n";
    return false;
  }
}

class Work {
 public:
  Work(const Path& folder, Instant now) : shop_(folder, now), storage_(shop_.storage) {
    storage_.recorder().on_failure([this](const std::string& source, const std::string&) { failed_.lock()->insert(source); });
    promise("clock " + text_of(now));
  }

  void record(const std::string& source, Instant from, bool sync_early = false);
  void import(Instant start, int number);
  void import_wrong();
  void hold(const std::string& source, Interval span, int number);
  void release(std::size_t which);
  void extend();
  void advance(Duration by);
  void sweep();
  void make_room();
  void publish();
  void rotate();
  void read_out();
  void erase(Interval span);
  Instant now() const { return shop_.clock.now(); }
  bool with_keys = false;  // the promises tell them

 private:
  void promise_segment(const std::string& what, const SegmentRow& row, int number);
  Synchronized<std::set<std::string>> failed_;  // outlives the recorder, which calls back until it has stopped
  Shop shop_;
  Storage& storage_;
};

// Reading a key mends its other copy, which would hide that it was never written: so only where the key itself is wanted.
void Work::promise_segment(const std::string& what, const SegmentRow& row, int number) {
  const auto key = with_keys ? storage_.keys().read(row.slot, row.id) : std::nullopt;
  promise(what + " " + row.id.text() + " " + row.source + " " + text_of(row.span.from) + " " + text_of(row.span.to) + " " +
          std::to_string(number) + " " + std::to_string(row.slot) + " " + to_hex(slot_bytes(shop_.folder, 'a', row.slot)) + " " +
          (key ? to_hex(*key) : "-"));
}

void Work::record(const std::string& source, Instant from, bool sync_early) {
  auto& recorder = storage_.recorder();
  failed_.lock()->erase(source);
  const Interval span{from, from + kMinute};
  const auto id = recorder.open(source, "cctv", from, 1);
  for (std::size_t part = 0; part < 3; ++part) {
    Fragment fragment;
    fragment.span = {from + part * (kMinute / 3), from + (part + 1) * (kMinute / 3)};
    fragment.key = true;
    fragment.bytes = marked_bytes(source, from, part == 0 ? 20'000 : 900);
    fragment.leaves = {{0, static_cast<std::uint32_t>(fragment.bytes.size()), 0, true, 0, 1}};
    if (!recorder.append(id, std::move(fragment))) break;
    if (part != 1 || !sync_early) continue;
    const bool flushed = attempt("sync", [&] { recorder.flush(); });
    if (flushed && !failed_.lock()->contains(source)) promise("prefix " + id.text() + " " + source + " " + text_of(span.from) + " " + text_of(span.to) + " 2 0 - -");
  }
  recorder.close(id, span, std::nullopt);
  attempt("flush", [&] { recorder.flush(); });
  attempt("look", [&] {
    const auto rows = storage_.catalogue().segments({.source = {}, .cls = {}, .span = {}, .id = id});
    if (!rows.empty() && rows[0].state == State::live) promise_segment("segment", rows[0], 0);
  });
}

void Work::import(Instant start, int number) {
  const auto audio = marked_bytes("pbx", start, 9'000);
  File file(::memfd_create("audio", MFD_CLOEXEC), "audio");
  file.write_at(0, audio);
  attempt("import", [&] {
    const auto outcome = storage_.calls().import(call_details(start, number), "calls", file, audio.size(), {});
    if (outcome.what == ImportOutcome::What::erased_before) return;
    const auto call = storage_.catalogue().call(outcome.id);
    if (!call || call->segment.state != State::live) throw Error(ErrorKind::internal, "an imported call is not there");
    promise_segment("call", call->segment, number);
  });
}

// Its sidecar tells of another recording: what was written of it goes again.
void Work::import_wrong() {
  const auto audio = marked_bytes("pbx", now(), 500);
  File file(::memfd_create("audio", MFD_CLOEXEC), "audio");
  file.write_at(0, audio);
  attempt("wrong import", [&] { storage_.calls().import(call_details(now(), 999), "calls", file, audio.size(), Digest{1}); });
}

void Work::hold(const std::string& source, Interval span, int number) {
  HoldRequest request;
  if (number == 0) request.spans = {{source, span}};
  else request.numbers = {phone_number(number)};
  request.reason = "incident at the entrance";
  request.authority = "practice manager";
  request.review = now() + days(300);
  const auto what = " " + (number == 0 ? source : "-") + " " + text_of(span.from) + " " + text_of(span.to) + " " + std::to_string(number);
  promise("try-hold -" + what);
  attempt("hold", [&] {
    const auto receipt = storage_.holds().add(request, shop_.manager);
    promise("hold " + receipt.hold.id.text() + what);
    for (const auto& row : receipt.segments) promise("keeps " + receipt.hold.id.text() + " " + row.id.text());
  });
}

void Work::release(std::size_t which) {
  attempt("release", [&] {
    const auto id = storage_.holds().list().at(which).id;
    promise("try-release " + id.text());
    storage_.holds().release(id, "the case is closed", shop_.manager);
    promise("released " + id.text());
  });
}

void Work::extend() {
  attempt("extend", [&] {
    for (const auto& hold : storage_.holds().list())
      if (hold.state == "active") storage_.holds().extend(hold.id, now() + days(400), "still needed", shop_.manager);
  });
}

void Work::advance(Duration by) {
  shop_.clock.advance(by);
  promise("clock " + text_of(now()));
}

void Work::sweep() {
  promise("try-sweep");
  for (int round = 0; round < 2; ++round)  // as the daemon: what failed is tried again
    if (attempt("sweep", [&] { storage_.sweeper().sweep(); })) return promise("swept");
}

void Work::make_room() {
  promise("try-pressure");
  auto& catalogue = storage_.catalogue();
  Eraser eraser(catalogue, shop_.clock, storage_.vaults(), storage_.keys());
  Pressure::Options options;
  options.least_free = std::uint64_t{1} << 60;  // never enough: all goes that may
  options.ballast = 64 << 10;
  Pressure pressure(options, catalogue, shop_.clock, storage_.vaults(), eraser, shop_.folder / "state");
  for (int round = 0; round < 2; ++round)
    if (attempt("pressure", [&] { pressure.relieve(); })) return;
}

void Work::publish() {
  storage_.ledger().tick();
  attempt("checkpoint", [&] { storage_.ledger().checkpoint("asked"); });
  storage_.ledger().tick();
}

// As the daemon: what failed is taken up by the next start.
void Work::rotate() {
  attempt("rotate", [&] { storage_.key_rotation().rotate(shop_.manager, "yearly"); });
}

// The promises know it as a deletion to make room: gone before its time, and nothing that is held.
void Work::erase(Interval span) {
  promise("try-pressure");
  const ErasureRequest request{{{"front", span}}, {}, {}};
  for (int round = 0; round < 2; ++round)
    if (attempt("erase", [&] { storage_.erasures().order(request, "a person's right", shop_.manager, {}); })) return;
}

// The entry first, then the first byte (I13).
void Work::read_out() {
  attempt("export", [&] {
    for (const auto& row : storage_.catalogue().segments({})) {
      if (row.state != State::live) continue;
      const auto entry = ledger_entry(now(), shop_.manager, "export", "{\"segment\":\"" + row.id.text() + "\"}", "asked for");
      promise("ledger " + std::to_string(storage_.catalogue().append_ledger(entry)) + " export");
      auto reader = storage_.open(row.id, shop_.manager, Purpose::export_copy);
      Blob bytes(reader.plain_size());
      reader.read(0, bytes);
    }
  });
}

void record_some(Work& work) {
  for (int i = 0; i < 4; ++i) work.record("front", kBegin + i * kMinute);
  for (int i = 0; i < 3; ++i) work.record("waiting-room", kBegin + i * kMinute, /*sync_early=*/i == 1);
  for (int i = 1; i <= 3; ++i) work.import(kOldCall + minutes(i), i);
  work.hold("front", {kBegin + kMinute, kBegin + 2 * kMinute}, 0);
  work.hold("-", {kBegin, kBegin}, 2);
  work.hold("waiting-room", {kBegin, kBegin + kMinute}, 0);
}

struct Scenario {
  const char* name;
  Duration later;  // after kBegin
  std::function<void(Work&)> act;
};

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all{
      {"first", minutes(5), [](Work& work) { work.record("front", kBegin); work.import(kOldCall, 4); }},
      {"ingest", hours(1), [](Work& work) {
         work.record("front", work.now(), /*sync_early=*/true);
         work.record("waiting-room", work.now());
         work.record("front", work.now() + kMinute);
       }},
      {"calls", hours(1), [](Work& work) {
         work.import(kOldCall + hours(1), 11);
         work.import(kOldCall + minutes(1), 1);  // known
         work.import_wrong();
         work.import(kOldCall + hours(2), 12);
       }},
      {"hold", hours(1), [](Work& work) {
         work.hold("waiting-room", {kBegin + kMinute, kBegin + 2 * kMinute}, 0);
         work.hold("-", {kBegin, kBegin}, 3);
         work.extend();
         work.release(2);
       }},
      {"sweep", days(20), [](Work& work) {
         work.release(2);
         work.advance(days(9));
         work.sweep();
       }},
      {"pressure", hours(1), [](Work& work) { work.make_room(); }},
      {"export", hours(1), [](Work& work) { work.publish(); work.read_out(); work.publish(); }},
      {"rotation", hours(1), [](Work& work) {
         work.record("front", work.now());
         work.rotate();
         work.record("waiting-room", work.now());
         work.rotate();
       }},
      {"erasure", hours(1), [](Work& work) {
         work.erase({kBegin + 2 * kMinute, kBegin + 3 * kMinute});
         work.erase({kBegin, kBegin + 3 * kMinute});  // a hold is in the way
         work.publish();
       }},
      {"plenty", hours(4), [](Work& work) {  // for searching a disk
         work.with_keys = true;
         for (int i = 1; i <= 150; ++i) work.record(i % 2 == 0 ? "front" : "waiting-room", kBegin + i * kMinute);
         for (int i = 1; i <= 150; ++i) work.import(kOldCall + minutes(i), i);
         work.hold("-", {kBegin, kBegin}, 7);
         work.publish();
       }},
      {"life", minutes(10), [](Work& work) {  // all of it, from an empty disk on
         record_some(work);
         work.publish();
         work.read_out();
         work.release(2);
         work.import_wrong();
         work.extend();
         work.record("front", work.now(), /*sync_early=*/true);
         work.advance(days(29));
         work.sweep();
         work.import(kOldCall + minutes(1), 1);  // deleted before: not taken again
         work.record("front", work.now());
         work.import(work.now() - hours(1), 21);
         work.publish();
       }}};
  return all;
}
}  // namespace

void furnish(const Path& folder) {
  Work work(folder, kBegin + minutes(5));
  record_some(work);
  work.publish();
}

void delete_everything(const Path& folder) {
  Shop shop(folder, kBegin + hours(5));
  for (const auto& hold : shop.storage.holds().list())
    if (hold.state == "active") shop.storage.holds().release(hold.id, "over", shop.manager);
  shop.clock.advance(days(4 * 366));
  shop.storage.sweeper().sweep();
  if (!shop.storage.catalogue().segments({}).empty()) throw Error(ErrorKind::internal, "Something is left after the sweep.");
}

std::vector<std::string> scenario_names() {
  std::vector<std::string> names;
  for (const auto& scenario : scenarios())
    if (scenario.name != std::string("plenty")) names.emplace_back(scenario.name);
  return names;
}

void run_scenario(const std::string& name, const Path& folder) {
  const auto found = std::ranges::find(scenarios(), name, [](const Scenario& scenario) { return std::string(scenario.name); });
  if (found == scenarios().end()) throw Error(ErrorKind::usage, "There is no scenario " + name + ".");
  Work work(folder, kBegin + found->later);
  found->act(work);
}

}  // namespace tenure::faults

#include "tests/faults/work.h"

#include <sys/mman.h>

#include <iostream>

#include "base/error.h"
#include "storage/backup/recovery_key.h"
#include "storage/catalogue/catalogue_state.h"

namespace tenure::faults {

using namespace storage;  // NOLINT(google-build-using-namespace): this file is about nothing else
using std::chrono::days;

const Instant kOldCall = parse_rfc3339("2023-03-27T10:00:00Z").value();

bool attempt(const char* what, const std::function<void()>& step) {
  try {
    step();
    return true;
  } catch (const std::exception& error) {
    std::cerr << what << ": " << error.what() << "\n";
    return false;
  }
}

namespace {
const Actor kSecond{"partner", "", {"partner"}, ""};

std::string text_of(Instant at) { return std::to_string(micros_of(at)); }
}  // namespace

Work::Work(const Path& folder, Instant now) : shop_(folder, now), storage_(shop_.storage) {
  storage_.recorder().on_failure([this](const std::string& source, const std::string&) { failed_.lock()->insert(source); });
  promise("clock " + text_of(now));
}


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
  promise("try-rotate");
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

// A shorter promise, which a second person approves. It takes effect after its notice; see apply_due_policies().
void Work::shorten(const char* period, int days_kept) {
  promise("try-policy " + std::to_string(days_kept));
  const PolicyWish wish{"cctv", *parse_period(period), config::Anchor::capture_end};
  attempt("policy", [&] {
    const auto preview = storage_.policy().preview(wish);
    const auto asked = storage_.approvals().ask(PolicyChanges::kAct, approval_subject(preview), "a shorter notice", shop_.manager);
    storage_.approvals().approve(asked.id, kSecond);
    storage_.policy().change(wish, preview.token, "a shorter notice", shop_.manager, asked.id);
    promise("policy " + std::to_string(days_kept) + " " + text_of(preview.effective_at));
  });
}

bool Work::back_up_data() {
  return attempt("backup of the data", [&] {
    make_directories(backups_in(shop_.folder) / "data");
    storage_.backups().back_up_data(backups_in(shop_.folder) / "data", shop_.manager, [](double) {}, [] { return false; });
  });
}

bool Work::back_up_keys() {
  return attempt("backup of the keys", [&] {
    make_directories(backups_in(shop_.folder) / "keys");
    if (storage_.backups().status().recovery_key.empty())
      storage_.backups().set_recovery_key(recovery_public(kRecoverySecret), shop_.manager);
    storage_.backups().back_up_keys(backups_in(shop_.folder) / "keys", shop_.manager);
  });
}

void Work::look_after_backups() { storage_.backups().tick(); }

void Work::walk() {
  for (int step = 0; step < 100 && !storage_.scrub().status().walked_at; ++step) storage_.scrub().step();
  storage_.scrub().step();  // one segment read whole; what is aside for too long goes
}

void Work::accept_rollback() {
  attempt("rollback", [&] {
    if (storage_.ledger().rolled_back()) storage_.ledger().accept_rollback(shop_.manager, "restored from the backups");
  });
}

}  // namespace tenure::faults

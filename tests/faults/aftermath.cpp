#include "tests/faults/aftermath.h"

#include <sys/mman.h>

#include "base/error.h"

namespace tenure::faults {

using namespace storage;  // NOLINT(google-build-using-namespace): this file is about nothing else

namespace {

ImportOutcome import_again(Shop& shop, Instant start, int number) {
  const auto audio = marked_bytes("pbx", start, 9'000);
  File file(::memfd_create("audio", MFD_CLOEXEC), "audio");
  file.write_at(0, audio);
  return shop.storage.calls().import(call_details(start, number), "calls", file, audio.size(), {});
}

bool records(Shop& shop) {
  auto& recorder = shop.storage.recorder();
  const auto from = shop.clock.now();
  const auto id = recorder.open("front", "cctv", from, 1);
  Fragment fragment;
  fragment.span = {from, from + kMinute};
  fragment.key = true;
  fragment.bytes = marked_bytes("front", from, 900);
  fragment.leaves = {{0, 900, 0, true, 0, 1}};
  if (!recorder.append(id, std::move(fragment))) return false;
  recorder.close(id, {from, from + kMinute}, std::nullopt);
  recorder.flush();
  const auto rows = shop.storage.catalogue().segments({.source = {}, .cls = {}, .span = {}, .id = id});
  return rows.size() == 1 && rows[0].state == State::live;
}

}  // namespace

std::vector<std::string> violations_of_aftermath(Shop& shop, const Promises& promises) {
  std::vector<std::string> found;
  if (!records(shop)) found.emplace_back("AFTER: the practice no longer records");
  if (import_again(shop, shop.clock.now(), 500).what != ImportOutcome::What::imported) found.emplace_back("AFTER: a new call is not taken");

  for (const auto& hold : shop.storage.holds().list())
    if (hold.state == "active") shop.storage.holds().release(hold.id, "over", shop.manager);
  shop.clock.advance(std::chrono::days(4 * 366));
  const auto report = shop.storage.sweeper().sweep();
  for (const auto& question : report.questions) found.push_back("I11: the sweep asks: " + question.why);
  for (const auto state : {State::reserved, State::live, State::condemned, State::lost})
    for (const auto& row : shop.storage.catalogue().in_state(state)) found.push_back("I5: " + row.id.text() + " stays after its time, " + to_string(state));
  for (const auto& path : files_below(shop.folder / "vault"))
    if (path.extension() == ".seg" && path.string().find("/quarantine/") == std::string::npos) found.push_back("I5: a file stays: " + path.filename().string());
  for (const auto& [id, segment] : promises.segments) {
    const auto wrapped = from_hex(segment.slot_hex).value_or(Blob{});
    for (const char copy : {'a', 'b'})
      if (!wrapped.empty() && slot_bytes(shop.folder, copy, segment.slot) == wrapped) found.push_back("I3: the key of " + id.text() + " stays after its time");
    if (segment.is_call && import_again(shop, segment.span.from, segment.number).what != ImportOutcome::What::erased_before)
      found.push_back("I15: the deleted call " + id.text() + " comes back with its source");
  }
  return found;
}

}  // namespace tenure::faults

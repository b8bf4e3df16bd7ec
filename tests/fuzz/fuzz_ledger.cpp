// A copy of a ledger comes from somewhere else: its notes, keys, bundles and lines are read by `ledger verify --from-files`.
#include <cstdlib>

#include "storage/ledger/entry.h"
#include "storage/ledger/note.h"
#include "storage/ledger/tile_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tenure;
  const auto text = as_text({data, size});
  const auto key = storage::parse_verifier_key(text);
  if (key && storage::verifier_key_text(*key) != text.substr(0, text.find_last_not_of("\r\n") + 1)) std::abort();
  const auto note = storage::read_note(text, key.value_or(storage::VerifierKey{"x", {}}));
  if (note && !text.starts_with(storage::checkpoint_text(note->checkpoint))) std::abort();
  const auto bundle = storage::read_bundle({data, size});
  if (bundle.bodies.size() > 256) std::abort();
  for (const auto line : bundle.bodies) {
    const auto body = storage::parse_line(line);
    if (body && storage::line_of(*body) != line) std::abort();
  }
  static_cast<void>(storage::parse_line(text));
  return 0;
}

// For tests and for looking at a store by hand: writes the plaintext of one stored segment to a file, exactly as it was
// sealed. unseal SETTINGS SEGMENT_ID OUT. The daemon may be running; needs its key, so its user.
#include <fmt/format.h>

#include <iostream>

#include "base/error.h"
#include "config/reader.h"
#include "storage/catalogue/catalogue.h"
#include "storage/keys/key_slots.h"
#include "storage/sealed/sealed_file.h"
#include "storage/vault/vault.h"

using namespace tenure;

static void unseal(const Path& settings_file, const std::string& id_text, const Path& out) {
  const auto read = config::read_settings(settings_file);
  if (!read.ok()) throw Error(ErrorKind::usage, config::describe(read));
  const auto& settings = read.settings;
  const auto id = SegmentId::parse(id_text);
  if (!id) throw Error(ErrorKind::usage, fmt::format("\"{}\" is not a segment's id", id_text));
  const storage::Catalogue catalogue(settings.storage.path / "catalogue");
  storage::SegmentQuery query;
  query.id = id;
  const auto rows = catalogue.segments(query);
  if (rows.empty()) throw Error(ErrorKind::not_found, "no such segment");
  storage::KeySlots keys(settings.storage.path / "keys", storage::load_key_encryption_keys(settings.storage.path));
  const auto key = keys.read(rows.front().slot, *id);
  if (!key) throw Error(ErrorKind::refused, "its key is erased");
  const storage::Vaults vaults(settings.vaults, settings.storage.trial);
  storage::SealedReader reader(File(vaults.path_of(rows.front()), File::Mode::read), *key);
  File file(out, File::Mode::create);
  Blob bytes(1 << 20);
  for (std::uint64_t at = 0; at < reader.plain_size(); at += bytes.size()) {
    bytes.resize(std::min<std::uint64_t>(bytes.size(), reader.plain_size() - at));
    reader.read(at, bytes);
    file.write_at(at, bytes);
  }
}

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: unseal SETTINGS SEGMENT_ID OUT\n";
    return 2;
  }
  try {
    unseal(argv[1], argv[2], argv[3]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}

// The ledger outside SQLite, in the paths of C2SP tlog-tiles: hash tiles `tile/<level>/<n>` and entry bundles
// `tile/entries/<n>`, n in groups of three digits, 256 to a file. Only the last file of each kind is not full; it grows in
// place, under the name it will keep. One thread at a time.
#pragma once
#include "base/file.h"
#include "storage/ledger/tree.h"

namespace tenure::storage {

// "tile/0/x001/x234/067", "tile/entries/000"
std::string tile_path(unsigned level, std::uint64_t index);
std::string bundle_path(std::uint64_t index);

// Each entry after its length in two bytes.
Blob bundle_of(const std::vector<std::string>& bodies);
// As many whole entries as there are, at most 256; `whole` is false when bytes are left over.
struct Bundle {
  std::vector<std::string_view> bodies;
  bool whole = true;
};
Bundle read_bundle(View bytes);

// The bytes of a file below `folder`, or nothing there.
Blob read_tile_file(const Path& folder, const std::string& name);
// Makes the file hold `bytes`, synced: appends when it holds the beginning already, else, or `afresh`, replaces it. The
// folder of a new name is the caller's to sync, once for many; it is what is returned.
std::optional<Path> write_tile_file(const Path& folder, const std::string& name, const Blob& bytes, bool afresh);
// The number of leaves that the tiles of level 0 hold, as if there were no hole before the last.
std::uint64_t leaves_in_files(const Path& folder);

}  // namespace tenure::storage

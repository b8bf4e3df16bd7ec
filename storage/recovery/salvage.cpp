#include <algorithm>

#include "storage/sealed/sealed_walk.h"

namespace tenure::storage {

// Nothing here asks what the bytes mean. The footer's key is another than the chunks', and nothing is sealed as a chunk
// again, so a second writer of the same file repeats no nonce.
std::optional<SealedFooter> salvage(const Path& path, const Key& key) {
  SealedAccess access(File(path, File::Mode::read_write), key);
  // A power cut may have kept the footer and not what was written before it: only what verifies is whole.
  if (auto whole = access.read_footer(); whole && SealedReader(File(path, File::Mode::read), key).verify()) {
    access.file.sync();  // it may have reached the cache only
    return whole;
  }
  Walk walked = walk(access);
  const auto& fragments = walked.footer.fragments;
  if (std::ranges::all_of(fragments, [](const FragmentEntry& entry) { return entry.kind == FragmentKind::init; })) return std::nullopt;
  walked.footer.salvaged = true;
  const Blob end = format::seal_footer(walked.footer, walked.end, walked.chunks, access.digest, access.keys);
  access.file.truncate(walked.end);
  access.file.write_at(walked.end, end);
  access.file.sync();
  return walked.footer;
}

}  // namespace tenure::storage

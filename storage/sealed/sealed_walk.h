// Reads a sealed file that has no footer, fragment by fragment, up to the last one that is whole and authentic.
#pragma once
#include <functional>

#include "base/error.h"
#include "storage/sealed/hash_tree.h"
#include "storage/sealed/sealed_format.h"

namespace tenure::storage {

// Header, keys and cipher of an opened sealed file. Throws Error{corrupt} when the header or the key does not fit.
struct SealedAccess {
  SealedAccess(File opened, const Key& key);
  // The plaintext (head and bytes) of the fragment whose chunks begin there, as their frames tell; nothing when a chunk
  // is missing, torn, out of place or not authentic. `end` becomes the offset behind it.
  std::optional<Blob> read_chunks(std::uint64_t offset, std::uint64_t first_chunk, std::uint64_t* end);
  // What the file's end says; nothing when it has no authentic footer.
  std::optional<SealedFooter> read_footer();
  Error damaged(const std::string& what) const;

  File file;
  std::array<std::uint8_t, format::kHeaderSize> header_bytes;
  SealedHeader header;
  format::SegmentKeys keys;
  Digest digest;
  Aead aead;

 private:
  static std::array<std::uint8_t, format::kHeaderSize> bytes_of(const File& file);
};

struct Walk {
  SealedFooter footer;      // made from the fragments walked, as a writer would have made it
  std::uint64_t end = 0;    // offset behind the last whole fragment
  std::uint64_t chunks = 0;
  std::uint64_t plain_size = 0;
};
Walk walk(SealedAccess& access);

}  // namespace tenure::storage

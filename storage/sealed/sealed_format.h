// The bytes of the sealed file, as docs/reference/file-format.md tells them: what writer, reader and salvage share.
// Parsers here take hostile bytes: each bounds what it reads and answers nothing instead of throwing.
#pragma once
#include "storage/sealed/sealed_file.h"

namespace tenure::storage::format {

inline constexpr std::uint16_t kVersion = 1;
inline constexpr std::size_t kHeaderSize = 256;
inline constexpr std::size_t kFrameSize = 4;        // before each chunk: its end flag and length
inline constexpr std::size_t kChunkOverhead = kFrameSize + kTagSize;
inline constexpr std::size_t kChunkOnDisk = kChunkSize + kChunkOverhead;
inline constexpr std::size_t kHeadSize = 40;        // of a fragment, before its leaves
inline constexpr std::size_t kLeafSize = 22;
inline constexpr std::size_t kMostLeaves = 65'536;  // of a fragment
inline constexpr std::size_t kTrailerSize = 32;
inline constexpr std::size_t kLargestFooter = 256 << 20;

// Everything that follows from a segment's key and header.
struct SegmentKeys {
  SegmentKeys(const Key& key, const std::array<std::uint8_t, 16>& salt);
  Key header, chunks, footer, tree_salt;
  ~SegmentKeys();
};

using HeaderBytes = std::array<std::uint8_t, kHeaderSize>;
HeaderBytes encode_header(const SealedHeader& header, const SegmentKeys& keys);
std::optional<SealedHeader> decode_header(View bytes);  // checks the digest that needs no key
bool header_is_authentic(View bytes, const SegmentKeys& keys);
Digest header_digest(View bytes);                       // what every chunk is bound to

Nonce chunk_nonce(std::uint64_t number);
using ChunkBinding = std::array<std::uint8_t, 32 + 8 + 4 + 1>;
ChunkBinding chunk_binding(const Digest& header, std::uint64_t number, std::size_t length, bool end);
void put_frame(std::uint8_t* out, std::size_t length, bool end);
struct Frame {
  std::size_t length = 0;
  bool end = false;
};
std::optional<Frame> read_frame(View bytes);  // nothing when no writer makes such a frame

// A fragment's plaintext on disk is its head (map entry and leaves), then its bytes.
inline std::uint64_t head_size(std::size_t leaves) { return kHeadSize + kLeafSize * leaves; }
inline std::uint64_t chunk_count(std::uint64_t plaintext) { return plaintext / kChunkSize + 1; }
inline std::uint64_t size_on_disk(std::uint64_t plaintext) { return plaintext + chunk_count(plaintext) * kChunkOverhead; }
inline std::uint64_t sealed_plaintext(const FragmentEntry& entry) { return head_size(entry.coded_sizes.size()) + entry.plain_size; }
inline std::uint64_t micros(Instant at) { return static_cast<std::uint64_t>(micros_of(at)); }
inline Instant instant(std::uint64_t value) { return instant_from_micros(static_cast<std::int64_t>(value)); }
void put_entry_start(ByteWriter& out, const FragmentEntry& entry);  // what a head and a footer's map share
bool read_entry_start(ByteReader& in, FragmentEntry& entry);
void encode_head(Blob& out, const FragmentEntry& entry, std::span<const LeafExtent> leaves);
struct Head {
  FragmentEntry entry;
  std::vector<LeafExtent> leaves;
};
// `plaintext` is a whole fragment's. Checks that leaves lie within the bytes.
std::optional<Head> decode_head(View plaintext);

Blob encode_footer(const SealedFooter& footer);
// Also checks that the fragments tile the file from its header to `end` without gap or overlap.
std::optional<SealedFooter> decode_footer(View bytes, std::uint64_t end);

struct Trailer {
  std::uint64_t footer_offset = 0, footer_size = 0, chunks = 0;  // footer_size: nonce, ciphertext and tag
};
std::array<std::uint8_t, kTrailerSize> encode_trailer(const Trailer& trailer);
std::optional<Trailer> decode_trailer(View bytes, std::uint64_t file_size);
// Footer (nonce, ciphertext, tag) and trailer: what follows the last chunk.
Blob seal_footer(const SealedFooter& footer, std::uint64_t offset, std::uint64_t chunks, const Digest& header, const SegmentKeys& keys);
std::optional<SealedFooter> open_footer(View sealed, const Trailer& trailer, const Digest& header, const SegmentKeys& keys);

}  // namespace tenure::storage::format

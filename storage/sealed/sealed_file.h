// The sealed file of docs/reference/file-format.md: a header, then fragments of AES-256-GCM chunks of at most 16 KiB
// plaintext (the last of a fragment short), then a footer. Knows no media: each fragment's map entry and leaf extents
// come from the caller and are sealed with it, so that salvage parses no media.
// A writer belongs to one thread; a reader to one thread at a time.
#pragma once
#include <memory>

#include "base/aead.h"
#include "base/file.h"
#include "storage/types.h"

namespace tenure::storage {

inline constexpr std::size_t kChunkSize = std::size_t{16} * 1024;
inline constexpr std::size_t kLargestFragment = std::size_t{16} << 20;  // a fragment over it is refused

enum class FragmentKind : std::uint8_t { init = 0, media = 1, data = 2 };  // codec set-up, a GOP or part of one, a call's block

// The hash tree's leaf: one sample (camera) or one second (call), as a part of its fragment's bytes. Hashed with its own
// salt, its time and its duration, so that a remux to another container can still be proved.
struct LeafExtent {
  std::uint32_t offset = 0, size = 0;  // in Fragment::bytes
  std::uint8_t track = 0;
  bool key = false;
  std::int64_t time = 0;               // pts in the track's timescale, from the start of the run
  std::uint32_t duration = 0;          // in the same units
};

struct Fragment {
  FragmentKind kind = FragmentKind::media;
  Interval span;              // trusted time
  bool key = false;           // begins with a key frame
  Blob bytes;                 // the plaintext to keep
  std::vector<LeafExtent> leaves;
};

// One line of the fragment map.
struct FragmentEntry {
  FragmentKind kind = FragmentKind::media;
  Interval span;
  bool key = false;
  std::uint64_t file_offset = 0;   // of its first chunk
  std::uint64_t first_chunk = 0;   // number of its first chunk in the file
  std::uint64_t plain_offset = 0;  // of its bytes in the plaintext
  std::uint32_t plain_size = 0;
  std::vector<std::uint32_t> coded_sizes;  // of its leaves, in order: the activity strip
};

struct SealedHeader {
  SegmentId id;
  std::uint64_t slot = 0;
  Kind kind = Kind::camera;
  std::string source, cls;    // at most 64 bytes each
  Instant start;
  std::uint32_t run = 0;
  std::array<std::uint8_t, 16> salt{};
};

struct SealedFooter {
  Interval span;
  std::vector<FragmentEntry> fragments;
  Digest root{};              // of the hash tree
  std::uint64_t leaf_count = 0;
  Digest plain_sha256{};      // calls only; zero for cameras (decisions/0002)
  Blob metadata;              // calls: the sealed metadata, as JSON
  std::uint32_t run = 0;
  std::optional<Duration> clock_offset;
  bool salvaged = false;      // written by recovery after a crash
};

class SealedWriter {
 public:
  // `file` is empty and open for writing. Takes both.
  SealedWriter(File file, SealedHeader header, const Key& key);
  ~SealedWriter();
  SealedWriter(SealedWriter&&) noexcept;
  // One write to the file. Throws Error{io}; after that only salvage makes sense of the file.
  void append(const Fragment& fragment);
  // Writes the footer; the caller syncs. Nothing can be appended afterwards.
  SealedFooter finish(Interval span, Blob metadata = {}, std::optional<Duration> clock_offset = {}, Digest plain_sha256 = {});
  std::uint64_t size() const;        // of the file so far
  std::uint64_t plain_size() const;
  File& file();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The header alone needs no key.
SealedHeader read_header(const File& file);

class SealedReader {
 public:
  // Reads and checks the footer; a file without one (still being written, or cut off) is walked chunk by chunk to its
  // last whole authentic fragment. Throws Error{corrupt} when the header or key does not fit.
  SealedReader(File file, const Key& key);
  ~SealedReader();
  SealedReader(SealedReader&&) noexcept;
  const SealedHeader& header() const;
  const SealedFooter& footer() const;  // of an unfinished file: made from what was walked
  bool finished() const;               // it has its footer
  std::uint64_t plain_size() const;
  // Authenticated bytes of the plaintext; throws Error{corrupt} naming the segment when a chunk is not authentic.
  void read(std::uint64_t offset, std::span<std::uint8_t> out);
  Blob read_fragment(std::size_t index);
  // Reads everything and recomputes the hash tree: false when the root or any chunk differs.
  bool verify();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// After a crash: keeps the longest authentic prefix that ends a fragment, truncates, writes and syncs a footer.
// Nothing when not even one media fragment is whole; the file is then left as it was.
std::optional<SealedFooter> salvage(const Path& path, const Key& key);

}  // namespace tenure::storage

#include <algorithm>

#include "base/entropy.h"
#include "base/error.h"
#include "storage/sealed/hash_tree.h"
#include "storage/sealed/sealed_format.h"

namespace tenure::storage {

namespace {

// One buffer for all the writers of a thread: they write one after the other, and 64 cameras need not keep a GOP each.
std::span<std::uint8_t> output_buffer(std::size_t size) {
  static thread_local Blob buffer;
  constexpr std::size_t kKeep = 4 << 20;
  if (buffer.size() > kKeep && size <= kKeep) Blob().swap(buffer);
  if (buffer.size() < size) buffer.resize(size);
  return {buffer.data(), size};
}

}  // namespace

struct SealedWriter::State {
  State(File opened, SealedHeader given, const Key& key)
      : file(std::move(opened)), header(std::move(given)), keys(key, header.salt), aead(keys.chunks), tree(keys.tree_salt) {}

  FragmentEntry entry_of(const Fragment& fragment, std::span<const LeafExtent> leaves) const;
  View seal(const FragmentEntry& entry, View bytes);
  View chunk_plaintext(std::uint64_t from, std::size_t length, View bytes);

  File file;
  SealedHeader header;
  format::SegmentKeys keys;
  Aead aead;
  HashTree tree;
  Digest digest{};                  // of the header
  Blob head;                        // of the fragment being sealed
  std::array<std::uint8_t, kChunkSize> staged;  // the chunk that holds head and bytes both
  std::vector<FragmentEntry> fragments;
  std::uint64_t size = 0, plain_size = 0, chunks = 0;
  bool broken = false, finished = false;
};

// The only thing about writing that costs is one pass of AES and one of SHA-256: chunks are sealed from the caller's
// bytes straight into the output, and only what shares a chunk with the head is copied.
View SealedWriter::State::chunk_plaintext(std::uint64_t from, std::size_t length, View bytes) {
  if (from >= head.size()) return bytes.subspan(from - head.size(), length);
  const std::size_t of_head = std::min<std::size_t>(length, head.size() - from);
  std::memcpy(staged.data(), head.data() + from, of_head);
  if (length > of_head) std::memcpy(staged.data() + of_head, bytes.data(), length - of_head);
  return {staged.data(), length};
}

View SealedWriter::State::seal(const FragmentEntry& entry, View bytes) {
  const std::uint64_t plaintext = head.size() + bytes.size();
  const auto out = output_buffer(format::size_on_disk(plaintext));
  std::uint8_t* at = out.data();
  std::uint64_t number = entry.first_chunk;
  for (std::uint64_t from = 0; from <= plaintext; from += kChunkSize, ++number) {
    const std::size_t length = std::min<std::size_t>(kChunkSize, plaintext - from);
    const bool end = length < kChunkSize;
    format::put_frame(at, length, end);
    aead.seal(format::chunk_nonce(number), format::chunk_binding(digest, number, length, end), chunk_plaintext(from, length, bytes),
              at + format::kFrameSize);
    at += format::kChunkOverhead + length;
  }
  return out;
}

FragmentEntry SealedWriter::State::entry_of(const Fragment& fragment, std::span<const LeafExtent> leaves) const {
  FragmentEntry entry{fragment.kind, fragment.span, fragment.key, size, chunks, plain_size, static_cast<std::uint32_t>(fragment.bytes.size()), {}};
  entry.coded_sizes.reserve(leaves.size());
  for (const LeafExtent& leaf : leaves) {
    if (std::uint64_t{leaf.offset} + leaf.size > fragment.bytes.size())
      throw Error(ErrorKind::internal, "A fragment's leaf lies outside its bytes.");
    entry.coded_sizes.push_back(leaf.size);
  }
  return entry;
}

SealedWriter::SealedWriter(File file, SealedHeader header, const Key& key) {
  if (header.salt == std::array<std::uint8_t, 16>{}) fill_random(header.salt);
  state_ = std::make_unique<State>(std::move(file), std::move(header), key);
  const auto bytes = format::encode_header(state_->header, state_->keys);
  state_->digest = format::header_digest(bytes);
  state_->file.write_at(0, bytes);
  state_->size = bytes.size();
}

SealedWriter::~SealedWriter() = default;
SealedWriter::SealedWriter(SealedWriter&&) noexcept = default;

void SealedWriter::append(const Fragment& fragment) {
  State& state = *state_;
  if (state.broken || state.finished) throw Error(ErrorKind::internal, "Nothing can be added to a segment that has ended or failed.");
  if (fragment.bytes.size() > kLargestFragment || fragment.leaves.size() > format::kMostLeaves)
    throw Error(ErrorKind::refused, "A fragment is larger than 16 MiB or has more than 65,536 samples.");
  const LeafExtent whole{0, static_cast<std::uint32_t>(fragment.bytes.size()), 0, false, 0, 0};
  std::span<const LeafExtent> leaves = fragment.leaves;
  if (fragment.kind == FragmentKind::init && leaves.empty()) leaves = {&whole, 1};  // the codec configuration
  FragmentEntry entry = state.entry_of(fragment, leaves);
  format::encode_head(state.head, entry, leaves);
  const View sealed = state.seal(entry, fragment.bytes);
  // From here chunk numbers count as used: if the write fails, this writer seals no other chunk, so no nonce repeats.
  state.broken = true;
  state.file.write_at(state.size, sealed);
  state.tree.add(leaves, fragment.bytes);
  state.broken = false;
  state.size += sealed.size();
  state.chunks += format::chunk_count(state.head.size() + fragment.bytes.size());
  state.plain_size += fragment.bytes.size();
  state.fragments.push_back(std::move(entry));
}

SealedFooter SealedWriter::finish(Interval span, Blob metadata, std::optional<Duration> clock_offset, Digest plain_sha256) {
  State& state = *state_;
  if (state.finished) throw Error(ErrorKind::internal, "A segment was ended twice.");
  if (state.broken) state.file.truncate(state.size);  // what a failed write left; its fragment was never acknowledged
  SealedFooter footer;
  footer.span = span;
  footer.fragments = std::move(state.fragments);
  footer.root = state.tree.root();
  footer.leaf_count = state.tree.leaf_count();
  footer.plain_sha256 = plain_sha256;
  footer.metadata = std::move(metadata);
  footer.run = state.header.run;
  footer.clock_offset = clock_offset;
  state.finished = true;
  const Blob end = format::seal_footer(footer, state.size, state.chunks, state.digest, state.keys);
  state.file.write_at(state.size, end);
  state.size += end.size();
  return footer;
}

std::uint64_t SealedWriter::size() const { return state_->size; }
std::uint64_t SealedWriter::plain_size() const { return state_->plain_size; }
File& SealedWriter::file() { return state_->file; }

}  // namespace tenure::storage

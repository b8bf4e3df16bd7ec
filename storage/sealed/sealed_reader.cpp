#include <algorithm>

#include "base/error.h"
#include "storage/sealed/sealed_walk.h"

namespace tenure::storage {

struct SealedReader::State {
  State(File file, const Key& key) : access(std::move(file), key) {}

  const FragmentEntry& fragment_at(std::uint64_t plain_offset) const;
  void read_part(const FragmentEntry& entry, std::uint64_t from, std::span<std::uint8_t> out);
  void open_chunk(const FragmentEntry& entry, std::uint64_t index, std::span<std::uint8_t> out);
  View cached_chunk(const FragmentEntry& entry, std::uint64_t index);
  Blob fragment_plaintext(const FragmentEntry& entry);
  bool verify_whole();

  SealedAccess access;
  SealedFooter footer;
  bool finished = false;
  std::uint64_t plain_size = 0;

 private:
  // Players read in small steps, forwards and around the seek: the last few chunks serve most of it.
  struct Cached {
    std::uint64_t number = UINT64_MAX;
    std::uint64_t used = 0;
    Blob bytes;
  };
  std::array<Cached, 4> cache_;
  std::uint64_t uses_ = 0;
  std::array<std::uint8_t, format::kChunkOnDisk> sealed_;
};

namespace {

// Length of a fragment's chunk by its index in the fragment.
std::size_t chunk_length(const FragmentEntry& entry, std::uint64_t index) {
  return std::min<std::uint64_t>(kChunkSize, format::sealed_plaintext(entry) - index * kChunkSize);
}

}  // namespace

const FragmentEntry& SealedReader::State::fragment_at(std::uint64_t plain_offset) const {
  const auto behind = std::ranges::upper_bound(footer.fragments, plain_offset, {}, &FragmentEntry::plain_offset);
  return *std::prev(behind);
}

// `out` has the chunk's length and one byte at least.
void SealedReader::State::open_chunk(const FragmentEntry& entry, std::uint64_t index, std::span<std::uint8_t> out) {
  const std::size_t length = chunk_length(entry, index);
  const std::uint64_t number = entry.first_chunk + index;
  const std::size_t on_disk = length + format::kChunkOverhead;
  const bool end = length < kChunkSize;
  const std::size_t got = access.file.read_some_at(entry.file_offset + index * format::kChunkOnDisk, std::span(sealed_).first(on_disk));
  const auto frame = format::read_frame(View(sealed_).first(got));
  if (got != on_disk || !frame || frame->length != length)  // the length of a frame says whether it is the last
    throw access.damaged("chunk " + std::to_string(number) + " is missing or does not begin as it should");
  const View body = View(sealed_).subspan(format::kFrameSize, length + kTagSize);
  if (!access.aead.open(format::chunk_nonce(number), format::chunk_binding(access.digest, number, length, end), body, out.data()))
    throw access.damaged("chunk " + std::to_string(number) + " is not what was recorded");
}

View SealedReader::State::cached_chunk(const FragmentEntry& entry, std::uint64_t index) {
  const std::uint64_t number = entry.first_chunk + index;
  auto found = std::ranges::find(cache_, number, &Cached::number);
  if (found == cache_.end()) {
    found = std::ranges::min_element(cache_, {}, &Cached::used);
    found->number = UINT64_MAX;
    found->bytes.resize(kChunkSize);
    open_chunk(entry, index, found->bytes);
    found->number = number;
  }
  found->used = ++uses_;
  return View(found->bytes).first(chunk_length(entry, index));
}

void SealedReader::State::read_part(const FragmentEntry& entry, std::uint64_t from, std::span<std::uint8_t> out) {
  std::uint64_t at = format::head_size(entry.coded_sizes.size()) + from;
  while (!out.empty()) {
    const std::uint64_t index = at / kChunkSize;
    const std::size_t inside = at % kChunkSize;
    const std::size_t length = chunk_length(entry, index);
    const std::size_t part = std::min(out.size(), length - inside);
    if (inside == 0 && part == length) {
      open_chunk(entry, index, out.first(part));
    } else {
      std::memcpy(out.data(), cached_chunk(entry, index).data() + inside, part);
    }
    out = out.subspan(part);
    at += part;
  }
}

Blob SealedReader::State::fragment_plaintext(const FragmentEntry& entry) {
  std::uint64_t end = 0;
  auto plaintext = access.read_chunks(entry.file_offset, entry.first_chunk, &end);
  if (!plaintext || plaintext->size() != format::sealed_plaintext(entry))
    throw access.damaged("the fragment at byte " + std::to_string(entry.file_offset) + " is not what was recorded");
  return std::move(*plaintext);
}

bool SealedReader::State::verify_whole() {
  HashTree tree(access.keys.tree_salt);
  Sha256 flat;
  for (const FragmentEntry& entry : footer.fragments) {
    const Blob plaintext = fragment_plaintext(entry);
    const auto head = format::decode_head(plaintext);
    if (!head || head->entry.coded_sizes != entry.coded_sizes || head->entry.plain_offset != entry.plain_offset) return false;
    if (head->entry.kind != entry.kind || head->entry.span != entry.span || head->entry.key != entry.key) return false;
    const View bytes = View(plaintext).last(entry.plain_size);
    tree.add(head->leaves, bytes);
    if (access.header.kind == Kind::calls) flat.update(bytes);
  }
  if (tree.root() != footer.root || tree.leaf_count() != footer.leaf_count) return false;
  return footer.plain_sha256 == Digest{} || flat.finish() == footer.plain_sha256;
}

SealedReader::SealedReader(File file, const Key& key) : state_(std::make_unique<State>(std::move(file), key)) {
  if (auto footer = state_->access.read_footer()) {
    state_->footer = std::move(*footer);
    state_->finished = true;
  } else {
    state_->footer = walk(state_->access).footer;
  }
  for (const FragmentEntry& entry : state_->footer.fragments) state_->plain_size += entry.plain_size;
}

SealedReader::~SealedReader() = default;
SealedReader::SealedReader(SealedReader&&) noexcept = default;

const SealedHeader& SealedReader::header() const { return state_->access.header; }
const SealedFooter& SealedReader::footer() const { return state_->footer; }
bool SealedReader::finished() const { return state_->finished; }
std::uint64_t SealedReader::plain_size() const { return state_->plain_size; }

void SealedReader::read(std::uint64_t offset, std::span<std::uint8_t> out) {
  if (offset > state_->plain_size || out.size() > state_->plain_size - offset)
    throw Error(ErrorKind::usage, "Bytes beyond the end of the segment " + header().id.text() + " were asked for.");
  while (!out.empty()) {
    const FragmentEntry& entry = state_->fragment_at(offset);
    const std::uint64_t from = offset - entry.plain_offset;
    const std::size_t part = std::min<std::uint64_t>(out.size(), entry.plain_size - from);
    state_->read_part(entry, from, out.first(part));
    out = out.subspan(part);
    offset += part;
  }
}

Blob SealedReader::read_fragment(std::size_t index) {
  if (index >= state_->footer.fragments.size())
    throw Error(ErrorKind::usage, "The segment " + header().id.text() + " has no fragment " + std::to_string(index) + ".");
  const FragmentEntry& entry = state_->footer.fragments[index];
  Blob bytes(entry.plain_size);
  if (!bytes.empty()) state_->read_part(entry, 0, bytes);
  return bytes;
}

bool SealedReader::verify() {
  if (!state_->finished) return false;  // there is no root to hold it to
  try {
    return state_->verify_whole();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::corrupt) return false;
    throw;
  }
}

}  // namespace tenure::storage

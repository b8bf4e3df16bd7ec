#include "storage/sealed/sealed_walk.h"

#include <algorithm>

#include "base/error.h"

namespace tenure::storage {

std::array<std::uint8_t, format::kHeaderSize> SealedAccess::bytes_of(const File& file) {
  std::array<std::uint8_t, format::kHeaderSize> bytes{};
  if (file.read_some_at(0, bytes) != bytes.size())
    throw Error(ErrorKind::corrupt, "The sealed file " + file.path().string() + " is shorter than its header.");
  return bytes;
}

SealedHeader read_header(const File& file) {
  std::array<std::uint8_t, format::kHeaderSize> bytes{};
  const std::size_t size = file.read_some_at(0, bytes);
  auto header = size == bytes.size() ? format::decode_header(bytes) : std::nullopt;
  if (!header) throw Error(ErrorKind::corrupt, "The file " + file.path().string() + " has no whole header of a sealed file of version 1.");
  return *header;
}

SealedAccess::SealedAccess(File opened, const Key& key)
    : file(std::move(opened)), header_bytes(bytes_of(file)), header(read_header(file)), keys(key, header.salt),
      digest(format::header_digest(header_bytes)), aead(keys.chunks) {
  if (!format::header_is_authentic(header_bytes, keys))
    throw Error(ErrorKind::corrupt, "The key does not fit the segment " + header.id.text() + ".");
}

Error SealedAccess::damaged(const std::string& what) const {
  return {ErrorKind::corrupt, "The segment " + header.id.text() + " is damaged: " + what + "."};
}

namespace {

// The most a fragment can take: frames claim lengths before anything is authentic, so what is read is bounded by them.
constexpr std::uint64_t kMostPlaintext = kLargestFragment + format::kHeadSize + format::kLeafSize * format::kMostLeaves;

}  // namespace

std::optional<Blob> SealedAccess::read_chunks(std::uint64_t offset, std::uint64_t first_chunk, std::uint64_t* end) {
  Blob plaintext;
  std::array<std::uint8_t, format::kChunkOnDisk> sealed;
  for (std::uint64_t number = first_chunk;; ++number) {
    const std::size_t got = file.read_some_at(offset, sealed);
    const auto frame = format::read_frame(View(sealed).first(got));
    if (!frame || got < frame->length + format::kChunkOverhead || plaintext.size() + frame->length > kMostPlaintext) return std::nullopt;
    const std::size_t before = plaintext.size();
    plaintext.resize(before + frame->length + 1);  // one byte more, so that data() of an empty chunk is valid
    const View body = View(sealed).subspan(format::kFrameSize, frame->length + kTagSize);
    const auto binding = format::chunk_binding(digest, number, frame->length, frame->end);
    if (!aead.open(format::chunk_nonce(number), binding, body, plaintext.data() + before)) return std::nullopt;
    plaintext.resize(before + frame->length);
    offset += frame->length + format::kChunkOverhead;
    if (frame->end) break;
  }
  *end = offset;
  return plaintext;
}

std::optional<SealedFooter> SealedAccess::read_footer() {
  const std::uint64_t size = file.size();
  if (size < format::kHeaderSize + format::kTrailerSize) return std::nullopt;
  std::array<std::uint8_t, format::kTrailerSize> end{};
  if (file.read_some_at(size - end.size(), end) != end.size()) return std::nullopt;
  const auto trailer = format::decode_trailer(end, size);
  if (!trailer) return std::nullopt;
  Blob sealed(trailer->footer_size);
  if (file.read_some_at(trailer->footer_offset, sealed) != sealed.size()) return std::nullopt;
  return format::open_footer(sealed, *trailer, digest, keys);
}

Walk walk(SealedAccess& access) {
  Walk walked;
  walked.end = format::kHeaderSize;
  walked.footer.run = access.header.run;
  HashTree tree(access.keys.tree_salt);
  bool media_seen = false;
  while (true) {
    std::uint64_t end = 0;
    const auto plaintext = access.read_chunks(walked.end, walked.chunks, &end);
    auto head = plaintext ? format::decode_head(*plaintext) : std::nullopt;
    if (!head || head->entry.plain_offset != walked.plain_size) break;
    FragmentEntry& entry = head->entry;
    entry.file_offset = walked.end;
    entry.first_chunk = walked.chunks;
    tree.add(head->leaves, View(*plaintext).last(entry.plain_size));
    walked.end = end;
    walked.chunks += format::chunk_count(plaintext->size());
    walked.plain_size += entry.plain_size;
    if (entry.kind != FragmentKind::init) {
      if (!media_seen) walked.footer.span.from = entry.span.from;
      walked.footer.span.to = entry.span.to;
      media_seen = true;
    }
    walked.footer.fragments.push_back(std::move(entry));
  }
  if (!media_seen) walked.footer.span = {access.header.start, access.header.start};
  walked.footer.root = tree.root();
  walked.footer.leaf_count = tree.leaf_count();
  return walked;
}

}  // namespace tenure::storage

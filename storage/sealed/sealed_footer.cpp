#include "base/entropy.h"
#include "base/error.h"
#include "storage/sealed/sealed_format.h"

namespace tenure::storage::format {

namespace {

constexpr std::string_view kTrailerMagic = "TENUREFT";
constexpr std::uint8_t kHasClockOffset = 1, kSalvaged = 2;

std::array<std::uint8_t, 32 + 24> footer_binding(const Digest& header, const Trailer& trailer) {
  ByteWriter out;
  out.bytes(header);
  out.u64(trailer.footer_offset);
  out.u64(trailer.footer_size);
  out.u64(trailer.chunks);
  std::array<std::uint8_t, 56> binding;
  std::memcpy(binding.data(), out.blob().data(), binding.size());
  return binding;
}

}  // namespace

Blob encode_footer(const SealedFooter& footer) {
  ByteWriter out;
  out.u16(kVersion);
  out.u8(static_cast<std::uint8_t>((footer.clock_offset ? kHasClockOffset : 0) | (footer.salvaged ? kSalvaged : 0)));
  out.u8(0);
  out.u32(footer.run);
  out.u64(micros(footer.span.from));
  out.u64(micros(footer.span.to));
  out.u64(static_cast<std::uint64_t>(footer.clock_offset.value_or(Duration::zero()).count()));
  out.u64(footer.leaf_count);
  out.bytes(footer.root);
  out.bytes(footer.plain_sha256);
  out.u32(static_cast<std::uint32_t>(footer.metadata.size()));
  out.bytes(footer.metadata);
  out.u32(static_cast<std::uint32_t>(footer.fragments.size()));
  for (const FragmentEntry& entry : footer.fragments) {
    put_entry_start(out, entry);
    out.u64(entry.file_offset);
    out.u64(entry.first_chunk);
    out.u64(entry.plain_offset);
    out.u32(entry.plain_size);
    out.u32(static_cast<std::uint32_t>(entry.coded_sizes.size()));
    for (const std::uint32_t size : entry.coded_sizes) out.u32(size);
  }
  return out.take();
}

namespace {

// Where the next fragment must begin: the map has no gap and no overlap.
struct Cursor {
  std::uint64_t file = kHeaderSize, chunk = 0, plain = 0;
  bool take(const FragmentEntry& entry) {
    if (entry.file_offset != file || entry.first_chunk != chunk || entry.plain_offset != plain) return false;
    file += size_on_disk(sealed_plaintext(entry));
    chunk += chunk_count(sealed_plaintext(entry));
    plain += entry.plain_size;
    return true;
  }
};

bool read_fragments(ByteReader& in, SealedFooter& footer, std::uint64_t end) {
  const std::uint32_t count = in.u32();
  Cursor cursor;
  for (std::uint32_t at = 0; at < count; ++at) {
    FragmentEntry entry;
    if (!read_entry_start(in, entry)) return false;
    entry.file_offset = in.u64();
    entry.first_chunk = in.u64();
    entry.plain_offset = in.u64();
    entry.plain_size = in.u32();
    const std::uint32_t leaves = in.u32();
    if (in.failed() || leaves > kMostLeaves || in.left() < std::size_t{leaves} * 4 || entry.plain_size > kLargestFragment) return false;
    entry.coded_sizes.reserve(leaves);
    for (std::uint32_t leaf = 0; leaf < leaves; ++leaf) entry.coded_sizes.push_back(in.u32());
    if (!cursor.take(entry)) return false;
    footer.fragments.push_back(std::move(entry));
  }
  return !in.failed() && cursor.file == end;
}

}  // namespace

std::optional<SealedFooter> decode_footer(View bytes, std::uint64_t end) {
  ByteReader in(bytes);
  SealedFooter footer;
  if (in.u16() != kVersion) return std::nullopt;
  const auto flags = in.u8();
  if (in.u8() != 0 || (flags & ~(kHasClockOffset | kSalvaged)) != 0) return std::nullopt;
  footer.run = in.u32();
  footer.span.from = instant(in.u64());
  footer.span.to = instant(in.u64());
  const Duration offset(static_cast<std::int64_t>(in.u64()));
  if ((flags & kHasClockOffset) != 0) footer.clock_offset = offset;
  footer.salvaged = (flags & kSalvaged) != 0;
  footer.leaf_count = in.u64();
  const View root = in.take(32), plain = in.take(32);
  const View metadata = in.take(in.u32());
  if (in.failed()) return std::nullopt;
  std::memcpy(footer.root.data(), root.data(), 32);
  std::memcpy(footer.plain_sha256.data(), plain.data(), 32);
  footer.metadata.assign(metadata.begin(), metadata.end());
  if (!read_fragments(in, footer, end) || in.left() != 0) return std::nullopt;
  return footer;
}

std::array<std::uint8_t, kTrailerSize> encode_trailer(const Trailer& trailer) {
  ByteWriter out;
  out.text(kTrailerMagic);
  out.u64(trailer.footer_offset);
  out.u64(trailer.footer_size);
  out.u64(trailer.chunks);
  std::array<std::uint8_t, kTrailerSize> bytes;
  std::memcpy(bytes.data(), out.blob().data(), bytes.size());
  return bytes;
}

std::optional<Trailer> decode_trailer(View bytes, std::uint64_t file_size) {
  if (bytes.size() != kTrailerSize || as_text(bytes.first(kTrailerMagic.size())) != kTrailerMagic) return std::nullopt;
  ByteReader in(bytes.subspan(kTrailerMagic.size()));
  Trailer trailer;
  trailer.footer_offset = in.u64();
  trailer.footer_size = in.u64();
  trailer.chunks = in.u64();
  if (trailer.footer_size > kLargestFooter || trailer.footer_offset < kHeaderSize || trailer.footer_offset > file_size) return std::nullopt;
  if (trailer.footer_offset + trailer.footer_size + kTrailerSize != file_size) return std::nullopt;
  return trailer;
}

Blob seal_footer(const SealedFooter& footer, std::uint64_t offset, std::uint64_t chunks, const Digest& header, const SegmentKeys& keys) {
  const Blob plain = encode_footer(footer);
  const Trailer trailer{offset, std::tuple_size_v<Nonce> + plain.size() + kTagSize, chunks};
  if (trailer.footer_size > kLargestFooter) throw Error(ErrorKind::refused, "The segment's map is too large to be sealed.");
  Nonce nonce;
  fill_random(nonce);
  Blob out(trailer.footer_size + kTrailerSize);
  std::memcpy(out.data(), nonce.data(), nonce.size());
  Aead(keys.footer).seal(nonce, footer_binding(header, trailer), plain, out.data() + nonce.size());
  const auto end = encode_trailer(trailer);
  std::memcpy(out.data() + trailer.footer_size, end.data(), end.size());
  return out;
}

std::optional<SealedFooter> open_footer(View sealed, const Trailer& trailer, const Digest& header, const SegmentKeys& keys) {
  Nonce nonce;
  if (sealed.size() != trailer.footer_size || sealed.size() < nonce.size() + kTagSize) return std::nullopt;
  std::memcpy(nonce.data(), sealed.data(), nonce.size());
  Blob plain(sealed.size() - nonce.size() - kTagSize);
  if (!Aead(keys.footer).open(nonce, footer_binding(header, trailer), sealed.subspan(nonce.size()), plain.data())) return std::nullopt;
  auto footer = decode_footer(plain, trailer.footer_offset);
  if (!footer) return std::nullopt;
  std::uint64_t chunks = 0;
  for (const FragmentEntry& entry : footer->fragments) chunks += chunk_count(sealed_plaintext(entry));
  if (chunks != trailer.chunks) return std::nullopt;
  return footer;
}

}  // namespace tenure::storage::format

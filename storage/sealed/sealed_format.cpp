#include "storage/sealed/sealed_format.h"

#include "base/error.h"

namespace tenure::storage::format {

namespace {

constexpr std::string_view kMagic = "TENURESF";
constexpr std::size_t kFieldsSize = 192;   // of the header, before its digest
constexpr std::size_t kNameSize = 64;
constexpr std::uint32_t kEndFlag = 0x8000'0000;

void put_name(ByteWriter& out, const std::string& name) {
  if (name.empty() || name.size() > kNameSize || name.find('\0') != std::string::npos)
    throw Error(ErrorKind::usage, "A source or class name must have 1 to 64 bytes: \"" + name + "\".");
  out.text(name);
  out.zeros(kNameSize - name.size());
}

std::optional<std::string> read_name(ByteReader& in) {
  const std::string_view field = as_text(in.take(kNameSize));
  const std::size_t length = std::min(field.find('\0'), field.size());
  if (length == 0 || field.find_first_not_of('\0', length) != std::string_view::npos) return std::nullopt;
  return std::string(field.substr(0, length));
}

}  // namespace

void put_entry_start(ByteWriter& out, const FragmentEntry& entry) {
  out.u8(static_cast<std::uint8_t>(entry.kind));
  out.u8(entry.key ? 1 : 0);
  out.u16(0);
  out.u64(micros(entry.span.from));
  out.u64(micros(entry.span.to));
}

bool read_entry_start(ByteReader& in, FragmentEntry& entry) {
  const auto kind = in.u8();
  const auto key = in.u8();
  const auto zero = in.u16();
  entry.kind = static_cast<FragmentKind>(kind);
  entry.key = key == 1;
  entry.span.from = instant(in.u64());
  entry.span.to = instant(in.u64());
  return !in.failed() && kind <= 2 && key <= 1 && zero == 0;
}

SegmentKeys::SegmentKeys(const Key& key, const std::array<std::uint8_t, 16>& salt)
    : header(hkdf_sha256(key, salt, "tenure sealed file header 1")),
      chunks(hkdf_sha256(key, salt, "tenure sealed file chunks 1")),
      footer(hkdf_sha256(key, salt, "tenure sealed file footer 1")),
      tree_salt(hkdf_sha256(key, salt, "tenure sealed file tree salt 1")) {}

SegmentKeys::~SegmentKeys() {
  for (Key* key : {&header, &chunks, &footer, &tree_salt}) wipe(*key);
}

HeaderBytes encode_header(const SealedHeader& header, const SegmentKeys& keys) {
  ByteWriter out;
  out.text(kMagic);
  out.u16(kVersion);
  out.u8(header.kind == Kind::camera ? 0 : 1);
  out.u8(0);
  out.u32(header.run);
  out.bytes(header.id.raw);
  out.u64(header.slot);
  out.u64(micros(header.start));
  out.bytes(header.salt);
  put_name(out, header.source);
  put_name(out, header.cls);
  out.bytes(sha256(out.blob()));
  out.bytes(hmac_sha256(keys.header, out.blob()));
  HeaderBytes bytes;
  std::memcpy(bytes.data(), out.blob().data(), bytes.size());
  return bytes;
}

std::optional<SealedHeader> decode_header(View bytes) {
  if (bytes.size() < kHeaderSize || as_text(bytes.first(kMagic.size())) != kMagic) return std::nullopt;
  if (sha256(bytes.first(kFieldsSize)) != header_digest(bytes)) return std::nullopt;
  ByteReader in(bytes.subspan(kMagic.size()));
  SealedHeader header;
  if (in.u16() != kVersion) return std::nullopt;
  const auto kind = in.u8();
  if (kind > 1 || in.u8() != 0) return std::nullopt;
  header.kind = kind == 0 ? Kind::camera : Kind::calls;
  header.run = in.u32();
  std::memcpy(header.id.raw.data(), in.take(16).data(), 16);
  header.slot = in.u64();
  header.start = instant(in.u64());
  std::memcpy(header.salt.data(), in.take(16).data(), 16);
  auto source = read_name(in);
  auto cls = read_name(in);
  if (!source || !cls) return std::nullopt;
  header.source = std::move(*source);
  header.cls = std::move(*cls);
  return header;
}

Digest header_digest(View bytes) {
  Digest digest;
  std::memcpy(digest.data(), bytes.data() + kFieldsSize, digest.size());
  return digest;
}

bool header_is_authentic(View bytes, const SegmentKeys& keys) {
  const Digest expected = hmac_sha256(keys.header, bytes.first(kHeaderSize - 32));
  return std::memcmp(expected.data(), bytes.data() + kHeaderSize - 32, 32) == 0;
}

Nonce chunk_nonce(std::uint64_t number) {
  Nonce nonce{};
  for (std::size_t at = 0; at < 8; ++at) nonce[4 + at] = static_cast<std::uint8_t>(number >> (56 - 8 * at));
  return nonce;
}

ChunkBinding chunk_binding(const Digest& header, std::uint64_t number, std::size_t length, bool end) {
  ChunkBinding binding;
  std::memcpy(binding.data(), header.data(), 32);
  for (std::size_t at = 0; at < 8; ++at) binding[32 + at] = static_cast<std::uint8_t>(number >> (56 - 8 * at));
  for (std::size_t at = 0; at < 4; ++at) binding[40 + at] = static_cast<std::uint8_t>(length >> (24 - 8 * at));
  binding[44] = end ? 1 : 0;
  return binding;
}

void put_frame(std::uint8_t* out, std::size_t length, bool end) {
  const std::uint32_t value = static_cast<std::uint32_t>(length) | (end ? kEndFlag : 0);
  for (std::size_t at = 0; at < 4; ++at) out[at] = static_cast<std::uint8_t>(value >> (24 - 8 * at));
}

std::optional<Frame> read_frame(View bytes) {
  ByteReader in(bytes);
  const std::uint32_t value = in.u32();
  const Frame frame{value & ~kEndFlag, (value & kEndFlag) != 0};
  const bool sound = frame.end ? frame.length < kChunkSize : frame.length == kChunkSize;
  if (in.failed() || !sound) return std::nullopt;
  return frame;
}

void encode_head(Blob& out, const FragmentEntry& entry, std::span<const LeafExtent> leaves) {
  ByteWriter head;
  put_entry_start(head, entry);
  head.u64(entry.plain_offset);
  head.u32(entry.plain_size);
  head.u32(static_cast<std::uint32_t>(leaves.size()));
  head.u32(0);
  for (const LeafExtent& leaf : leaves) {
    head.u32(leaf.offset);
    head.u32(leaf.size);
    head.u8(leaf.track);
    head.u8(leaf.key ? 1 : 0);
    head.u64(static_cast<std::uint64_t>(leaf.time));
    head.u32(leaf.duration);
  }
  out = head.take();
}

std::optional<Head> decode_head(View plaintext) {
  ByteReader in(plaintext);
  Head head;
  if (!read_entry_start(in, head.entry)) return std::nullopt;
  head.entry.plain_offset = in.u64();
  head.entry.plain_size = in.u32();
  const std::uint32_t count = in.u32();
  if (in.u32() != 0 || in.failed() || count > kMostLeaves || head.entry.plain_size > kLargestFragment) return std::nullopt;
  if (plaintext.size() != head_size(count) + head.entry.plain_size) return std::nullopt;
  head.leaves.reserve(count);
  head.entry.coded_sizes.reserve(count);
  for (std::uint32_t at = 0; at < count; ++at) {
    LeafExtent leaf;
    leaf.offset = in.u32();
    leaf.size = in.u32();
    leaf.track = in.u8();
    leaf.key = in.u8() != 0;
    leaf.time = static_cast<std::int64_t>(in.u64());
    leaf.duration = in.u32();
    if (std::uint64_t{leaf.offset} + leaf.size > head.entry.plain_size) return std::nullopt;
    head.entry.coded_sizes.push_back(leaf.size);
    head.leaves.push_back(leaf);
  }
  return head;
}

}  // namespace tenure::storage::format

#include "storage/sweep/tombstone_file.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>

namespace tenure::storage {

namespace {
constexpr std::size_t kRecord = kTombstoneRecord, kChecked = 57;
constexpr std::size_t kBlock = kRecord * 4096;

Blob encode(const TombstoneToken& token) {
  ByteWriter out;
  out.bytes(token.token);
  out.bytes(token.segment.bytes());
  out.u64(static_cast<std::uint64_t>(micros_of(token.at)));
  out.u8(static_cast<std::uint8_t>(token.kind));
  const auto check = Sha256().update(out.blob()).finish();
  out.bytes(View(check).first(kRecord - kChecked));
  return out.take();
}

std::optional<TombstoneToken> decode(View record) {
  const auto check = Sha256().update(record.first(kChecked)).finish();
  if (!std::ranges::equal(record.subspan(kChecked), View(check).first(kRecord - kChecked))) return std::nullopt;
  ByteReader in(record);
  TombstoneToken token;
  std::ranges::copy(in.take(token.token.size()), token.token.begin());
  token.segment = *SegmentId::from_bytes(in.take(16));
  token.at = instant_from_micros(static_cast<std::int64_t>(in.u64()));
  token.kind = in.u8();
  return token;
}
}  // namespace

Path tombstone_file(const Path& state) { return state / "tombstones"; }

// What a crash cut off behind the last whole record is written over.
void append_tombstones(const Path& path, const std::vector<TombstoneToken>& tokens) {
  if (tokens.empty()) return;
  Blob bytes;
  for (const auto& token : tokens) {
    const auto record = encode(token);
    bytes.insert(bytes.end(), record.begin(), record.end());
  }
  const bool there = boost::filesystem::exists(path);
  File file(path, there ? File::Mode::read_write : File::Mode::create);
  file.write_at(file.size() / kRecord * kRecord, bytes);
  file.sync();
  if (!there) sync_directory(path.parent_path());
}

std::vector<TombstoneToken> read_tombstones(const Path& path, std::uint64_t* damaged) {
  std::vector<TombstoneToken> tokens;
  if (!boost::filesystem::exists(path)) return tokens;
  const File file(path, File::Mode::read);
  Blob block(kBlock);
  for (std::uint64_t offset = 0;; offset += kBlock) {
    const auto got = file.read_some_at(offset, block) / kRecord * kRecord;
    for (std::size_t at = 0; at < got; at += kRecord) {
      if (auto token = decode(View(block).subspan(at, kRecord)))
        tokens.push_back(std::move(*token));
      else if (damaged != nullptr)
        ++*damaged;
    }
    if (got < kBlock) return tokens;
  }
}

}  // namespace tenure::storage

#include "disclosure/spool.h"

#include <algorithm>

#include "base/entropy.h"
#include "base/error.h"

namespace tenure::disclosure {

namespace {
constexpr std::size_t kChunk = 64 * 1024;

// The key is new for every spool and each chunk is written once, so a counter never repeats a nonce.
Nonce nonce_of(std::uint64_t index) {
  Nonce nonce{};
  for (std::size_t i = 0; i < 8; ++i) nonce[11 - i] = static_cast<std::uint8_t>(index >> (8 * i));
  return nonce;
}
}  // namespace

Spool::Spool(const Path& staging) {
  make_directories(staging);
  file_ = File::unnamed(staging);
  fill_random(key_);
  aead_ = std::make_unique<Aead>(key_);
  pending_.reserve(kChunk);
}

Spool::~Spool() {
  wipe(key_);
  wipe(pending_);
  wipe(cached_);
}

void Spool::write(View bytes) {
  size_ += bytes.size();
  while (!bytes.empty()) {
    const auto count = std::min(bytes.size(), kChunk - pending_.size());
    pending_.insert(pending_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
    bytes = bytes.subspan(count);
    if (pending_.size() == kChunk) seal_chunk();
  }
}

void Spool::seal_chunk() {
  sealed_.resize(pending_.size() + kTagSize);
  aead_->seal(nonce_of(chunks_), {}, pending_, sealed_.data());
  file_.write_at(chunks_ * (kChunk + kTagSize), sealed_);
  ++chunks_;
  pending_.clear();
}

void Spool::finish() {
  if (!pending_.empty()) seal_chunk();
}

const Blob& Spool::chunk(std::uint64_t index) {
  if (index == cached_index_) return cached_;
  cached_index_ = UINT64_MAX;
  const auto plain = static_cast<std::size_t>(std::min<std::uint64_t>(kChunk, size_ - index * kChunk));
  sealed_.resize(plain + kTagSize);
  file_.read_at(index * (kChunk + kTagSize), sealed_);
  cached_.resize(plain);
  if (!aead_->open(nonce_of(index), {}, sealed_, cached_.data()))
    throw Error(ErrorKind::corrupt, "The working copy was damaged on the disk; export it again.");
  cached_index_ = index;
  return cached_;
}

void Spool::read(std::uint64_t offset, std::span<std::uint8_t> out) {
  if (offset > size_ || out.size() > size_ - offset) throw Error(ErrorKind::corrupt, "The working copy ends too early.");
  while (!out.empty()) {
    const auto& bytes = chunk(offset / kChunk);
    const auto at = static_cast<std::size_t>(offset % kChunk);
    const auto count = std::min(out.size(), bytes.size() - at);
    std::memcpy(out.data(), bytes.data() + at, count);
    out = out.subspan(count);
    offset += count;
  }
}

media::ByteSource Spool::source() {
  return {size_, [this](std::uint64_t offset, std::span<std::uint8_t> out) { read(offset, out); }};
}

}  // namespace tenure::disclosure

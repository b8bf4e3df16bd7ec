#include "media/bit_reader.h"

namespace tenure::media {

std::uint32_t BitReader::bits(unsigned count) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < count; ++i) {
    if (at_ >= bytes_.size() * 8) {
      failed_ = true;
      return 0;
    }
    const unsigned bit = (bytes_[at_ / 8] >> (7 - at_ % 8)) & 1U;
    value = (value << 1) | bit;
    ++at_;
  }
  return value;
}

void BitReader::skip(std::size_t count) {
  if (count > bytes_.size() * 8 - at_) {
    failed_ = true;
    at_ = bytes_.size() * 8;
    return;
  }
  at_ += count;
}

std::uint32_t BitReader::unsigned_golomb() {
  unsigned zeros = 0;
  while (!failed_ && !flag()) {
    if (++zeros > 31) failed_ = true;
  }
  if (failed_) return 0;
  return ((1U << zeros) - 1) + bits(zeros);
}

std::int32_t BitReader::signed_golomb() {
  const std::int64_t code = unsigned_golomb();
  return static_cast<std::int32_t>(code % 2 == 0 ? -(code / 2) : (code + 1) / 2);
}

Blob without_emulation_prevention(View nal) {
  Blob plain;
  plain.reserve(nal.size());
  unsigned zeros = 0;
  for (const std::uint8_t byte : nal) {
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    plain.push_back(byte);
  }
  return plain;
}

}  // namespace tenure::media

// Reads single bits and exp-Golomb numbers, most significant bit first. A read past the end yields zero and sets
// failed(); a code longer than 32 bits fails too. Input may be hostile.
#pragma once
#include "base/bytes.h"

namespace tenure::media {

class BitReader {
 public:
  explicit BitReader(View bytes) : bytes_(bytes) {}
  std::uint32_t bits(unsigned count);  // at most 32
  bool flag() { return bits(1) != 0; }
  void skip(std::size_t count);
  std::uint32_t unsigned_golomb();
  std::int32_t signed_golomb();
  bool failed() const { return failed_; }

 private:
  View bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

// The payload of a NAL unit without its emulation-prevention bytes (00 00 03).
Blob without_emulation_prevention(View nal);

}  // namespace tenure::media

// Byte buffers and bounded big-endian reading and writing. Any thread; no shared state.
#pragma once
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenure {

using Blob = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;

inline View as_view(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
inline std::string_view as_text(View bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// Lower-case hexadecimal, two digits a byte.
std::string to_hex(View bytes);
// The bytes of a hexadecimal text in either case; nothing when it is not one.
std::optional<Blob> from_hex(std::string_view text);
// RFC 4648 base64; decoding accepts missing padding and refuses every other departure.
std::string to_base64(View bytes);
std::optional<Blob> from_base64(std::string_view text);

// Reads big-endian integers from a view. A read past the end yields zero and sets failed(); it never throws, so that
// parsers of untrusted input check once, at their end.
class ByteReader {
 public:
  explicit ByteReader(View bytes) : bytes_(bytes) {}
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u24() { return static_cast<std::uint32_t>(number(3)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  View take(std::size_t count);
  void skip(std::size_t count) { take(count); }
  std::size_t left() const { return bytes_.size() - at_; }
  std::size_t position() const { return at_; }
  bool failed() const { return failed_; }

 private:
  std::uint64_t number(std::size_t width);
  View bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

// Appends big-endian integers to a blob it owns.
class ByteWriter {
 public:
  void u8(std::uint8_t value) { blob_.push_back(value); }
  void u16(std::uint16_t value) { number(value, 2); }
  void u24(std::uint32_t value) { number(value, 3); }
  void u32(std::uint32_t value) { number(value, 4); }
  void u64(std::uint64_t value) { number(value, 8); }
  void bytes(View value) { blob_.insert(blob_.end(), value.begin(), value.end()); }
  void text(std::string_view value) { bytes(as_view(value)); }
  void zeros(std::size_t count) { blob_.insert(blob_.end(), count, 0); }
  // Overwrites four bytes already written at `at`.
  void patch_u32(std::size_t at, std::uint32_t value);
  std::size_t size() const { return blob_.size(); }
  const Blob& blob() const { return blob_; }
  Blob take() { return std::move(blob_); }

 private:
  void number(std::uint64_t value, std::size_t width);
  Blob blob_;
};

}  // namespace tenure

#include "base/bytes.h"

#include <openssl/evp.h>

namespace tenure {

std::string to_hex(View bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<Blob> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Blob bytes(text.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int high = hex_digit(text[2 * i]);
    const int low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return bytes;
}

std::string to_base64(View bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::optional<Blob> from_base64(std::string_view text) {
  std::string padded(text);
  while (!padded.empty() && padded.back() == '=') padded.pop_back();
  if (text.size() - padded.size() > 2 || padded.size() % 4 == 1 || padded.size() > (std::size_t{1} << 30)) return std::nullopt;
  const std::size_t length = padded.size() / 4 * 3 + (padded.size() % 4 == 0 ? 0 : padded.size() % 4 - 1);
  for (const char c : padded) {
    const bool ok = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    if (!ok) return std::nullopt;
  }
  padded.resize((padded.size() + 3) / 4 * 4, '=');
  Blob bytes(padded.size() / 4 * 3 + 1);
  const int got = EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(padded.data()), static_cast<int>(padded.size()));
  if (got < 0) return std::nullopt;
  bytes.resize(length);
  return bytes;
}

std::uint64_t ByteReader::number(std::size_t width) {
  if (left() < width) {
    failed_ = true;
    at_ = bytes_.size();
    return 0;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value = value << 8 | bytes_[at_ + i];
  at_ += width;
  return value;
}

View ByteReader::take(std::size_t count) {
  if (left() < count) {
    failed_ = true;
    at_ = bytes_.size();
    return {};
  }
  const View part = bytes_.subspan(at_, count);
  at_ += count;
  return part;
}

void ByteWriter::number(std::uint64_t value, std::size_t width) {
  for (std::size_t i = width; i > 0; --i) blob_.push_back(static_cast<std::uint8_t>(value >> (8 * (i - 1))));
}

void ByteWriter::patch_u32(std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) blob_.at(at + i) = static_cast<std::uint8_t>(value >> (8 * (3 - i)));
}

}  // namespace tenure

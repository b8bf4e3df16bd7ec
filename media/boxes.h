// ISO base media boxes (ISO/IEC 14496-12, 4.2) in memory: writing them nested, and walking them without trusting a length.
#pragma once
#include <array>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/error.h"

namespace tenure::media {

constexpr std::uint32_t fourcc(const char (&name)[5]) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint8_t>(name[i]);
  return value;
}
// The four characters, with `?` for what cannot be printed.
std::string fourcc_text(std::uint32_t type);

// A box that is open while this object lives; its size is patched at the end.
class OpenBox {
 public:
  OpenBox(ByteWriter& out, const char (&type)[5]);
  OpenBox(ByteWriter& out, const char (&type)[5], std::uint8_t version, std::uint32_t flags);
  ~OpenBox() { out_.patch_u32(start_, static_cast<std::uint32_t>(out_.size() - start_)); }
  OpenBox(const OpenBox&) = delete;
  OpenBox& operator=(const OpenBox&) = delete;
  std::size_t start() const { return start_; }

 private:
  ByteWriter& out_;
  std::size_t start_;
};

// The unity matrix of mvhd and tkhd.
void write_unity_matrix(ByteWriter& out);

struct Box {
  std::uint32_t type = 0;
  View body;
};

// Walks the boxes that lie in `bytes`; throws Error{corrupt} naming the box that does not fit. Trailing zero bytes of
// fewer than eight (QuickTime's terminator) end the walk.
class BoxWalk {
 public:
  explicit BoxWalk(View bytes) : bytes_(bytes) {}
  std::optional<Box> next();

 private:
  View bytes_;
};

// The first child of that type; nothing when there is none.
std::optional<Box> find_box(View children, std::uint32_t type);
// The same, or Error{corrupt} saying that `type` is missing in `parent`.
Box need_box(View children, std::uint32_t type, std::uint32_t parent);

Error corrupt_box(std::uint32_t type, const std::string& what);

}  // namespace tenure::media

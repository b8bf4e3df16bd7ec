#include "media/boxes.h"

namespace tenure::media {

std::string fourcc_text(std::uint32_t type) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    const auto byte = static_cast<char>((type >> shift) & 0xFF);
    text.push_back(byte >= ' ' && byte <= '~' ? byte : '?');
  }
  return text;
}

OpenBox::OpenBox(ByteWriter& out, const char (&type)[5]) : out_(out), start_(out.size()) {
  out_.u32(0);
  out_.u32(fourcc(type));
}

OpenBox::OpenBox(ByteWriter& out, const char (&type)[5], std::uint8_t version, std::uint32_t flags)
    : OpenBox(out, type) {
  out_.u8(version);
  out_.u24(flags);
}

void write_unity_matrix(ByteWriter& out) {
  for (const std::uint32_t value : {0x10000U, 0U, 0U, 0U, 0x10000U, 0U, 0U, 0U, 0x40000000U}) out.u32(value);
}

std::optional<Box> BoxWalk::next() {
  if (bytes_.size() < 8) {
    for (const std::uint8_t byte : bytes_) {
      if (byte != 0) throw Error(ErrorKind::corrupt, "The movie has a piece of a box where a whole one must be.");
    }
    return std::nullopt;
  }
  ByteReader in(bytes_);
  std::uint64_t size = in.u32();
  const std::uint32_t type = in.u32();
  if (size == 1) size = in.u64();
  if (size == 0) size = bytes_.size();
  if (in.failed() || size < in.position() || size > bytes_.size()) throw corrupt_box(type, "is longer than what holds it");
  const auto whole = static_cast<std::size_t>(size);
  const Box box{type, bytes_.subspan(in.position(), whole - in.position())};
  bytes_ = bytes_.subspan(whole);
  return box;
}

std::optional<Box> find_box(View children, std::uint32_t type) {
  BoxWalk walk(children);
  while (const auto box = walk.next()) {
    if (box->type == type) return box;
  }
  return std::nullopt;
}

Box need_box(View children, std::uint32_t type, std::uint32_t parent) {
  const auto box = find_box(children, type);
  if (!box) throw corrupt_box(parent, "has no '" + fourcc_text(type) + "'");
  return *box;
}

Error corrupt_box(std::uint32_t type, const std::string& what) {
  return Error(ErrorKind::corrupt, "The movie's box '" + fourcc_text(type) + "' " + what + ".");
}

}  // namespace tenure::media

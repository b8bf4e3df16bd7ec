#include "daemon/wire/frame.h"

#include <fmt/format.h>

#include <algorithm>

namespace tenure::wire {

static bool is_known(std::uint8_t type) { return std::string_view("jJPFDEX").find(static_cast<char>(type)) != std::string_view::npos; }

std::optional<Header> parse_header(View five, std::string& why) {
  ByteReader reader(five);
  const std::size_t size = reader.u32();
  const std::uint8_t type = reader.u8();
  if (reader.failed()) {
    why = "a frame's header is 5 bytes";
  } else if (!is_known(type)) {
    why = fmt::format("frame type 0x{:02x} is unknown", type);
  } else if (size > kLargestFrame) {
    why = fmt::format("a frame of {} bytes is over the limit of {}", size, kLargestFrame);
  } else {
    return Header{static_cast<Type>(type), size};
  }
  return std::nullopt;
}

Blob encode(Type type, View payload) {
  ByteWriter writer;
  writer.u32(static_cast<std::uint32_t>(payload.size()));
  writer.u8(static_cast<std::uint8_t>(type));
  writer.bytes(payload);
  return writer.take();
}

Blob encode_json(std::string_view text) {
  Blob out;
  do {
    const auto piece = text.substr(0, kLargestFrame);
    text.remove_prefix(piece.size());
    const Blob frame = encode(text.empty() ? Type::json : Type::part, as_view(piece));
    out.insert(out.end(), frame.begin(), frame.end());
  } while (!text.empty());
  return out;
}

bool JsonText::add(View payload) {
  if (payload.size() > limit_ - text_.size()) return false;
  text_.append(as_text(payload));
  return true;
}

}  // namespace tenure::wire

// The frames of the control socket (docs/reference/socket-protocol.md): 4 bytes big-endian payload length, 1 byte type,
// payload. Pure; bytes may be hostile (fuzzed), so every length is bounded before anything is kept.
#pragma once
#include <string>
#include <utility>

#include "base/bytes.h"

namespace tenure::wire {

inline constexpr std::size_t kHeaderSize = 5;
inline constexpr std::size_t kLargestFrame = 1 << 20;     // payload of one frame
inline constexpr std::size_t kLargestRequest = 6 << 20;   // a request's text over all its frames: a plan is up to 4 MiB
inline constexpr std::size_t kLargestAnswer = 256 << 20;  // an answer's text over all its frames

enum class Type : std::uint8_t {
  part = 'j',        // JSON text that goes on in the next frame
  json = 'J',        // JSON text, or the end of it: a request, or the result that ends an answer
  progress = 'P',    // JSON {done, what}
  begin_file = 'F',  // JSON {name}
  data = 'D',        // bytes of the file begun last
  end_file = 'E',
  error = 'X',       // JSON {kind, message, field, cause} that ends an answer
};

struct Header {
  Type type = Type::json;
  std::size_t size = 0;  // of the payload
};

// Nothing, and why, when the five bytes are no header or its payload is over the bound.
std::optional<Header> parse_header(View five, std::string& why);

Blob encode(Type type, View payload);
// A whole JSON text as one frame, or as parts and a last one.
Blob encode_json(std::string_view text);

// Puts a JSON text together from the frames it came in.
class JsonText {
 public:
  explicit JsonText(std::size_t limit) : limit_(limit) {}
  // False when the text grows over its limit.
  [[nodiscard]] bool add(View payload);
  const std::string& text() const { return text_; }
  std::string take() { return std::exchange(text_, {}); }

 private:
  std::size_t limit_;
  std::string text_;
};

}  // namespace tenure::wire

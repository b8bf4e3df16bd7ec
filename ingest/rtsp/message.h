// What arrives on an RTSP connection, found in place in a buffer: interleaved frames (RFC 2326 section 10.12) and text
// messages. Pure and bounded: headers at most 64 KiB, a body at most 256 KiB, whatever the camera claims.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace tenure::ingest::rtsp {

inline constexpr std::size_t kMaxHeaderBytes = 64 << 10;
inline constexpr std::size_t kMaxBodyBytes = 256 << 10;
inline constexpr std::size_t kMaxHeaders = 256;
inline constexpr std::size_t kFrameHeader = 4;

enum class Arrival { nothing, line_break, frame, text, garbage };
// What the first bytes are. Stray line breaks between messages are common, and skipped by the caller.
Arrival look(View bytes);

// An interleaved frame at the start of `bytes`; `size` is zero while it is not whole.
struct Frame {
  std::size_t size = 0;
  std::uint8_t channel = 0;
  View payload;
};
Frame take_frame(View bytes);

struct Response {
  int status = 0;
  std::string reason;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case, in order of arrival
  std::string body;
  // The first header of this lower-case name, or empty.
  std::string_view header(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
};

struct Text {
  std::size_t size = 0;     // bytes used; zero while it is not whole
  bool is_request = false;  // cameras may ask something of us; read over
  Response response;
  std::string problem;      // not empty: the connection cannot be used any further; says why
};
Text take_text(View bytes);

// ASCII helpers that the room's other parsers share.
std::string lower(std::string_view text);
std::string_view trim(std::string_view text);
bool same_word(std::string_view a, std::string_view b);
// Decimal digits only, at most `limit`; false otherwise.
bool parse_number(std::string_view text, std::uint64_t limit, std::uint64_t& out);
// No control bytes, spaces or bytes beyond ASCII: may stand in a request line.
bool is_clean_uri(std::string_view text);

}  // namespace tenure::ingest::rtsp

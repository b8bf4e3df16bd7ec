// What a camera sends on its RTSP connection: replies, requests, interleaved frames, and what their headers hold.
#include <cstdlib>

#include "base/error.h"
#include "ingest/rtsp/address.h"
#include "ingest/rtsp/auth.h"
#include "ingest/rtsp/transport.h"

namespace {
using namespace tenure;
using namespace tenure::ingest::rtsp;

void must(bool promised) {
  if (!promised) std::abort();
}

// Whatever the camera sent, our next request stays one request.
void log_in(const Response& response) {
  Authenticator login("viewer", "pass", /*allow_basic=*/true);
  login.challenged(response);
  const auto value = login.authorization("DESCRIBE", "rtsp://camera.example/live", "0a4f113b");
  must(!value.empty() && value.find_first_of("\r\n") == std::string::npos && value.find('\0') == std::string::npos);
}

void read_headers(const Response& response) {
  must(response.headers.size() <= kMaxHeaders && response.body.size() <= kMaxBodyBytes);
  place_of(std::string(response.header("location")));
  try {
    parse_transport(response.header("transport"), {0, 1});
    const auto session = parse_session(response.header("session"));
    must(is_clean_uri(session.id) && session.timeout >= Seconds(2) && session.timeout <= Seconds(600));
  } catch (const Error&) {
  }
  try {
    log_in(response);
  } catch (const Error&) {
  }
}

// The bytes used; zero when no more can be read.
std::size_t read_one(View bytes) {
  switch (look(bytes)) {
    case Arrival::nothing:
    case Arrival::garbage: return 0;
    case Arrival::line_break: return 1;
    case Arrival::frame: {
      const auto frame = take_frame(bytes);
      must(frame.size <= bytes.size() && (frame.size == 0 || frame.size == frame.payload.size() + kFrameHeader));
      return frame.size;
    }
    case Arrival::text: break;
  }
  const auto text = take_text(bytes);
  must(text.size <= bytes.size());
  if (text.size > 0) read_headers(text.response);
  return text.size;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  View rest(data, size);
  must(parse_challenges(as_text(rest)).size() <= 17);
  while (const auto used = read_one(rest)) rest = rest.subspan(used);
  return 0;
}

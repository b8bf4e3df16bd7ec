// A camera's session description, and the plan of what is to be set up.
#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "ingest/rtsp/sdp.h"

namespace {
using namespace tenure;
using namespace tenure::ingest::rtsp;

void must(bool promised) {
  if (!promised) std::abort();
}

// What goes into a request line must not break it.
void check_uri(const std::string& control) {
  const auto uri = resolve_control("rtsp://camera.example/live", control);
  must(std::ranges::all_of(uri, [](char c) { return c > ' ' && c < 0x7f; }) && uri.size() < 4096);
}

void plan(const Sdp& sdp, bool audio) {
  try {
    const auto made = plan_session(sdp, audio);
    check_uri(made.control);
    must(!made.tracks.empty() && made.tracks.size() <= (audio ? 2u : 1u));
    for (const auto& track : made.tracks) {
      check_uri(track.control);
      must(track.info.clock_rate > 0 && track.payload_type < 128);
    }
  } catch (const Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto sdp = parse_sdp(as_text(View(data, size)));
  must(sdp.media.size() <= 16 && sdp.problems.size() <= 32);
  plan(sdp, /*audio=*/false);
  plan(sdp, /*audio=*/true);
  return 0;
}

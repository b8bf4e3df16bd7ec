#include "daemon/keeping.h"

#include "base/log.h"

namespace tenure::daemon {

// A segment is tried at every key frame, at most some seconds apart but for odd cameras.
static constexpr Duration kRecent = Seconds(30);

void Keeping::failed(const std::string& source, const std::string& cause) {
  const auto now = clock_.monotonic();
  auto failures = failures_.lock();
  const auto found = failures->find(source);
  if (found == failures->end() || now - found->second.at > kRecent)
    log_error("event=not-kept source={} cause=\"{}\" effect=\"nothing of it is kept until this is mended\"", source, log_safe(cause));
  (*failures)[source] = {now, cause};
}

std::vector<ingest::CameraStatus> Keeping::judge(std::vector<ingest::CameraStatus> cameras) const {
  const auto now = clock_.monotonic();
  auto failures = failures_.lock();
  for (auto& camera : cameras) {
    const auto found = failures->find(camera.name);
    if (camera.state != "recording" || found == failures->end() || now - found->second.at > kRecent) continue;
    camera.state = "not-kept";
    camera.why = "the camera sends, but storage cannot keep it: " + found->second.cause;
  }
  return cameras;
}

}  // namespace tenure::daemon

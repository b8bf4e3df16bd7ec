// Whether what the cameras send is really kept: a camera may send well while the disk is full. Any thread.
#pragma once
#include <map>

#include "base/clock.h"
#include "base/synchronized.h"
#include "ingest/camera.h"

namespace tenure::daemon {

class Keeping {
 public:
  explicit Keeping(const Clock& clock) : clock_(clock) {}
  // Storage gave up a segment of this source. Logged once for each stretch of failures: storage logs each segment.
  void failed(const std::string& source, const std::string& cause);
  // A camera of which something was lost in the last half minute has the state "not-kept" instead of "recording".
  std::vector<ingest::CameraStatus> judge(std::vector<ingest::CameraStatus> cameras) const;

 private:
  struct Failure {
    Duration at{};  // monotonic
    std::string cause;
  };
  const Clock& clock_;
  mutable Synchronized<std::map<std::string, Failure>> failures_;
};

}  // namespace tenure::daemon

// Lets a log line through when it says something new, and repeats of it once a minute. One thread.
#pragma once
#include <map>
#include <string>

#include "base/time.h"

namespace tenure::ingest {

class LogLimiter {
 public:
  // `now` is monotonic.
  bool allows(const std::string& line, Duration now);

 private:
  static constexpr std::size_t kMostLines = 16;
  static constexpr Duration kRepeat = std::chrono::minutes(1);
  std::map<std::string, Duration> seen_;
};

}  // namespace tenure::ingest

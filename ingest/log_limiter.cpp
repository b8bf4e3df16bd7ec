#include "ingest/log_limiter.h"

namespace tenure::ingest {

bool LogLimiter::allows(const std::string& line, Duration now) {
  const auto found = seen_.find(line);
  if (found != seen_.end() && now - found->second < kRepeat) return false;
  std::erase_if(seen_, [&](const auto& entry) { return now - entry.second >= kRepeat; });
  if (seen_.size() >= kMostLines) return false;  // something alternates fast: a minute's silence loses nothing new
  seen_[line] = now;
  return true;
}

}  // namespace tenure::ingest

#include "media/worker/channel.h"

#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>

#include "base/error.h"
#include "media/worker/job.h"

namespace tenure::worker {

std::int64_t read_some(int descriptor, std::uint8_t* out, std::size_t size) {
  for (;;) {
    const auto got = ::read(descriptor, out, size);
    if (got >= 0 || errno != EINTR) return got;
  }
}

Blob read_to_end(int descriptor, std::size_t limit) {
  Blob bytes;
  std::array<std::uint8_t, 65536> chunk;
  for (;;) {
    const auto got = read_some(descriptor, chunk.data(), chunk.size());
    if (got < 0) throw io_error("The worker cannot read its job");
    if (got == 0) return bytes;
    bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + got);
    if (bytes.size() > limit) throw Error(ErrorKind::refused, "The job is too large: export a shorter span.");
  }
}

bool write_all(int descriptor, View bytes) {
  while (!bytes.empty()) {
    const auto done = ::write(descriptor, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
  return true;
}

static void report(const std::string& line) { static_cast<void>(write_all(kStatus, as_view(line + "\n"))); }

void report_progress(double done) { report(boost::json::serialize(boost::json::object{{"progress", done}})); }
void report_done(const std::string& json_object) { report("{\"done\":" + json_object + "}"); }
void report_error(ErrorKind kind, const std::string& sentence) {
  report(boost::json::serialize(boost::json::object{{"error", sentence}, {"kind", to_string(kind)}}));
}

}  // namespace tenure::worker

// tenure-worker: the only process that decodes media. It is started by the daemon with four descriptors (job.h) and
// nothing else; what it is asked and what it answers are in docs/decisions/0005-exports-without-plaintext-on-disk.md.
#include <fcntl.h>

#include <cstdio>

#include "base/error.h"
#include "media/worker/av.h"
#include "media/worker/channel.h"
#include "media/worker/confine.h"
#include "media/worker/redact.h"

#if defined(__SANITIZE_ADDRESS__)
// The leak check at the exit traces the process from a second one, which confinement and load can make fail: the end
// would then tell of the checker, not of the worker. The same code is checked for leaks where it runs unconfined.
extern "C" int __lsan_is_turned_off() { return 1; }
#endif

namespace {
using namespace tenure;
using namespace tenure::worker;

constexpr std::size_t kLargestJob = 256 << 20;
constexpr std::uint64_t kVideoMemory = 2ull << 30, kAudioMemory = 512ull << 20;
constexpr std::uint64_t kLeastSeconds = 120, kAudioSeconds = 3600;

void run(const VideoJob& job) {
  confine_to(kVideoMemory, kLeastSeconds + job.frames.size());  // a CPU second a picture is twenty times what it takes
  redact_video(job);
}

void run(const AudioJob& job) {
  confine_to(kAudioMemory, kAudioSeconds);
  redact_audio(job);
}

int work() {
  try {
    confine_early();
    av_log_set_level(AV_LOG_QUIET);  // its messages quote the media's own text
    const auto job = decode_job(read_to_end(kJob, kLargestJob));
    std::visit([](const auto& one) { run(one); }, job);
    return 0;
  } catch (const Error& error) {
    report_error(error.kind(), error.message());
  } catch (const std::bad_alloc&) {
    report_error(ErrorKind::unavailable, "The picture decoder ran out of memory; nothing of the recording is known to be bad. Try again, or export a shorter span.");
  } catch (const std::exception&) {
    report_error(ErrorKind::internal, "The picture decoder failed.");
  }
  return 1;
}
}  // namespace

int main(int count, char**) {
  if (count != 1 || ::fcntl(kStatus, F_GETFD) < 0) {
    std::fputs("tenure-worker is started by tenured; it has nothing to do by itself.\n", stderr);
    return 2;
  }
  return work();
}

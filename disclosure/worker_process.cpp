#include "disclosure/worker_process.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <thread>

#include "base/error.h"
#include "base/worker_thread.h"
#include "disclosure/child.h"

namespace tenure::disclosure {

namespace {
constexpr int kLookMs = 100;                     // how soon a cancellation is seen
constexpr std::size_t kLargestStatus = 64 * 1024;

// Sockets rather than pipes: writing to one whose reader has died is an error, never a signal.
struct Pair {
  File ours, theirs;
  Pair() {
    int both[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both) != 0) throw io_error("Cannot make a socket pair");
    ours = File(both[0], "(worker)");
    theirs = File(both[1], "(worker)");
  }
};

void send_all(const File& to, View bytes) {
  while (!bytes.empty()) {
    const auto done = ::send(to.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw Error(ErrorKind::corrupt, "The picture decoder stopped reading.");
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
}

ErrorKind kind_named(std::string_view name) {
  for (const auto kind : {ErrorKind::refused, ErrorKind::unavailable, ErrorKind::corrupt, ErrorKind::io})
    if (to_string(kind) == name) return kind;
  return ErrorKind::internal;
}

struct Status {
  std::string pending;
  std::optional<boost::json::object> done;
  std::string error;
  ErrorKind kind = ErrorKind::internal;

  void take(std::string_view text, const std::function<void(double)>& progress) {
    pending += text;
    if (pending.size() > kLargestStatus) throw Error(ErrorKind::internal, "The picture decoder reports nonsense.");
    for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
      line(pending.substr(0, end), progress);
      pending.erase(0, end + 1);
    }
  }
  void line(const std::string& text, const std::function<void(double)>& progress) {
    boost::system::error_code code;
    const auto value = boost::json::parse(text, code);
    if (code || !value.is_object()) throw Error(ErrorKind::internal, "The picture decoder reports nonsense.");
    const auto& object = value.as_object();
    if (const auto* it = object.if_contains("progress"); it != nullptr && it->is_double() && progress) progress(it->as_double());
    if (const auto* it = object.if_contains("done"); it != nullptr && it->is_object()) done = it->as_object();
    if (const auto* it = object.if_contains("error"); it != nullptr && it->is_string()) error = std::string(it->as_string());
    if (const auto* it = object.if_contains("kind"); it != nullptr && it->is_string()) kind = kind_named(std::string_view(it->as_string()));
  }
};

// Drains output and status until both end; the worker's death ends them too.
void drain(const WorkerRun& run, const File& output, const File& status, Status& report, const std::atomic<bool>& cancelled) {
  Blob buffer(256 * 1024);
  std::array<pollfd, 2> wait{{{output.descriptor(), POLLIN, 0}, {status.descriptor(), POLLIN, 0}}};
  while (wait[0].fd >= 0 || wait[1].fd >= 0) {
    if (cancelled.load()) throw Error(ErrorKind::unavailable, "The export was cancelled.");
    if (::poll(wait.data(), wait.size(), kLookMs) < 0 && errno != EINTR) throw io_error("Cannot wait for the picture decoder");
    for (std::size_t i = 0; i < wait.size(); ++i) {
      if (wait[i].fd < 0 || wait[i].revents == 0) continue;
      const auto got = ::recv(wait[i].fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      const View bytes(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
      if (bytes.empty()) {
        wait[i].fd = -1;
      } else if (i == 0) {
        run.output(bytes);
      } else {
        report.take(as_text(bytes), run.progress);
      }
    }
  }
}

// Killed from outside says nothing of the recording; a crash may be its doing and is ours all the same.
Error death(int status) {
  if (!WIFSIGNALED(status))
    return {ErrorKind::internal, "The picture decoder stopped without a result (status " + std::to_string(WEXITSTATUS(status)) + ")."};
  const int signal = WTERMSIG(status);
  const char* const known = ::sigabbrev_np(signal);
  const std::string name = known != nullptr ? std::string("SIG") + known : "signal " + std::to_string(signal);
  if (signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE || signal == SIGABRT || signal == SIGSYS)
    return {ErrorKind::internal, "The picture decoder crashed (" + name + "): a fault of the decoder, which something unusual in the recording may have "
                                 "met. Nothing of the recording is known to be bad. Export shorter spans to find the place."};
  const std::string why = signal == SIGXCPU   ? "it used all the processor time it may have"
                          : signal == SIGKILL ? "most likely because memory was short"
                                              : "by somebody, or by a limit of the system";
  return {ErrorKind::unavailable, "The picture decoder was killed (" + name + "), " + why +
                                      ". Nothing of the recording is known to be bad. Try again, or export a shorter span."};
}

// The thread that feeds; joined before anything it uses goes.
class Feeder {
 public:
  Feeder(const WorkerRun& run, File job, File input)
      : job_(std::move(job)), input_(std::move(input)), thread_([this, &run] { work(run); }) {}
  ~Feeder() { join(); }
  Feeder(const Feeder&) = delete;
  Feeder& operator=(const Feeder&) = delete;
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  void rethrow_source_error() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void work(const WorkerRun& run) {
    name_this_thread("worker-feed");
    try {
      send_all(job_, worker::encode_job(run.job));
      job_.close();
    } catch (...) {
      input_.close();
      return;  // the worker's own status says why it went
    }
    bool sending = false;
    try {
      run.feed([this, &sending](View bytes) {
        sending = true;
        send_all(input_, bytes);
        sending = false;
      });
    } catch (...) {
      if (!sending) failure_ = std::current_exception();
    }
    input_.close();
  }
  File job_, input_;
  std::exception_ptr failure_;
  std::thread thread_;
};
}  // namespace

boost::json::object run_worker(const WorkerRun& run, const std::atomic<bool>& cancelled) {
  Pair input, output, job, status;
  Child child(run.program, {{input.theirs.descriptor(), worker::kInput},
                            {output.theirs.descriptor(), worker::kOutput},
                            {job.theirs.descriptor(), worker::kJob},
                            {status.theirs.descriptor(), worker::kStatus}});
  for (auto* pair : {&input, &output, &job, &status}) pair->theirs.close();
  Feeder feeder(run, std::move(job.ours), std::move(input.ours));
  Status report;
  try {
    drain(run, output.ours, status.ours, report, cancelled);
  } catch (...) {
    child.kill();  // unblocks the feeder, which is joined on the way out
    throw;
  }
  const int ended = child.wait();
  feeder.join();
  feeder.rethrow_source_error();
  if (!report.error.empty()) throw Error(report.kind, report.error);
  if (ended != 0 || !report.done) throw death(ended);
  return *report.done;
}

}  // namespace tenure::disclosure

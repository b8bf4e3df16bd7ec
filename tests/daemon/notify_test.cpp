// What systemd is told, on a real datagram socket in its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <boost/filesystem/operations.hpp>
#include <cstring>

#include "base/error.h"
#include "base/file.h"
#include "daemon/start_progress.h"
#include "tests/daemon/running_daemon.h"

namespace tenure::daemon {
namespace {
namespace fs = boost::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

File bound(const Path& path) {
  File made(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), path);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size());
  const timeval limit{30, 0};
  if (::bind(made.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::setsockopt(made.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0)
    throw io_error("no notify socket");
  return made;
}

class WhatSystemdIsTold : public testing::Test {
 protected:
  WhatSystemdIsTold() { ::setenv("NOTIFY_SOCKET", path_.c_str(), 1); }
  ~WhatSystemdIsTold() override {
    ::unsetenv("NOTIFY_SOCKET");
    boost::system::error_code gone;
    fs::remove(path_, gone);
  }
  // The next message; empty when there is none.
  std::string next(int flags = MSG_DONTWAIT) const {
    std::array<char, 4096> text{};
    const auto got = ::recv(socket_.descriptor(), text.data(), text.size(), flags);
    return got < 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(got));
  }
  const Path path_ = fs::temp_directory_path() / fs::unique_path("tenure-notify-%%%%%%%%");
  const File socket_ = bound(path_);
};

TEST_F(WhatSystemdIsTold, EachStepOfAStartPutsItsLimitOffAndSaysWhatIsDone) {
  StartProgress progress(/*watched=*/false, Duration::zero());
  progress.step("looking at the newest files");
  progress.step("looking at the newest files");
  progress.step("looking whether a file is missing");
  EXPECT_EQ(next(), "EXTEND_TIMEOUT_USEC=600000000\nSTATUS=starting: looking at the newest files (1)");
  EXPECT_EQ(next(), "EXTEND_TIMEOUT_USEC=600000000\nSTATUS=starting: looking at the newest files (2)");
  EXPECT_EQ(next(), "EXTEND_TIMEOUT_USEC=600000000\nSTATUS=starting: looking whether a file is missing (1)");
  EXPECT_EQ(next(), "");
}

TEST_F(WhatSystemdIsTold, ManySmallStepsAreNotEachTold) {
  StartProgress progress(/*watched=*/false, std::chrono::hours(1));
  for (int i = 0; i < 1'000; ++i) progress.step("looking at the newest files");
  EXPECT_THAT(next(), HasSubstr("(1)"));
  EXPECT_EQ(next(), "");
}

TEST_F(WhatSystemdIsTold, AStartAfterItWasReadyIsASignOfLifeForTheWatchdogToo) {
  StartProgress progress(/*watched=*/true, Duration::zero());
  progress.step("looking at the newest files");
  EXPECT_THAT(next(), StartsWith("EXTEND_TIMEOUT_USEC="));
  EXPECT_EQ(next(), "WATCHDOG=1");
  EXPECT_EQ(next(), "");
}

TEST_F(WhatSystemdIsTold, TheDaemonTellsOfItsRecoveryBeforeItIsReady) {
  const RunningDaemon daemon;
  EXPECT_THAT(next(/*flags=*/0), StartsWith("EXTEND_TIMEOUT_USEC=600000000\nSTATUS=starting: "));
  auto message = next(/*flags=*/0);
  while (message.starts_with("EXTEND_TIMEOUT_USEC=") || message.starts_with("STATUS=")) message = next(/*flags=*/0);
  EXPECT_THAT(message, StartsWith("READY=1\n"));
}

}  // namespace
}  // namespace tenure::daemon

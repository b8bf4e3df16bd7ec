// How long a client may take: with its request, and with what it is sent. A session of the control socket in this process,
// driven from the test's own thread.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <boost/filesystem/operations.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "daemon/control/pace.h"
#include "daemon/control/server.h"

namespace tenure::daemon {
namespace {

TEST(Pace, OneThatTakesNothingIsWaitedForAsLongAsThePatienceLasts) {
  Pace pace(Seconds(30));
  EXPECT_EQ(pace.left(), Seconds(30));
  pace.waited(Seconds(29));
  EXPECT_EQ(pace.left(), Seconds(1));
}

TEST(Pace, AByteNowAndThenDoesNotLastForEver) {
  Pace pace(Seconds(30));
  int bytes = 0;
  for (; pace.left() >= Seconds(29); ++bytes) {
    pace.waited(Seconds(29));
    pace.took(1);
  }
  EXPECT_EQ(bytes, 1);
}

TEST(Pace, ASlowClientMayTakeItsDaysForALongExport) {
  Pace pace(Seconds(30));
  for (int i = 0; i < 100'000; ++i) {
    pace.waited(Seconds(4));
    pace.took(4 * Pace::kSlowest);
  }
  EXPECT_EQ(pace.left(), Seconds(30));
}

TEST(Pace, WhatWasTakenQuicklyAllowsNoLongerStandstillThanThePatience) {
  Pace pace(Seconds(30));
  pace.took(std::uint64_t{1} << 40);
  EXPECT_EQ(pace.left(), Seconds(30));
}

class ASession : public testing::Test {
 protected:
  explicit ASession(Duration a_request_takes = std::chrono::minutes(5)) : limits_{std::chrono::minutes(5), a_request_takes} {
    server_.start();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.c_str(), path_.size());
    EXPECT_EQ(::connect(client_.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~ASession() override {
    server_.stop();
    io_.run_for(std::chrono::seconds(60));  // until the session has ended
    boost::filesystem::remove_all(path_.parent_path());
  }
  void send(View bytes) { static_cast<void>(::send(client_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT)); }
  // Lets the session go on for a moment; true when the daemon has hung up.
  bool has_hung_up() {
    io_.run_for(Millis(20));
    std::array<std::uint8_t, 4096> block{};
    const auto got = ::recv(client_.descriptor(), block.data(), block.size(), MSG_DONTWAIT);
    if (got > 0) received_.append(as_text(View(block).first(static_cast<std::size_t>(got))));
    return got == 0 || (got < 0 && errno != EAGAIN);  // reset, when something it had not read yet was on its way
  }

  const Path path_ = boost::filesystem::temp_directory_path() / boost::filesystem::unique_path("tenure-session-%%%%%%%%") / "s";
  std::atomic<bool> stopping_{false};
  boost::asio::io_context io_;
  WorkerPool pool_{"pool", 1, 8};
  SessionLimits limits_;
  Server server_{io_, path_, {[](const auto&, const auto&, const wire::Request& request, StreamSink*) { return "{\"asked\":\"" + request.verb + "\"}"; }, stopping_},
                 {pool_, pool_, pool_}, limits_};
  const File client_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "client"};
  std::string received_;
};

struct AHastySession : ASession {
  AHastySession() : ASession(Millis(200)) {}
};

constexpr int kMost = 1'500;  // looks, of 20 ms each: far more than the limit

TEST_F(AHastySession, EndsWhenARequestGoesOnInEmptyPartsPastItsTime) {
  int looks = 0;
  for (; looks < kMost && !has_hung_up(); ++looks) send(wire::encode(wire::Type::part, {}));
  EXPECT_LT(looks, kMost);
}

TEST_F(ASession, AnswersARequestThatComesInParts) {
  const std::string text = wire::to_text(wire::Request{"version", {}});
  send(wire::encode(wire::Type::part, as_view(text.substr(0, 5))));
  send(wire::encode(wire::Type::json, as_view(text.substr(5))));
  for (int looks = 0; looks < kMost && received_.empty(); ++looks) has_hung_up();
  EXPECT_THAT(received_, testing::HasSubstr("{\"asked\":\"version\"}"));
}

}  // namespace
}  // namespace tenure::daemon

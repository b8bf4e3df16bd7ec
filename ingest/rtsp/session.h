// One RTSP session with one camera, from connect to TEARDOWN, as one coroutine on the camera's io_context: our own
// RTSP-over-TCP client (RFC 2326 and what cameras do), Digest MD5 and SHA-256, Basic only where allowed, RTSPS,
// interleaved RTP and RTCP; H.264, H.265, AAC, G.711. Follows no redirect, resolves the address once per connection,
// bounds every length. A second client (libav in the worker) can stand behind the same interface.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>

#include "base/clock.h"
#include "ingest/access_unit.h"

namespace tenure::ingest::rtsp {

struct SessionSettings {
  std::string url, username, password;
  bool allow_basic = false;
  bool audio = false;                  // false: the sound track is not even SETUP
  std::string certificate_sha256;
  Duration connect_timeout = Seconds(5), reply_timeout = Seconds(5);
  Duration silence = Seconds(10);      // no packet for this long ends the session
  Duration drain_tick = Millis(100);   // thin streams are read at least this often
};

struct SenderReport {
  media::Codec codec = media::Codec::h264;
  Instant camera_time;                 // by the camera's own clock
  std::int64_t rtp_time = 0;           // unwrapped like AccessUnit::rtp_time
  Instant received;                    // trusted time
};

struct StreamInfo {
  media::Codec codec = media::Codec::h264;
  std::uint32_t clock_rate = 90'000;
  std::uint32_t channels = 0;
  media::ParameterSets parameter_sets; // from the SDP; may be incomplete until in-band sets come
  Blob audio_config;                   // AAC: AudioSpecificConfig
};

class Handler {
 public:
  virtual ~Handler() = default;
  // PLAY was answered; one or two streams, video first.
  virtual void on_playing(const std::vector<StreamInfo>& streams) = 0;
  virtual void on_unit(AccessUnit unit) = 0;          // in order of arrival
  virtual void on_sender_report(const SenderReport& report) = 0;
  virtual void on_read(std::size_t bytes) = 0;        // once for each read from the socket
};

class Session {
 public:
  Session(boost::asio::io_context& io, SessionSettings settings, const Clock& clock, Handler& handler);
  ~Session();
  // Returns normally only when stop() was called. Everything else throws Error, whose message names the trouble and the
  // remedy, and never a password; a connection that the camera closes and an RTCP BYE are Error{unavailable}. Awaited once.
  boost::asio::awaitable<void> run();
  // Sends TEARDOWN without waiting for its answer and closes. On the io thread.
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tenure::ingest::rtsp

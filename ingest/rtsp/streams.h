// The tracks of one session: which interleaved channel carries which, RTP into units, RTCP into reports. What comes on
// other channels, with other payload types or unreadable, is read over. On the io thread.
#pragma once
#include "ingest/rtsp/depacketiser.h"
#include "ingest/rtsp/message.h"

namespace tenure::ingest::rtsp {

class Streams {
 public:
  Streams(Handler& handler, const Clock& clock) : handler_(handler), clock_(clock) {}
  // Throws Error{corrupt} when a channel is taken already.
  void add(const TrackPlan& plan, std::uint8_t rtp_channel, std::uint8_t rtcp_channel);
  // Units wait until PLAY is answered, in a bounded queue: cameras may send before they answer.
  void begin_playing();
  // Nothing is given to the handler any more.
  void end() { ended_ = true; }
  // A read from the socket: one look at the clock serves all its packets.
  void on_read();
  void on_frame(const Frame& frame);
  // Packets of the picture track so far.
  std::uint64_t picture_packets() const { return picture_packets_; }
  bool goodbye() const { return goodbye_; }
  std::vector<StreamInfo> infos() const;

 private:
  struct Track {
    TrackPlan plan;
    Timeline timeline;
    std::unique_ptr<Depacketiser> depacketiser;
  };
  struct Channel {
    std::uint8_t track = 0;
    bool used = false, control = false;
  };
  void give(AccessUnit unit);
  void on_rtp(Track& track, View bytes);
  void on_rtcp(const Track& track, View bytes);

  Handler& handler_;
  const Clock& clock_;
  std::vector<Track> tracks_;
  std::array<Channel, 256> channels_{};
  std::vector<AccessUnit> waiting_;
  std::size_t waiting_bytes_ = 0;
  Instant now_{};
  Duration monotonic_{};
  std::uint64_t picture_packets_ = 0;
  bool playing_ = false, goodbye_ = false, ended_ = false;
};

}  // namespace tenure::ingest::rtsp

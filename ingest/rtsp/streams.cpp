#include "ingest/rtsp/streams.h"

#include "base/error.h"
#include "ingest/rtsp/rtcp.h"

namespace tenure::ingest::rtsp {

namespace {
constexpr std::size_t kMostWaiting = 512, kMostWaitingBytes = 16 << 20;
}

void Streams::add(const TrackPlan& plan, std::uint8_t rtp_channel, std::uint8_t rtcp_channel) {
  const auto number = static_cast<std::uint8_t>(tracks_.size());
  if (rtp_channel == rtcp_channel || channels_[rtp_channel].used || channels_[rtcp_channel].used)
    throw Error(ErrorKind::corrupt, "the camera gave one interleaved channel to two streams: update its firmware");
  channels_[rtp_channel] = {number, true, false};
  channels_[rtcp_channel] = {number, true, true};
  auto depacketiser = make_depacketiser(plan, [this](AccessUnit unit) { give(std::move(unit)); });
  tracks_.push_back({plan, Timeline(plan.info.clock_rate), std::move(depacketiser)});
}

std::vector<StreamInfo> Streams::infos() const {
  std::vector<StreamInfo> out;
  for (const auto& track : tracks_) out.push_back(track.plan.info);
  return out;
}

void Streams::begin_playing() {
  playing_ = true;
  handler_.on_playing(infos());
  for (auto& unit : waiting_)
    if (!ended_) handler_.on_unit(std::move(unit));
  waiting_ = {};
}

void Streams::on_read() {
  now_ = clock_.now();
  monotonic_ = clock_.monotonic();
}

void Streams::on_frame(const Frame& frame) {
  const auto channel = channels_[frame.channel];
  if (!channel.used || ended_) return;
  auto& track = tracks_[channel.track];
  if (channel.control) on_rtcp(track, frame.payload);
  else on_rtp(track, frame.payload);
}

void Streams::on_rtp(Track& track, View bytes) {
  const auto packet = parse_rtp(bytes);
  if (!packet || packet->payload_type != track.plan.payload_type) return;
  if (&track == &tracks_.front()) ++picture_packets_;
  const auto placement = track.timeline.place(*packet, monotonic_);
  if (!placement.drop) track.depacketiser->take(*packet, placement, now_);
}

void Streams::on_rtcp(const Track& track, View bytes) {
  const auto rtcp = parse_rtcp(bytes);
  if (rtcp.goodbye && &track == &tracks_.front() && track.timeline.started() && *rtcp.goodbye == track.timeline.ssrc())
    goodbye_ = true;
  if (!rtcp.report || !playing_) return;
  const auto rtp_time = track.timeline.locate(rtcp.report->ssrc, rtcp.report->rtp_time);
  if (!rtp_time) return;
  handler_.on_sender_report({track.plan.info.codec, rtcp.report->camera_time, *rtp_time, now_});
}

void Streams::give(AccessUnit unit) {
  if (ended_) return;
  if (playing_) return handler_.on_unit(std::move(unit));
  waiting_bytes_ += unit.data.size();
  for (const auto& nal : unit.nals) waiting_bytes_ += nal.size();
  if (waiting_.size() >= kMostWaiting || waiting_bytes_ > kMostWaitingBytes)
    throw Error(ErrorKind::corrupt, "the camera sends media and does not answer PLAY: restart it, or update its firmware");
  waiting_.push_back(std::move(unit));
}

}  // namespace tenure::ingest::rtsp

// Chooses among a camera's tracks (sdp.h, plan_session).
#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "ingest/rtsp/message.h"
#include "ingest/rtsp/sdp.h"

namespace tenure::ingest::rtsp {

namespace {

using media::Codec;
using media::NalKind;

std::string parameter(const SdpMedia& section, const char* name) {
  const auto found = section.parameters.find(name);
  return found == section.parameters.end() ? "" : found->second;
}

std::uint32_t number_parameter(const SdpMedia& section, const char* name, std::uint32_t otherwise, std::uint32_t limit) {
  std::uint64_t value = 0;
  return parse_number(parameter(section, name), limit, value) ? static_cast<std::uint32_t>(value) : otherwise;
}

// Base64 NAL units separated by commas; what is not base64 is left out, in-band sets will come.
void add_sets(Codec codec, const std::string& list, media::ParameterSets& sets) {
  std::string_view rest = list;
  for (int count = 0; !rest.empty() && count < 16; ++count) {
    const auto comma = rest.find(',');
    const auto nal = from_base64(trim(rest.substr(0, comma)));
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    if (!nal || nal->empty()) continue;
    const auto kind = media::nal_kind(codec, *nal);
    if (kind == NalKind::vps) sets.vps.push_back(*nal);
    if (kind == NalKind::sps) sets.sps.push_back(*nal);
    if (kind == NalKind::pps) sets.pps.push_back(*nal);
  }
}

TrackPlan plan_video(const SdpMedia& section) {
  TrackPlan plan;
  const auto codec = section.encoding == "H264" ? Codec::h264 : Codec::h265;
  if (codec == Codec::h264 && parameter(section, "packetization-mode") == "2")
    throw Error(ErrorKind::refused,
                "the camera packs H.264 interleaved (packetization-mode 2), which Tenure does not read: choose another "
                "profile in the camera's settings");
  if (codec == Codec::h265 && number_parameter(section, "sprop-max-don-diff", 0, 32767) > 0)
    throw Error(ErrorKind::refused,
                "the camera packs H.265 with decoding order numbers (sprop-max-don-diff), which Tenure does not read: "
                "choose H.264 or another profile in the camera's settings");
  plan.info.codec = codec;
  for (const char* name : {"sprop-parameter-sets", "sprop-vps", "sprop-sps", "sprop-pps"})
    add_sets(codec, parameter(section, name), plan.info.parameter_sets);
  return plan;
}

// Nothing, with the reason in `problem`, when this sound is not one we record.
std::optional<TrackPlan> plan_sound(const SdpMedia& section, std::string& problem) {
  TrackPlan plan;
  plan.info.channels = std::max(1u, section.channels);
  if (section.encoding == "PCMA" || section.encoding == "PCMU") {
    plan.info.codec = section.encoding == "PCMA" ? Codec::alaw : Codec::ulaw;
    return plan;
  }
  plan.info.codec = Codec::aac;
  const auto config = from_hex(parameter(section, "config"));
  if (!config || config->empty()) {
    problem = "its AAC has no configuration in the SDP";
    return std::nullopt;
  }
  plan.info.audio_config = *config;
  plan.aac.size_bits = number_parameter(section, "sizelength", 0, 24);
  plan.aac.index_bits = number_parameter(section, "indexlength", 0, 24);
  plan.aac.delta_bits = number_parameter(section, "indexdeltalength", 0, 24);
  plan.aac.frame_duration = number_parameter(section, "constantduration", 1024, 1 << 16);
  if (plan.aac.size_bits == 0) {
    problem = "its AAC is not packed in the AAC-hbr or AAC-lbr mode";
    return std::nullopt;
  }
  return plan;
}

TrackPlan& complete(TrackPlan& plan, const SdpMedia& section) {
  plan.info.clock_rate = section.clock_rate;
  plan.payload_type = section.payload_type;
  plan.control = section.control;
  return plan;
}

std::string what_there_is(const Sdp& sdp) {
  std::string names;
  for (const auto& section : sdp.media)
    if (section.kind == "video") names += (names.empty() ? "" : ", ") + (section.encoding.empty() ? "?" : section.encoding);
  if (names.empty()) return sdp.problems.empty() ? "it offers no video" : sdp.problems.front();
  return "it offers " + log_safe(names);
}

}  // namespace

SessionPlan plan_session(const Sdp& sdp, bool audio) {
  SessionPlan out;
  out.control = sdp.control;
  const auto is_picture = [](const SdpMedia& m) { return m.recordable() && (m.encoding == "H264" || m.encoding == "H265"); };
  const auto video = std::ranges::find_if(sdp.media, is_picture);
  if (video == sdp.media.end())
    throw Error(ErrorKind::refused, "the camera's SDP has no H.264 or H.265 video (" + what_there_is(sdp) +
                                        "): choose H.264 or H.265 in the camera's settings, or another stream path");
  auto picture = plan_video(*video);
  out.tracks.push_back(complete(picture, *video));
  if (!audio) return out;
  const auto sound = std::ranges::find_if(
      sdp.media, [&](const SdpMedia& m) { return m.kind == "audio" && m.recordable() && !is_picture(m); });
  if (sound == sdp.media.end()) {
    out.sound_problem = "the camera offers no sound in AAC or G.711";
    return out;
  }
  auto track = plan_sound(*sound, out.sound_problem);
  if (track) out.tracks.push_back(complete(*track, *sound));
  return out;
}

}  // namespace tenure::ingest::rtsp

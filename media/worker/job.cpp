#include "media/worker/job.h"

#include "base/error.h"

namespace tenure::worker {

namespace {
constexpr std::uint32_t kMagic = 0x544A4231;  // "TJB1"
constexpr std::uint8_t kVideo = 1, kAudio = 2;

void put(ByteWriter& out, const VideoJob& job) {
  out.u8(kVideo);
  out.u8(job.cover ? 1 : 0);
  out.u32(job.timescale);
  out.u16(job.width);
  out.u16(job.height);
  out.u32(static_cast<std::uint32_t>(job.frames.size()));
  for (const auto& frame : job.frames) {
    out.u64(static_cast<std::uint64_t>(frame.pts));
    out.u32(frame.duration);
    out.u8(frame.show ? 1 : 0);
    out.u16(static_cast<std::uint16_t>(frame.boxes.size()));
    for (const auto& box : frame.boxes) {
      for (const auto value : {box.x, box.y, box.width, box.height}) out.u16(value);
    }
  }
}

void put(ByteWriter& out, const AudioJob& job) {
  out.u8(kAudio);
  out.u8(static_cast<std::uint8_t>(job.container.size()));
  out.text(job.container);
  out.u32(static_cast<std::uint32_t>(job.mutes.size()));
  for (const auto& mute : job.mutes) {
    out.u64(static_cast<std::uint64_t>(mute.from_ms));
    out.u64(static_cast<std::uint64_t>(mute.to_ms));
    out.u8(static_cast<std::uint8_t>(mute.channels));
  }
}

FrameJob take_frame(ByteReader& in) {
  FrameJob frame;
  frame.pts = static_cast<std::int64_t>(in.u64());
  frame.duration = in.u32();
  frame.show = in.u8() != 0;
  const std::size_t boxes = in.u16();
  for (std::size_t i = 0; i < boxes && !in.failed(); ++i) {
    PixelBox box;
    box.x = in.u16();
    box.y = in.u16();
    box.width = in.u16();
    box.height = in.u16();
    frame.boxes.push_back(box);
  }
  return frame;
}

VideoJob take_video(ByteReader& in) {
  VideoJob job;
  job.cover = in.u8() != 0;
  job.timescale = in.u32();
  job.width = in.u16();
  job.height = in.u16();
  const std::size_t count = in.u32();
  for (std::size_t i = 0; i < count && !in.failed(); ++i) job.frames.push_back(take_frame(in));
  return job;
}

AudioJob take_audio(ByteReader& in) {
  AudioJob job;
  const std::size_t length = in.u8();
  job.container = std::string(as_text(in.take(length)));
  const std::size_t count = in.u32();
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    MuteJob mute;
    mute.from_ms = static_cast<std::int64_t>(in.u64());
    mute.to_ms = static_cast<std::int64_t>(in.u64());
    mute.channels = static_cast<Channels>(in.u8());
    job.mutes.push_back(mute);
  }
  return job;
}
}  // namespace

Blob encode_job(const Job& job) {
  ByteWriter out;
  out.u32(kMagic);
  std::visit([&out](const auto& one) { put(out, one); }, job);
  return out.take();
}

Job decode_job(View bytes) {
  ByteReader in(bytes);
  const bool known = in.u32() == kMagic;
  const auto kind = in.u8();
  Job job;
  if (known && kind == kVideo) {
    job = take_video(in);
  } else if (known && kind == kAudio) {
    job = take_audio(in);
  } else {
    throw Error(ErrorKind::internal, "The worker was given something that is no job.");
  }
  if (in.failed() || in.left() != 0) throw Error(ErrorKind::internal, "The worker was given a job of the wrong length.");
  return job;
}

}  // namespace tenure::worker

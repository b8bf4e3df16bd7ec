#include "media/sample_entry.h"

#include "media/parameter_sets.h"

namespace tenure::media {
namespace {

constexpr std::size_t kMaxConfig = 1 << 20;
constexpr std::uint8_t kEsTag = 3, kDecoderConfigTag = 4, kDecoderInfoTag = 5, kSyncLayerTag = 6, kMpeg4Audio = 0x40;

void write_video(ByteWriter& out, const Track& track) {
  out.zeros(6);
  out.u16(1);  // data_reference_index
  out.zeros(16);
  out.u16(track.width);
  out.u16(track.height);
  out.u32(0x480000);  // 72 dpi
  out.u32(0x480000);
  out.zeros(4);
  out.u16(1);      // frames per sample
  out.zeros(32);   // compressor's name: none, it would only tell how the file was made
  out.u16(24);
  out.u16(0xFFFF);
}

void write_sound(ByteWriter& out, const Track& track) {
  out.zeros(6);
  out.u16(1);
  out.zeros(8);  // version 0, in QuickTime's terms
  out.u16(static_cast<std::uint16_t>(track.channels));
  out.u16(16);
  out.zeros(4);
  out.u32(track.sample_rate <= 0xFFFF ? track.sample_rate << 16 : 0);
}

void write_descriptor(ByteWriter& out, std::uint8_t tag, std::size_t size) {
  out.u8(tag);
  for (int shift = 21; shift > 0; shift -= 7) out.u8(static_cast<std::uint8_t>(0x80 | ((size >> shift) & 0x7F)));
  out.u8(static_cast<std::uint8_t>(size & 0x7F));
}

void write_esds(ByteWriter& out, View config) {
  const OpenBox esds(out, "esds", 0, 0);
  const std::size_t info = 5 + config.size(), decoder = 13 + info;
  write_descriptor(out, kEsTag, 3 + 5 + decoder + 6);
  out.u16(0);
  out.u8(0);
  write_descriptor(out, kDecoderConfigTag, decoder);
  out.u8(kMpeg4Audio);
  out.u8(0x15);   // audio stream
  out.zeros(11);  // buffer size and bit rates: unknown
  write_descriptor(out, kDecoderInfoTag, config.size());
  out.bytes(config);
  write_descriptor(out, kSyncLayerTag, 1);
  out.u8(2);
}

View take_descriptor(ByteReader& in, std::uint8_t tag) {
  if (in.u8() != tag) throw corrupt_box(fourcc("esds"), "has its descriptors out of order");
  std::size_t size = 0;
  for (int i = 0; i < 4; ++i) {
    const std::uint8_t byte = in.u8();
    size = size << 7 | (byte & 0x7F);
    if ((byte & 0x80) == 0) break;
  }
  if (size > in.left()) throw corrupt_box(fourcc("esds"), "has a descriptor longer than itself");
  return in.take(size);
}

View audio_config(View esds) {
  ByteReader box(esds);
  box.u32();
  ByteReader es(take_descriptor(box, kEsTag));
  es.u16();
  const std::uint8_t flags = es.u8();
  if ((flags & 0x80) != 0) es.u16();
  if ((flags & 0x40) != 0) es.skip(es.u8());
  if ((flags & 0x20) != 0) es.u16();
  ByteReader decoder(take_descriptor(es, kDecoderConfigTag));
  if (decoder.u8() != kMpeg4Audio) return {};
  decoder.skip(12);
  if (decoder.left() == 0) return {};
  return take_descriptor(decoder, kDecoderInfoTag);
}

void read_video(View body, Track& track) {
  constexpr std::size_t kFields = 78;
  if (body.size() < kFields) throw corrupt_box(fourcc("stsd"), "is cut off");
  ByteReader in(body);
  in.skip(24);
  track.width = in.u16();
  track.height = in.u16();
  const bool h264 = track.codec == Codec::h264;
  const std::uint32_t type = h264 ? fourcc("avcC") : fourcc("hvcC");
  const Box record = need_box(body.subspan(kFields), type, fourcc("stsd"));
  const std::size_t least = h264 ? 7 : 23, lengths = h264 ? 4 : 21;
  if (record.body.size() < least || record.body.size() > kMaxConfig) throw corrupt_box(type, "has an impossible size");
  if ((record.body[lengths] & 3) != 3) throw corrupt_box(type, "asks for NAL lengths other than four bytes");
  track.config.assign(record.body.begin(), record.body.end());
}

void read_sound(View body, Track& track) {
  ByteReader in(body);
  in.skip(8);
  const std::uint16_t version = in.u16();
  in.skip(6);
  track.channels = in.u16();
  in.skip(6);
  track.sample_rate = in.u32() >> 16;
  if (version == 1) in.skip(16);
  if (in.failed() || version > 1) throw corrupt_box(fourcc("stsd"), "has a sound entry that is cut off or too new");
  if (track.codec != Codec::aac) {
    if (track.channels == 0 || track.channels > 8) throw corrupt_box(fourcc("stsd"), "has an impossible channel count");
    return;
  }
  const Box esds = need_box(body.subspan(in.position()), fourcc("esds"), fourcc("mp4a"));
  const auto parsed = aac_track(audio_config(esds.body));
  if (!parsed) throw corrupt_box(fourcc("esds"), "does not describe AAC sound");
  track.sample_rate = parsed->sample_rate;
  track.channels = parsed->channels;
  track.config = parsed->config;
}

}  // namespace

void write_sample_entry(ByteWriter& out, const Track& track, EntryStyle style) {
  switch (track.codec) {
    case Codec::h264: {
      const OpenBox entry(out, "avc1");
      write_video(out, track);
      const OpenBox record(out, "avcC");
      out.bytes(track.config);
      return;
    }
    case Codec::h265: {
      const OpenBox entry(out, style == EntryStyle::fragmented ? "hev1" : "hvc1");
      write_video(out, track);
      const OpenBox record(out, "hvcC");
      out.bytes(track.config);
      return;
    }
    case Codec::aac: {
      const OpenBox entry(out, "mp4a");
      write_sound(out, track);
      write_esds(out, track.config);
      return;
    }
    case Codec::alaw:
    case Codec::ulaw: {
      const OpenBox entry(out, track.codec == Codec::alaw ? "alaw" : "ulaw");
      write_sound(out, track);
      return;
    }
  }
}

bool read_sample_entry(View stsd, Track& track) {
  if (stsd.size() < 4) throw corrupt_box(fourcc("stsd"), "is cut off");
  BoxWalk walk(stsd.subspan(4));
  const auto entry = walk.next();
  if (!entry) throw corrupt_box(fourcc("stsd"), "has no entry");
  const std::uint32_t type = entry->type;
  if (type == fourcc("avc1") || type == fourcc("avc3")) track.codec = Codec::h264;
  else if (type == fourcc("hvc1") || type == fourcc("hev1")) track.codec = Codec::h265;
  else if (type == fourcc("mp4a")) track.codec = Codec::aac;
  else if (type == fourcc("alaw")) track.codec = Codec::alaw;
  else if (type == fourcc("ulaw")) track.codec = Codec::ulaw;
  else return false;
  if (is_video(track.codec)) read_video(entry->body, track);
  else read_sound(entry->body, track);
  return true;
}

}  // namespace tenure::media

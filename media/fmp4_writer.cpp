#include "media/fmp4_writer.h"

#include "media/boxes.h"
#include "media/sample_entry.h"

namespace tenure::media {
namespace {

void write_ftyp(ByteWriter& out) {
  const OpenBox ftyp(out, "ftyp");
  out.text("iso6");
  out.u32(0);
  for (const char* brand : {"iso6", "isom", "mp42"}) out.text(brand);
}

void write_mvhd(ByteWriter& out, std::size_t tracks) {
  const OpenBox mvhd(out, "mvhd", 0, 0);
  out.zeros(8);  // times of creation: the catalogue's business
  out.u32(1000);
  out.u32(0);
  out.u32(0x10000);
  out.u16(0x100);
  out.zeros(10);
  write_unity_matrix(out);
  out.zeros(24);
  out.u32(static_cast<std::uint32_t>(tracks + 1));
}

void write_tkhd(ByteWriter& out, const Track& track, std::uint32_t id) {
  const OpenBox tkhd(out, "tkhd", 0, 3);
  out.zeros(8);
  out.u32(id);
  out.zeros(8);
  out.zeros(12);
  out.u16(is_video(track.codec) ? 0 : 0x100);
  out.u16(0);
  write_unity_matrix(out);
  out.u32(std::uint32_t{track.width} << 16);
  out.u32(std::uint32_t{track.height} << 16);
}

void write_media_header(ByteWriter& out, const Track& track) {
  {
    const OpenBox mdhd(out, "mdhd", 0, 0);
    out.zeros(8);
    out.u32(track.timescale);
    out.u32(0);
    out.u16(0x55C4);  // language: undetermined
    out.u16(0);
  }
  const OpenBox hdlr(out, "hdlr", 0, 0);
  out.u32(0);
  out.text(is_video(track.codec) ? "vide" : "soun");
  out.zeros(13);
}

void write_media_information(ByteWriter& out, const Track& track) {
  const OpenBox minf(out, "minf");
  if (is_video(track.codec)) {
    const OpenBox vmhd(out, "vmhd", 0, 1);
    out.zeros(8);
  } else {
    const OpenBox smhd(out, "smhd", 0, 0);
    out.zeros(4);
  }
  {
    const OpenBox dinf(out, "dinf");
    const OpenBox dref(out, "dref", 0, 0);
    out.u32(1);
    const OpenBox url(out, "url ", 0, 1);
  }
  const OpenBox stbl(out, "stbl");
  {
    const OpenBox stsd(out, "stsd", 0, 0);
    out.u32(1);
    write_sample_entry(out, track, EntryStyle::fragmented);
  }
  for (const auto& [name, zeros] : {std::pair{"stts", 4U}, {"stsc", 4U}, {"stsz", 8U}, {"stco", 4U}}) {
    out.u32(12 + zeros);
    out.text(name);
    out.zeros(4 + zeros);
  }
}

}  // namespace

Blob make_init(const std::vector<Track>& tracks) {
  ByteWriter out;
  write_ftyp(out);
  {
    const OpenBox moov(out, "moov");
    write_mvhd(out, tracks.size());
    for (std::uint32_t id = 1; id <= tracks.size(); ++id) {
      const OpenBox trak(out, "trak");
      write_tkhd(out, tracks[id - 1], id);
      const OpenBox mdia(out, "mdia");
      write_media_header(out, tracks[id - 1]);
      write_media_information(out, tracks[id - 1]);
    }
    const OpenBox mvex(out, "mvex");
    for (std::uint32_t id = 1; id <= tracks.size(); ++id) {
      const OpenBox trex(out, "trex", 0, 0);
      out.u32(id);
      out.u32(1);
      out.zeros(12);
    }
  }
  return out.take();
}

}  // namespace tenure::media

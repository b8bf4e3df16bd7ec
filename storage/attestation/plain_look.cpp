#include "storage/attestation/plain_look.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tenure::storage::attestation {

namespace {
using namespace std::string_view_literals;

struct Mark {
  std::size_t at;
  std::string_view text;
};

constexpr std::array kMarks{
    Mark{4, "ftyp"sv},                                 // MP4
    Mark{4, "moof"sv},                                 // and a fragment of it
    Mark{0, "RIFF"sv},                                 // WAV, AVI
    Mark{0, "RF64"sv},
    Mark{0, "\x1A\x45\xDF\xA3"sv},                     // Matroska, WebM
    Mark{0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11"sv},     // ASF: WMV, WMA
    Mark{0, "FLV\x01"sv},
    Mark{0, "OggS"sv},
    Mark{0, "ID3"sv},                                  // MP3 with a title
    Mark{0, "fLaC"sv},
    Mark{0, "#!AMR"sv},
    Mark{0, "caff\0\1"sv},
    Mark{0, ".snd\0"sv},
    Mark{0, "\0\0\1\xBA"sv},                           // MPEG programme stream
    Mark{0, "\0\0\1\xB3"sv},                           // MPEG video
    Mark{0, "IMKH"sv},                                 // what common recorders give out
    Mark{0, "DHAV"sv},
};
// QuickTime and MP4 that begin otherwise: behind a size, which no text begins with.
constexpr std::array kAtoms{"moov"sv, "mdat"sv, "wide"sv, "styp"sv};

bool has(View bytes, const Mark& mark) {
  return bytes.size() >= mark.at + mark.text.size() && as_text(bytes.subspan(mark.at, mark.text.size())) == mark.text;
}

// An MP3 frame's first two bytes, some times over: a single one is met by chance.
bool is_bare_mp3(View head) {
  if (head.size() < 2 || head[0] != 0xff || (head[1] & 0xe6) != 0xe2) return false;
  int frames = 0;
  for (std::size_t at = 0; at + 1 < head.size(); ++at) frames += head[at] == head[0] && head[at + 1] == head[1];
  return frames >= 3;
}

// AAC: frames that say how long they are, three in a row.
bool is_bare_aac(View head) {
  std::size_t at = 0;
  for (int frames = 0; frames < 3; ++frames) {
    if (at + 7 > head.size() || head[at] != 0xff || (head[at + 1] & 0xf6) != 0xf0) return false;
    const std::size_t bytes = (head[at + 3] & 3U) << 11 | head[at + 4] * 8U | head[at + 5] >> 5;
    if (bytes < 7) return false;
    at += bytes;
  }
  return true;
}

// Packets of one size that each begin with the same byte, eight in a row; a cut may have left a part of the first.
bool is_transport_stream(View head) {
  static constexpr std::array<std::size_t, 3> kSizes{188, 192, 204};
  constexpr std::size_t kPackets = 8;
  constexpr std::uint8_t kSync = 0x47;
  for (const auto packet : kSizes) {
    if (head.size() < packet * kPackets) continue;
    for (std::size_t first = 0; first + packet * (kPackets - 1) < head.size() && first < packet; ++first) {
      bool all = true, uniform = true;
      for (std::size_t n = 0; all && n < kPackets; ++n) {
        const auto at = first + n * packet;
        all = head[at] == kSync;
        uniform = uniform && at + 1 < head.size() && head[at + 1] == kSync;
      }
      if (all && !uniform) return true;
    }
  }
  return false;
}

// H.264 and H.265 as cameras send them: a start code, then what a stream begins with.
bool is_bare_video(View head) {
  std::size_t zeros = 0;
  while (zeros < head.size() && zeros < 8 && head[zeros] == 0) ++zeros;
  if (zeros < 2 || head.size() < zeros + 2 || head[zeros] != 1) return false;
  const std::uint8_t first = head[zeros + 1], second = head.size() > zeros + 2 ? head[zeros + 2] : std::uint8_t{0};
  // VPS, SPS, PPS, delimiter; SPS, delimiter
  const bool h265 = (first == 0x40 || first == 0x42 || first == 0x44 || first == 0x46) && second == 1;
  const bool h264 = zeros >= 3 && ((first & 0x9f) == 0x07 || (first == 0x09 && (second & 0x1f) == 0x10));
  return h265 || h264;
}
}  // namespace

bool is_plain_recording(View head) {
  if (std::ranges::any_of(kMarks, [&](const Mark& mark) { return has(head, mark); })) return true;
  if (!head.empty() && head[0] < 0x20 &&
      std::ranges::any_of(kAtoms, [&](std::string_view atom) { return has(head, {4, atom}); }))
    return true;
  if (has(head, {0, "FORM"sv}) && (has(head, {8, "AIFF"sv}) || has(head, {8, "AIFC"sv}))) return true;
  return is_bare_video(head) || is_bare_mp3(head) || is_bare_aac(head) || is_transport_stream(head);
}

}  // namespace tenure::storage::attestation

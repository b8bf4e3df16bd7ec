#include "storage/attestation/plain_look.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tenure::storage::attestation {

namespace {
using namespace std::string_view_literals;

bool has(View bytes, std::size_t at, std::string_view text) {
  return bytes.size() >= at + text.size() && as_text(bytes.subspan(at, text.size())) == text;
}

// As far as it goes: a file that is cut off has its beginning.
View part(View bytes, std::size_t from, std::size_t to) {
  const auto end = std::min(to, bytes.size());
  return bytes.subspan(std::min(from, end), end - std::min(from, end));
}

bool agrees(View bytes, std::size_t at, std::string_view text) {
  return text.starts_with(as_text(part(bytes, at, at + text.size())));
}

bool is_printable(std::uint8_t byte) { return (byte >= 0x20 && byte < 0x7f) || (byte >= '\t' && byte <= '\r'); }

// A letter may begin with any of the marks that are letters.
constexpr std::size_t kTextToTell = 64;
bool is_text(View head) {
  return head.size() >= kTextToTell && std::ranges::all_of(part(head, 0, kTextToTell), is_printable);
}

// What else a format has behind its mark.
bool anything(View) { return true; }

bool is_wave(View head) { return agrees(head, 8, "WAVE"sv); }

// Pictures, cursors and notes of music have the same mark.
bool is_riff_recording(View head) {
  static constexpr std::array kForms{"WAVE"sv, "AVI "sv, "AMV "sv, "CDXA"sv, "QLCM"sv, "RMP3"sv};
  return std::ranges::any_of(kForms, [&](std::string_view form) { return has(head, 8, form); });
}

bool is_aiff(View head) { return has(head, 8, "AIFF"sv) || has(head, 8, "AIFC"sv); }

// All that it names itself are brands of still pictures, or say nothing of what it shows: with another, such as that of
// a sequence (hevc, avis, msf1), it is a film.
bool is_film(View head) {
  static constexpr std::array kStill{"heic"sv, "heix"sv, "heim"sv, "heis"sv, "mif1"sv, "mif2"sv, "avif"sv, "avci"sv};
  static constexpr std::array kBeside{"miaf"sv, "MiHA"sv, "MiHB"sv, "MiHE"sv, "MiHX"sv,
                                      "MiPr"sv, "MA1A"sv, "MA1B"sv, "tmap"sv, "\0\0\0\0"sv};
  constexpr std::size_t kBrandsAt = 16, kMajorAt = 8, kBrand = 4;
  if (head.size() < kMajorAt + kBrand) return true;
  const auto is_among = [&](const auto& brands, std::size_t at) {
    return std::ranges::any_of(brands, [&](std::string_view brand) { return has(head, at, brand); });
  };
  const std::size_t bytes =
      std::size_t{head[0]} << 24 | std::size_t{head[1]} << 16 | std::size_t{head[2]} << 8 | head[3];
  if (bytes < kBrandsAt || !is_among(kStill, kMajorAt)) return true;
  for (std::size_t at = kBrandsAt; at + kBrand <= std::min(bytes, head.size()); at += kBrand)
    if (!is_among(kStill, at) && !is_among(kBeside, at)) return true;
  return false;
}

// Its version, and its size in bytes of seven bits.
bool is_id3(View head) {
  return std::ranges::all_of(part(head, 3, 4), [](std::uint8_t version) { return version >= 2 && version <= 4; }) &&
         std::ranges::all_of(part(head, 4, 5), [](std::uint8_t revision) { return revision != 0xff; }) &&
         std::ranges::all_of(part(head, 6, 10), [](std::uint8_t size) { return size < 0x80; });
}

bool is_ogg(View head) { return agrees(head, 4, "\0"sv); }

// A block of what the stream is, 34 bytes, the last one or not.
bool is_flac(View head) {
  return std::ranges::all_of(part(head, 4, 5), [](std::uint8_t type) { return (type & 0x7f) == 0; }) &&
         agrees(head, 5, "\0\0\x22"sv);
}

// Sound, video or both, and how long its header is.
bool is_flv(View head) { return has(head, 5, "\0\0\0\x09"sv) && (head[4] & 0xfa) == 0; }

bool is_amr(View head) { return agrees(head, 5, "\n"sv) || agrees(head, 5, "-WB"sv) || agrees(head, 5, "_MC"sv); }

// Numbers come behind the mark, which are no letters.
bool is_of_recorder(View head) {
  const auto behind = part(head, 4, kTextToTell);
  return behind.empty() || !std::ranges::all_of(behind, is_printable);
}

struct Mark {
  std::size_t at;
  std::string_view text;
  bool (*fits)(View head);
};

constexpr std::array kMarks{
    Mark{4, "ftyp"sv, is_film},            // MP4
    Mark{4, "moof"sv, anything},           // and a fragment of it
    Mark{0, "RIFF"sv, is_riff_recording},  // WAV, AVI
    Mark{0, "RF64"sv, is_wave},
    Mark{0, "FORM"sv, is_aiff},
    Mark{0, "\x1A\x45\xDF\xA3"sv, anything},                  // Matroska, WebM
    Mark{0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11"sv, anything},  // ASF: WMV, WMA
    Mark{0, "FLV\x01"sv, is_flv},
    Mark{0, "OggS"sv, is_ogg},
    Mark{0, "ID3"sv, is_id3},  // MP3 with a title
    Mark{0, "fLaC"sv, is_flac},
    Mark{0, "#!AMR"sv, is_amr},
    Mark{0, "caff\0\1"sv, anything},
    Mark{0, ".snd\0"sv, anything},
    Mark{0, "\0\0\1\xBA"sv, anything},  // MPEG programme stream
    Mark{0, "\0\0\1\xB3"sv, anything},  // MPEG video
    Mark{0, "IMKH"sv, is_of_recorder},  // what common recorders give out
    Mark{0, "DHAV"sv, is_of_recorder},
};
// QuickTime and MP4 that begin otherwise: behind a size, which no text begins with.
constexpr std::array kAtoms{"moov"sv, "mdat"sv, "wide"sv, "styp"sv};

bool is_marked(View head) {
  return std::ranges::any_of(kMarks,
                             [&](const Mark& mark) { return has(head, mark.at, mark.text) && mark.fits(head); });
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

// The bare streams are told by what comes again and again, which hardly a text has.
bool is_plain_recording(View head) {
  if (!is_text(head) && is_marked(head)) return true;
  if (!head.empty() && head[0] < 0x20 &&
      std::ranges::any_of(kAtoms, [&](std::string_view atom) { return has(head, 4, atom); }))
    return true;
  return is_bare_video(head) || is_bare_mp3(head) || is_bare_aac(head) || is_transport_stream(head);
}

}  // namespace tenure::storage::attestation

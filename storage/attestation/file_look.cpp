#include "storage/attestation/file_look.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/error.h"
#include "storage/attestation/backup_look.h"
#include "storage/keys/slot_format.h"

namespace tenure::storage::attestation {

namespace {
constexpr std::size_t kMostSlotsLookedAt = std::size_t{1} << 20;  // 64 MiB of a file that may be key slots
constexpr std::size_t kBlock = kSlotSize * 4096;

bool begins(View bytes, std::string_view text, std::size_t at = 0) {
  return bytes.size() >= at + text.size() && as_text(bytes.subspan(at, text.size())) == text;
}

// An MP3 frame's first two bytes, some times over: a single one is met by chance.
bool is_bare_mp3(View head) {
  if (head.size() < 2 || head[0] != 0xff || (head[1] & 0xe6) != 0xe2) return false;
  int frames = 0;
  for (std::size_t at = 0; at + 1 < head.size(); ++at) frames += head[at] == head[0] && head[at + 1] == head[1];
  return frames >= 3;
}

// MP4, WAV, MP3, Ogg, raw H.264.
bool is_recording(View head) {
  if (begins(head, "ftyp", 4) || begins(head, "moof", 4) || begins(head, "RIFF") || begins(head, "RF64") ||
      begins(head, "ID3") || begins(head, "OggS"))
    return true;
  if (head.size() >= 5 && head[0] == 0 && head[1] == 0 && head[2] == 0 && head[3] == 1 && (head[4] & 0x9f) == 0x07)
    return true;
  return is_bare_mp3(head);
}

bool is_sealed_slot(View slot) {
  return state_of(slot) == SlotState::sealed && slot[1] == 0 && slot[2] == 0 && slot[3] != 0;
}

bool holds_slots(const File& file, std::uint64_t bytes) {
  Blob block(kBlock);
  for (std::uint64_t at = 0; at < std::min<std::uint64_t>(bytes, kMostSlotsLookedAt * kSlotSize); at += kBlock) {
    const auto got = file.read_some_at(at, block);
    for (std::size_t slot = 0; slot + kSlotSize <= got; slot += kSlotSize)
      if (is_sealed_slot(View(block).subspan(slot, kSlotSize))) return true;
    if (got < kBlock) return false;
  }
  return false;
}

FileKind kind_of(const File& file, View head, bool thorough, FileLook& look) {
  if (head.empty()) return FileKind::empty;
  if (begins(head, "TENURESF")) {
    look.header = format::decode_header(head);
    return FileKind::sealed;
  }
  if (!thorough) return FileKind::other;
  if (is_key_backup(head)) return FileKind::key_backup;
  if (begins(head, "SQLite format 3")) return FileKind::catalogue;
  if (is_recording(head)) return FileKind::recording;
  return holds_slots(file, look.bytes) ? FileKind::key_slots : FileKind::other;
}
}  // namespace

FileLook look_at(const Path& path, bool thorough) {
  FileLook look;
  try {
    const File file(path, File::Mode::read);
    struct stat info{};
    if (::fstat(file.descriptor(), &info) != 0) throw io_error("Cannot look at " + path.string());
    look.bytes = static_cast<std::uint64_t>(info.st_size);
    look.changed = Instant(std::chrono::duration_cast<Duration>(Seconds(info.st_mtim.tv_sec) +
                                                                std::chrono::nanoseconds(info.st_mtim.tv_nsec)));
    std::array<std::uint8_t, 4096> head{};
    look.kind = kind_of(
        file,
        View(head).first(file.read_some_at(0, std::span(head).first(thorough ? head.size() : format::kHeaderSize))),
        thorough, look);
  } catch (const Error&) {
    look.kind = FileKind::unreadable;
  }
  return look;
}

Path place_of(const SealedHeader& header) {
  const auto day = std::chrono::floor<std::chrono::days>(header.start);
  const std::chrono::year_month_day date(day);
  const auto hour = std::chrono::floor<std::chrono::hours>(header.start - day).count();
  return Path(header.cls) / header.source /
         fmt::format("{}/{:02}/{:02}/{:02}/{}.seg", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), hour, header.id.text());
}

}  // namespace tenure::storage::attestation

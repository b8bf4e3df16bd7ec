#include "storage/attestation/file_look.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <bitset>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "storage/attestation/backup_look.h"
#include "storage/attestation/plain_look.h"
#include "storage/keys/slot_format.h"

namespace tenure::storage::attestation {

namespace {
constexpr std::uint64_t kMostLookedAt = 64 << 20;  // of a file that may be key slots
constexpr std::size_t kBlock = kSlotSize * 4096;
constexpr std::uint8_t kSealedSlot = 0x4B;
// The first four bytes of a slot are met by chance; the 60 behind them are random: about 54 different ones.
constexpr std::size_t kRandomFrom = 4, kLeastDifferent = 44;

bool begins(View bytes, std::string_view text, std::size_t at = 0) {
  return bytes.size() >= at + text.size() && as_text(bytes.subspan(at, text.size())) == text;
}

bool looks_random(View bytes) {
  std::bitset<256> seen;
  for (const auto byte : bytes) seen.set(byte);
  return seen.count() >= kLeastDifferent;
}

bool is_sealed_slot(View slot) {
  return state_of(slot) == SlotState::sealed && slot[1] == 0 && slot[2] == 0 && slot[3] != 0 &&
         looks_random(slot.subspan(kRandomFrom));
}

// One slot where slots lie is enough. At another byte it may be chance, so there the next is to be a slot too.
bool is_among_slots(View bytes, std::size_t at) {
  if (at + kSlotSize > bytes.size() || !is_sealed_slot(bytes.subspan(at, kSlotSize))) return false;
  if (at % kSlotSize == 0) return true;
  if (at + 2 * kSlotSize > bytes.size()) return false;
  const auto next = bytes.subspan(at + kSlotSize, kSlotSize);
  return is_sealed_slot(next) || state_of(next) == SlotState::erased || state_of(next) == SlotState::free;
}

bool holds_slots(const File& file, std::uint64_t bytes) {
  Blob block(kBlock + 2 * kSlotSize);  // with what follows it
  for (std::uint64_t from = 0; from < std::min(bytes, kMostLookedAt); from += kBlock) {
    const auto got = file.read_some_at(from, block);
    const auto seen = View(block).first(got);
    for (std::size_t at = 0; at < std::min(got, kBlock); ++at) {
      const auto* found = std::memchr(seen.data() + at, kSealedSlot, std::min(got, kBlock) - at);
      if (found == nullptr) break;
      at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - seen.data());
      if (is_among_slots(seen, at)) return true;
    }
    if (got < block.size()) return false;
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
  if (is_plain_recording(head)) return FileKind::recording;
  return holds_slots(file, look.bytes) ? FileKind::key_slots : FileKind::other;
}

constexpr std::size_t kPartsOfPlace = 7;  // class, source, year, month, day, hour, name

// An id begins with the milliseconds of when it was made.
Instant made_at(const SegmentId& id) {
  std::int64_t millis = 0;
  for (std::size_t at = 0; at < 6; ++at) millis = millis << 8 | id.raw.at(at);
  return Instant(Millis(millis));
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

std::optional<NameLook> look_at_name(const Path& inside) {
  const auto id = SegmentId::parse(inside.stem().string());
  if (!id || inside.extension() != ".seg") return std::nullopt;
  NameLook look{*id, {}, {}, made_at(*id)};
  std::vector<std::string> parts;
  for (const auto& part : inside) parts.push_back(part.string());
  if (parts.size() != kPartsOfPlace) return look;
  const auto end = parse_rfc3339(fmt::format("{}-{}-{}T{}:59:59Z", parts[2], parts[3], parts[4], parts[5]));
  if (!end) return look;
  return NameLook{*id, parts[0], parts[1], *end};
}

}  // namespace tenure::storage::attestation

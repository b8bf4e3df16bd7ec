// The part of the scanner that deals with sidecars: they come before or after the recording, or for nothing at all.
#include "base/error.h"
#include "ingest/telephony/file_name.h"
#include "ingest/telephony/scanner.h"
#include "ingest/telephony/times.h"

namespace tenure::ingest {

namespace {
std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string joined(const std::vector<std::string>& problems) {
  std::string text;
  for (const std::string& problem : problems) text += (text.empty() ? "" : "; ") + problem;
  return text;
}
}  // namespace

std::vector<std::string> recordings_of(const std::string& sidecar) {
  const std::string stem(without_extension(sidecar));
  if (kind_of(stem) == FileKind::audio) return {stem};
  return {stem + ".wav", stem + ".mp3", stem + ".WAV", stem + ".MP3"};
}

std::vector<std::string> sidecars_of(const std::string& audio) { return {std::string(without_extension(audio)) + ".json", audio + ".json"}; }

// Finds and reads the sidecar of `audio`; `look` keeps what was read as long as the file stays the same.
void Scanner::look_for_sidecar(const std::string& audio, SidecarLook& look) {
  for (const std::string& path : sidecars_of(audio)) {
    const auto stamp = folder_.stamp(path);
    if (!stamp) continue;
    const bool same = look.path == path && look.stamp == *stamp;
    const bool final = look.state != SidecarState::settling && look.state != SidecarState::absent && !look.too_early;
    if (same && final) return;
    look = {SidecarState::settling, path, *stamp, {}};
    if (is_quiet(path, *stamp)) read_sidecar(audio, look);
    if (look.state != SidecarState::absent) return;
  }
  look = {};
}

bool Scanner::is_quiet(const std::string& path, const FileStamp& stamp) {
  if (is_done(path, stamp)) return true;
  const Duration now = clock_.monotonic();
  const auto [entry, fresh] = pending_.try_emplace(path, Pending(first_look(stamp, now)));
  entry->second.observe(stamp, now);
  return entry->second.quiet(now) >= settings_.settle;
}

void Scanner::read_sidecar(const std::string& audio, SidecarLook& look) {
  const auto unusable = [&](const std::string& why) {
    look.state = SidecarState::unusable;
    set_problem(look.path, why);
  };
  if (look.stamp.size > kLargestSidecar) return unusable("is larger than 256 KiB, which no sidecar is");
  const File file = folder_.open(look.path);
  Blob bytes(static_cast<std::size_t>(look.stamp.size));
  file.read_at(0, bytes);
  if (stamp_of(file) != look.stamp) return;  // changing: settles again
  SidecarResult result = parse_sidecar(bytes);
  if (!result.ok()) return unusable("cannot be used: " + joined(result.problems) + "; correct it and its recording is taken");
  look.sidecar = std::move(result.sidecar);
  look.too_early = look.sidecar.start && *look.sidecar.start > clock_.now() + kClockSlack;
  if (look.too_early)
    return unusable(clock_.trusted().line ? "says that the call starts later than what is known of the time; tell the right time (tenure time show)"
                                          : "says that the call starts in the future; correct it");
  if (look.sidecar.file_name && *look.sidecar.file_name != name_of(audio)) {
    const std::string named = look.path.substr(0, look.path.size() - name_of(look.path).size()) + *look.sidecar.file_name;
    if (name_problem(*look.sidecar.file_name).empty() && folder_.stamp(named)) {
      look.state = SidecarState::absent;  // it belongs to another recording of the same base name
      return;
    }
    return unusable("is for another file by its file.name than the one it stands beside");
  }
  look.state = look.sidecar.bytes || look.sidecar.sha256 ? SidecarState::proves_whole : SidecarState::good;
}

// A sidecar for itself: it waits for its recording, or has missed it.
void Scanner::work_on_sidecar(const std::string& path, Pending& pending) {
  const Duration now = clock_.monotonic();
  if (pending.quiet(now) < settings_.settle) return;
  bool imported = false;
  for (const std::string& audio : recordings_of(path)) {
    if (pending_.count(audio) != 0) return;
    imported = imported || store_.knows_file(settings_.name, audio);
  }
  if (!imported) {
    if (pending.look.state == SidecarState::absent) {
      pending.look = {SidecarState::settling, path, pending.stamp, {}};
      read_sidecar(recordings_of(path).front(), pending.look);
    }
    const bool late = pending.age(now) >= settings_.wait_for_sidecar && pending.look.usable() != nullptr;
    if (late) set_problem(path, "describes a recording that has not come; very short calls are sometimes not recorded");
    return;
  }
  // Those of an earlier run were used then, or listed. Never removed here: nobody has read this one.
  if (pending.known && settings_.source_policy == "keep") return finish(path, FileStamp(pending.stamp));
  set_problem(path, "came after its recording had been imported without it; its details are not taken (that comes with a later version)");
}

}  // namespace tenure::ingest

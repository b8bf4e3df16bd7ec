#include "ingest/telephony/scanner.h"

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "ingest/telephony/file_name.h"

namespace tenure::ingest {

namespace {
using What = Decision::What;
constexpr Duration kRetry = Seconds(30);
constexpr std::size_t kMostProblems = 1000, kShownProblems = 50;

std::uint64_t fingerprint(const std::string& path, const FileStamp& stamp) {
  std::uint64_t hash = std::hash<std::string>()(path);
  for (const std::uint64_t part : {stamp.size, stamp.inode, static_cast<std::uint64_t>(stamp.mtime_ns)})
    hash = (hash ^ part) * 0x9e3779b97f4a7c15ull ^ (hash >> 29);
  return hash;
}
}  // namespace

Scanner::Scanner(const config::Calls& settings, storage::CallStore& store, const Clock& clock)
    : settings_(settings), store_(store), clock_(clock), folder_(settings.folder), importer_(settings, folder_, store) {
  status_.name = settings.name;
  status_.folder = settings.folder.string();
  status_.state = "offline";
  status_.why = "has not been read yet";
}

bool Scanner::scan(const Folder::Entered& entered) {
  still_done_.clear();
  refused_.clear();
  try {
    folder_.walk([this](const std::string& path, const FileStamp& stamp) { found(path, stamp); },
                 [this](const std::string& path, const std::string& why) { refused(path, why); }, entered);
  } catch (const Error& error) {
    if (status_.why != error.message()) log_warning("calls={} state=offline cause=\"{}\"", settings_.name, error.what());
    status_.state = "offline";
    status_.why = error.message();
    return false;
  }
  if (status_.state == "offline") log_info("calls={} state=watching", settings_.name);
  status_.state = "watching";
  status_.why.clear();
  done_.swap(still_done_);
  walked_once_ = true;
  std::erase_if(problems_, [this](const auto& p) { return refused_.count(p.first) == 0 && pending_.count(p.first) == 0; });
  work();
  return true;
}

void Scanner::look(const std::string& path) {
  const auto stamp = folder_.stamp(path);
  const std::string name = path.substr(path.rfind('/') + 1);
  if (stamp && name[0] != '.' && name_problem(name).empty()) found(path, *stamp);
}

void Scanner::found(const std::string& path, const FileStamp& stamp) {
  if (is_done(path, stamp)) {
    still_done_.insert(fingerprint(path, stamp));
    return;
  }
  const FileKind kind = kind_of(path);
  if (kind == FileKind::unfinished) return;
  if (kind == FileKind::other) return refused(path, "is neither a .wav or .mp3 recording nor a .json sidecar; other formats come with a later version");
  const auto entry = pending_.find(path);
  if (entry != pending_.end()) return;  // work() looks at it again
  Pending pending(first_look(stamp, clock_.monotonic()));
  pending.known = kind == FileKind::audio ? store_.knows_file(settings_.name, path) : !walked_once_;
  if (kind == FileKind::audio && pending.known && !walked_once_ && settings_.source_policy == "keep") {
    still_done_.insert(fingerprint(path, stamp));
    ++status_.known;
    return;
  }
  pending_.emplace(path, std::move(pending));
}

void Scanner::refused(const std::string& path, const std::string& why) {
  refused_.insert(path);
  set_problem(path, why);
}

void Scanner::work() {
  std::vector<std::string> paths;
  paths.reserve(pending_.size());
  for (const auto& [path, pending] : pending_) paths.push_back(path);
  for (const std::string& path : paths) work_on(path);
}

void Scanner::work_on(const std::string& path) {
  const auto entry = pending_.find(path);
  if (entry == pending_.end()) return;
  Pending& pending = entry->second;
  const auto stamp = folder_.stamp(path);
  if (!stamp) {
    pending_.erase(entry);
    problems_.erase(path);
    return;
  }
  if (*stamp != pending.stamp) {
    pending.facts.reset();
    pending.retry.reset();
    pending.failed_with.reset();
    problems_.erase(path);
  }
  pending.observe(*stamp, clock_.monotonic());
  if (pending.retry && clock_.monotonic() < *pending.retry) return;
  try {
    kind_of(path) == FileKind::sidecar ? work_on_sidecar(path, pending) : work_on_audio(path, pending);
  } catch (const Error& error) {
    pending.retry = clock_.monotonic() + kRetry;
    set_problem(path, error.message() + "; it is tried again");
  }
}

void Scanner::work_on_audio(const std::string& path, Pending& pending) {
  const Duration now = clock_.monotonic();
  look_for_sidecar(path, pending.look);
  Evidence evidence{pending.quiet(now), pending.age(now), settings_.settle, settings_.wait_for_sidecar, settings_.format == "sidecar",
                    pending.look.state, pending.stamp.size, lower(extension_of(path)), pending.facts};
  Decision decision = decide(evidence);
  if (decision.what == What::check) {
    pending.facts = check_file(folder_.open(path));
    evidence.facts = pending.facts;
    decision = decide(evidence);
  }
  if (decision.what == What::problem) return set_problem(path, decision.why);
  if (decision.what == What::import || decision.what == What::import_without_sidecar) return import(path, pending);
}

void Scanner::import(const std::string& path, Pending& pending) {
  if (pending.failed_with && *pending.failed_with == pending.look.stamp) return;
  try {
    take(path, pending);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::unavailable || error.kind() == ErrorKind::io || error.kind() == ErrorKind::internal) throw;
    pending.failed_with = pending.look.stamp;
    const bool changed = error.kind() == ErrorKind::refused && pending.known;
    set_problem(path, changed ? "has changed since it was imported; the recording as it was is kept (revisions come with a later version)" : error.message());
  }
}

void Scanner::take(const std::string& path, Pending& pending) {
  const Sidecar* sidecar = pending.look.usable();
  const auto details = details_of(settings_, path, *pending.facts, sidecar, clock_.trusted());
  const auto outcome = importer_.take(path, pending.stamp, details, sidecar);
  const bool fresh = outcome.what == storage::ImportOutcome::What::imported || outcome.what == storage::ImportOutcome::What::revised;
  if (fresh) {
    ++status_.imported;
    status_.last_import = clock_.now();
    if (details.needs_details) ++status_.needs_details;
    log_info("calls={} imported={} bytes={} seconds={} time={} needs_details={}", settings_.name, outcome.id.text(), pending.stamp.size,
             std::chrono::duration_cast<Seconds>(details.duration).count(), details.time_quality, details.needs_details);
    if (sidecar != nullptr && sidecar->start && details.start != *sidecar->start)
      log_warning("calls={} file=\"{}\" problem=\"its sidecar says that the call starts in the future, which was not believed; put the "
                  "telephone system's clock right\" time={}",
                  settings_.name, masked(path), details.time_quality);
  } else {
    ++status_.known;
  }
  acknowledge(path, pending, outcome);
}

// The store holds the recording durably; only now may the source go, and only while our copy lies where it was put.
void Scanner::acknowledge(const std::string& path, const Pending& pending, const storage::ImportOutcome& outcome) {
  const std::string trouble = settings_.source_policy == "delete" ? store_.why_source_must_stay(outcome) : "";
  if (!trouble.empty()) throw Error(ErrorKind::unavailable, "was imported, and is not removed from here: " + trouble);
  const SidecarLook look = pending.look;
  const FileStamp stamp = pending.stamp;
  const bool removed = settings_.source_policy == "delete" && folder_.remove(path, stamp);
  const bool kept = settings_.source_policy == "delete" && !removed;
  if (removed && look.usable() != nullptr) folder_.remove(look.path, look.stamp);
  finish(path, stamp);
  if (look.usable() != nullptr) finish(look.path, look.stamp);
  if (kept) refused(path, "was imported, but may not be removed here; give the daemon's user the right to delete from this folder");
}

bool Scanner::is_done(const std::string& path, const FileStamp& stamp) const { return done_.count(fingerprint(path, stamp)) != 0; }

void Scanner::finish(const std::string& path, const FileStamp& stamp) {
  done_.insert(fingerprint(path, stamp));
  pending_.erase(path);
  problems_.erase(path);
}

void Scanner::set_problem(const std::string& path, const std::string& why) {
  const auto found = problems_.find(path);
  if (found != problems_.end() && found->second.why == why) return;
  if (found == problems_.end() && problems_.size() >= kMostProblems) return;
  problems_[path] = {masked(path), why, clock_.now()};
  log_warning("calls={} file=\"{}\" problem=\"{}\"", settings_.name, masked(path), log_safe(why));
}

DropFolderStatus Scanner::status() const {
  DropFolderStatus status = status_;
  for (const auto& [path, pending] : pending_)
    if (kind_of(path) == FileKind::audio && problems_.count(path) == 0) ++status.waiting;
  for (const auto& [path, problem] : problems_) status.problems.push_back(problem);
  std::stable_sort(status.problems.begin(), status.problems.end(), [](const DropProblem& a, const DropProblem& b) { return a.since > b.since; });
  if (status.problems.size() > kShownProblems) status.problems.resize(kShownProblems);
  return status;
}

}  // namespace tenure::ingest

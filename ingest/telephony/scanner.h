// The folder's books: which files are done, which settle or wait, which are problems; and one pass over them. Everything
// is found again by a walk after a restart: the store knows what was imported. One thread at a time.
#pragma once
#include <map>
#include <set>
#include <unordered_set>

#include "ingest/drop_folder.h"
#include "ingest/telephony/file_state.h"
#include "ingest/telephony/importer.h"

namespace tenure::ingest {

class Scanner {
 public:
  Scanner(const config::Calls& settings, storage::CallStore& store, const Clock& clock);
  // Walks the whole folder, then works on what is quiet. `entered` is told each folder. False when it cannot be read.
  bool scan(const Folder::Entered& entered);
  // Looks again only at what is pending: cheap, however many old recordings lie there.
  void work();
  // A name that something happened to. Nothing when it is no file that could be taken.
  void look(const std::string& path);
  bool idle() const { return pending_.empty(); }
  DropFolderStatus status() const;

 private:
  struct SidecarLook {
    SidecarState state = SidecarState::absent;
    std::string path;
    FileStamp stamp;
    Sidecar sidecar;
    bool too_early = false;  // for what is known of the time: looked at again
    const Sidecar* usable() const { return state == SidecarState::good || state == SidecarState::proves_whole ? &sidecar : nullptr; }
  };
  struct Pending : Tracked {
    explicit Pending(const Tracked& tracked) : Tracked(tracked) {}
    std::optional<media::AudioFacts> facts;
    SidecarLook look;
    bool known = false;                   // a recording whose name the store has already; a sidecar from before the start
    std::optional<Duration> retry;        // not before, after a failure that may pass
    std::optional<FileStamp> failed_with; // the sidecar's stamp of an import that failed: not tried again with the same
  };

  void found(const std::string& path, const FileStamp& stamp);
  void refused(const std::string& path, const std::string& why);
  void work_on(const std::string& path);
  void work_on_audio(const std::string& path, Pending& pending);
  void import(const std::string& path, Pending& pending);
  void take(const std::string& path, Pending& pending);
  void acknowledge(const std::string& path, const Pending& pending, const storage::ImportOutcome& outcome);
  // scanner_sidecar.cpp
  void work_on_sidecar(const std::string& path, Pending& pending);
  void look_for_sidecar(const std::string& audio, SidecarLook& look);
  void read_sidecar(const std::string& audio, SidecarLook& look);
  bool is_quiet(const std::string& path, const FileStamp& stamp);

  bool is_done(const std::string& path, const FileStamp& stamp) const;
  void finish(const std::string& path, const FileStamp& stamp);
  void set_problem(const std::string& path, const std::string& why);

  const config::Calls& settings_;
  storage::CallStore& store_;
  const Clock& clock_;
  Folder folder_;
  Importer importer_;
  bool walked_once_ = false;
  std::unordered_set<std::uint64_t> done_;       // hashes of name and stamp: eight bytes a file, however long its name
  std::unordered_set<std::uint64_t> still_done_; // those met by the walk under way
  std::set<std::string> refused_;                // met by the walk under way, and not to be forgotten
  std::map<std::string, Pending> pending_;
  std::map<std::string, DropProblem> problems_;
  DropFolderStatus status_;
};

// The names a recording may have beside the sidecar `path`, and the other way round.
std::vector<std::string> recordings_of(const std::string& sidecar);
std::vector<std::string> sidecars_of(const std::string& audio);

}  // namespace tenure::ingest

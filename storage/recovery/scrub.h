// Looks after what lies in the vaults, slowly, behind everything else. First the walk: every name in the vaults against
// its row and every row against its file, newest first, once after each start (I2, I19). Then the scrub: each segment
// read whole and authenticated, all within a cycle, going on where it was after a restart. No recording is
// ever deleted here: what is missing becomes `lost`, what is damaged is noted and alarmed. Called from one thread;
// status() from any.
#pragma once
#include <set>

#include "base/synchronized.h"
#include "storage/recovery/orphans.h"
#include "storage/recovery/stray_keys.h"

namespace tenure::storage {

struct ScrubStatus {
  // The walk since the start.
  std::uint64_t files = 0, adopted = 0, quarantined = 0, rows = 0, lost = 0, found = 0;
  std::uint64_t unreadable = 0;  // files nobody knows of that cannot be read; what a rebuild left counts from the start
  std::optional<Instant> walked_at;  // when it was done
  // The cycle: of `bytes` in it, `bytes_read` were read.
  std::optional<Instant> began_at, due_at, last_done_at;
  std::uint64_t bytes = 0, bytes_read = 0, segments_read = 0, skipped = 0;
  std::uint64_t daily_bytes = 0;  // what must be read in a day from now on
  // Of what is kept now.
  std::uint64_t lost_now = 0, damaged_now = 0, quarantine_now = 0;
  std::vector<std::string> off_line;  // vaults that are not looked at
  std::string problem;                // why the last step failed; it is tried again
};

struct Damage {
  SegmentId segment;
  std::string source, why;
  Instant found_at;
};

class Scrub {
 public:
  struct Options {
    Duration cycle = std::chrono::days(28);  // everything is read once in it
    Instant started{};                       // files made since belong to this process and are not touched
    Path state{};                            // where sealed files may lie too, that no vault has
  };
  Scrub(Options options, const OrphanParts& parts);
  // One small piece of work. How long to wait before the next.
  Duration step();
  ScrubStatus status() const;
  std::vector<Damage> damaged(std::size_t limit = 1000) const;

 private:
  void walk_again();
  bool walk_some();
  bool walk_files();
  bool walk_rows();
  void look_at(const SegmentRow& row);
  void lose(const SegmentRow& row, const std::string& why);
  bool begin_cycle();
  Duration read_one();
  std::string why_damaged(const SegmentRow& row);
  void judge(const SegmentRow& row, const std::string& why);
  bool is_ours(const Path& file) const;
  bool is_known(const Path& file) const;
  void count();
  void expect_left_files();
  void tidy_quarantine();
  bool look_for_stray_keys();

  const Options options_;
  const OrphanParts parts_;
  mutable Synchronized<ScrubStatus> status_;
  // The walk's place.
  bool walking_ = true, listed_ = false;
  std::vector<std::pair<std::string, Path>> hours_;  // vault, folder; the next one last
  std::optional<SegmentId> row_mark_;
  std::set<std::string> off_line_;
  std::set<Path> unreadable_;
  std::optional<Instant> tidied_at_, keys_looked_at_;
  StrayKeys stray_keys_;
  // The cycle's place.
  struct Cycle {
    Instant began;
    SegmentId mark, until;
    std::uint64_t left = 0;
  };
  std::optional<Cycle> cycle_;
};

}  // namespace tenure::storage

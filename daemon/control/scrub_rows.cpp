#include "daemon/control/scrub_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "daemon/control/rows.h"

namespace tenure::daemon {
namespace json = boost::json;

json::object row(const storage::ScrubStatus& status) {
  return {{"walked_at", time_or_null(status.walked_at)},
          {"files", status.files},
          {"rows", status.rows},
          {"adopted", status.adopted},
          {"quarantined", status.quarantined},
          {"unreadable", status.unreadable},
          {"newly_lost", status.lost},
          {"found_again", status.found},
          {"cycle_began", time_or_null(status.began_at)},
          {"cycle_due", time_or_null(status.due_at)},
          {"last_cycle_done", time_or_null(status.last_done_at)},
          {"cycle_bytes", status.bytes},
          {"read_bytes", status.bytes_read},
          {"read_segments", status.segments_read},
          {"skipped", status.skipped},
          {"daily_bytes", status.daily_bytes},
          {"lost", status.lost_now},
          {"damaged", status.damaged_now},
          {"in_quarantine", status.quarantine_now},
          {"off_line", texts(status.off_line)},
          {"problem", status.problem}};
}

json::array damage_rows(const std::vector<storage::Damage>& all) {
  json::array rows;
  for (const auto& damage : all)
    rows.push_back({{"segment", damage.segment.text()},
                    {"source", damage.source},
                    {"found_at", to_rfc3339(damage.found_at)},
                    {"why", damage.why}});
  return rows;
}

json::array lost_rows(const std::vector<storage::SegmentRow>& all) {
  json::array rows;
  for (const auto& lost : all)
    rows.push_back({{"segment", lost.id.text()},
                    {"source", lost.source},
                    {"start", to_rfc3339(lost.span.from)},
                    {"end", to_rfc3339(lost.span.to)},
                    {"expires_at", to_rfc3339(lost.expires_at)}});
  return rows;
}

namespace {
std::string progress(const storage::ScrubStatus& status) {
  auto walked = status.walked_at ? "all names were compared at " + to_rfc3339(*status.walked_at)
                                  : fmt::format("names are being compared, {} so far", status.files + status.rows);
  if (!status.began_at) return walked;
  return fmt::format("{}; {} of {} MiB read since {}, all by {}, {} MiB a day", walked, status.bytes_read >> 20,
                     status.bytes >> 20, to_rfc3339(*status.began_at), status.due_at ? to_rfc3339(*status.due_at) : "",
                     status.daily_bytes >> 20);
}
}  // namespace

ScrubVerdict judge(const storage::ScrubStatus& status, std::uint64_t not_judged, Instant now) {
  const auto told = progress(status);
  if (status.lost_now + status.damaged_now > 0)
    return {"bad", fmt::format("{} recordings lost, {} damaged (tenure status names them): restore them from a backup, "
                               "look at the disk; {}",
                               status.lost_now, status.damaged_now, told)};
  if (not_judged > 0)
    return {"warning", fmt::format("{} recordings without a file are not yet judged: the time is not settled, and their date may be "
                                   "over (tenure time show); {}",
                                   not_judged, told)};
  if (!status.problem.empty()) return {"warning", status.problem + "; " + told};
  if (!status.off_line.empty())
    return {"warning", fmt::format("off line: {}; {}", fmt::join(status.off_line, ", "), told)};
  if (status.unreadable > 0)
    return {"warning", fmt::format("{} files in the vaults cannot be read and have no entry in the catalogue (the log names "
                                   "them): give them to the daemon's user, or look at the disk; {}",
                                   status.unreadable, told)};
  if (status.quarantine_now > 0)
    return {"warning", fmt::format("{} files in quarantine: look at them; {}", status.quarantine_now, told)};
  if (status.due_at && now > *status.due_at) return {"warning", "late with reading everything; " + told};
  return {"good", told};
}

}  // namespace tenure::daemon

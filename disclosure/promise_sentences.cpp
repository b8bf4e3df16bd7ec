#include "disclosure/promise_sentences.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "disclosure/paper/page.h"

namespace tenure::disclosure::sentences {

using paper::date_text;

namespace {
constexpr std::size_t kMostGaps = 4, kMostProviders = 4, kMostErasures = 6, kMostRollbacks = 2;

std::string provider(const storage::ProviderReport& one) {
  using Standing = storage::ProviderReport::Standing;
  if (one.standing == Standing::unregistered) return one.source + ": nothing registered";
  auto text = fmt::format("{}: {}{}", one.source, shortened(one.name, 60),
                          one.place.empty() ? "" : ", " + shortened(one.place, 60));
  const auto until = one.until ? ", until " + date_text(*one.until) : "";
  if (one.standing == Standing::ended) return text + ", nothing left since " + date_text(*one.until);
  if (one.keeps.empty()) return text + ", nobody knows how long" + until;
  const auto* told = one.standing == Standing::longer    ? ", LONGER than promised"
                     : one.standing == Standing::unknown ? ", nothing is promised"
                                                         : ", within the promise";
  return text + ", kept " + storage::period_in_words(one.keeps) + told + until;
}

std::string noted_gaps(const storage::Attestation& report) {
  if (report.gaps.empty()) return "no gap in the recording is on record for the last 31 days.";
  std::string text;
  for (std::size_t at = 0; at < std::min(report.gaps.size(), kMostGaps); ++at) {
    const auto& gap = report.gaps[at];
    const auto minutes = std::chrono::round<std::chrono::minutes>(gap.missing).count();
    const auto length =
        minutes == 0 ? std::string("under 1 min") : minutes < 120 ? fmt::format("{} min", minutes) : fmt::format("{:.1f} h", static_cast<double>(minutes) / 60);
    text += fmt::format("{}{}: {} in {}, mostly because {}", at == 0 ? "" : "; ", gap.source, length,
                        many(gap.gaps, "gap", "gaps"), shortened(gap.cause, 60));
  }
  return text + (report.gaps.size() > kMostGaps
                     ? "; and " + many(report.gaps.size() - kMostGaps, "more source.", "more sources.")
                     : ".");
}
}  // namespace

std::string size_text(std::uint64_t bytes) {
  double size = static_cast<double>(bytes);
  const char* unit = "B";
  for (const char* next : {"KB", "MB", "GB", "TB"}) {
    if (size < 1000) break;
    size /= 1000;
    unit = next;
  }
  return size < 10 && *unit != 'B' ? fmt::format("{:.1f} {}", size, unit) : fmt::format("{:.0f} {}", size, unit);
}

// 1,234,567
std::string number_text(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string many(std::uint64_t count, const std::string& one, const std::string& more) {
  return number_text(count) + " " + (count == 1 ? one : more);
}

std::string date_or(const std::optional<Instant>& at, const char* otherwise) { return at ? date_text(*at) : otherwise; }

// Cut at a whole character of UTF-8.
std::string shortened(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  auto end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

// What has a gap on record was never recorded. What was, and is not there any more, is no gap.
std::string gaps(const storage::Attestation& report) {
  auto text = noted_gaps(report);
  const auto missing = std::ranges::find(report.findings, "missing-file", &storage::Finding::kind);
  if (missing != report.findings.end())
    text += fmt::format(" {} missing from the vault: no gap, but a loss.",
                        many(missing->count, "recording that was made is", "recordings that were made are"));
  return text;
}

namespace {
// What was done and is in no count here.
std::string lost_acts(const storage::RollbackReport& one) {
  const auto what = one.lost_acts == 0 ? std::string("Acts were lost, nobody can say how many,")
                                       : "At least " + many(one.lost_acts, "act was lost", "acts were lost");
  return fmt::format(
      " {} with an older catalogue that was put back, which was accepted{} (no. {} in the ledger): not counted here.",
      what, one.accepted_at ? " on " + date_text(*one.accepted_at) : "", one.entry);
}
}  // namespace

// An export has its entry before its first byte, and another one when it is done: each begun one may have left in part.
std::string acts(const storage::Attestation& report) {
  const auto count = [&](std::initializer_list<const char*> names) {
    std::uint64_t all = 0;
    for (const auto* name : names)
      if (const auto found = report.acts.find(name); found != report.acts.end()) all += found->second;
    return all;
  };
  const auto early = report.deleted_early == 0 ? "nothing deleted before its date"
                                               : many(report.deleted_early, "recording deleted before its date",
                                                      "recordings deleted before their date");
  const auto begun = count({"export"}), finished = count({"export-done"});
  const auto unfinished = begun > finished ? fmt::format(" begun, {} not finished", number_text(begun - finished)) : "";
  std::string lost;
  for (const auto& one : report.rollbacks | std::views::take(kMostRollbacks)) lost += lost_acts(one);
  if (report.rollbacks.size() > kMostRollbacks) lost += " And more: see the JSON file.";
  return fmt::format("{}{}; {} placed, {} released; {}; {} for want of space.{}", many(begun, "export", "exports"),
                     unfinished, many(count({"hold-add"}), "hold", "holds"), number_text(count({"hold-release"})),
                     many(count({"login-failed"}), "failed login", "failed logins"), early, lost);
}

namespace {
// One that a restore did again is dated while the time is still in doubt, as it is behind a restore.
std::string order_text(const storage::ErasureReport& one) {
  if (one.again) return fmt::format("{} ({}, done again after a restore)", one.entry, number_text(one.recordings));
  return fmt::format("{} of {} ({}{})", one.entry, date_text(one.at), number_text(one.recordings),
                     one.certified ? "" : ", no certificate yet");
}
}  // namespace

std::string erasures(const storage::Attestation& report) {
  const auto& all = report.erasures;
  if (all.empty()) return "nothing in the last 31 days.";
  std::uint64_t recordings = 0;
  std::string orders;
  for (std::size_t at = 0; at < all.size(); ++at) {
    recordings += all[at].recordings;
    if (at < kMostErasures)
      orders += (orders.empty() ? "no. " : ", no. ") + order_text(all[at]);
  }
  if (all.size() > kMostErasures) orders += fmt::format(", and {} more", all.size() - kMostErasures);
  return fmt::format("in the last 31 days {} deleted before {} date by {}, numbered as in the ledger: {}.",
                     many(recordings, "recording was", "recordings were"), recordings == 1 ? "its" : "their",
                     many(all.size(), "order", "orders"), orders);
}

// What fits by the rates of the whole period never stands beside a disk that fills meanwhile.
std::string space(const storage::Attestation& report) {
  std::string text;
  for (const auto& one : report.spaces) {
    std::string fits = "has room for what is promised, and for 31 days of footage";
    if (!one.promise_fits)
      fits = "is too small for what is promised";
    else if (one.full_at || one.full_now)
      fits = "keeps what is promised until now";
    else if (!one.month_fits)
      fits = "has room for what is promised, but not for the 31 days that the police ask for";
    text += fmt::format("{}vault {} {}; {} free{}", text.empty() ? "" : "; ", one.vault, fits, size_text(one.free),
                        one.full_now  ? "; the disk is full now, or within the hour"
                        : one.full_at ? "; the disk will be full on " + date_text(*one.full_at)
                                      : "");
  }
  return text.empty() ? "not measured." : text + ".";
}

std::string outside(const std::vector<storage::OutsideReport>& all) {
  std::string text;
  for (const auto& one : all) {
    text += fmt::format("{}{}: ", text.empty() ? "" : "; ", one.name);
    if (!one.problem.empty())
      text += one.problem;
    else
      text += fmt::format("{}{}{}", many(one.files, "file", "files"),
                          one.oldest ? ", the oldest of " + date_text(*one.oldest) : "",
                          one.older_than_promised > 0
                              ? fmt::format(", {} of them older than promised", number_text(one.older_than_promised))
                              : "");
  }
  return text + ".";
}

// A folder each: what is in it, and what of it is of recordings that are deleted here.
std::string backups(const storage::Attestation& report) {
  std::string text;
  for (const auto& one : report.backups) {
    text += fmt::format("{}{} in {}: ", text.empty() ? "" : "; ", one.name, shortened(one.place, 40));
    if (!one.problem.empty()) {
      text += one.problem;
      continue;
    }
    text += many(one.files, "file", "files");
    if (one.oldest) text += ", the oldest of " + date_text(*one.oldest);
    if (one.deleted_since == 0) continue;
    const auto deleted = many(one.deleted_since, "recording", "recordings");
    text += one.name == "keys" ? ", which with the recovery key could bring back " + deleted + " deleted since"
                               : ", " + deleted + " of them deleted here since, which open with a key backup only";
  }
  return text.empty() ? "none." : text + ".";
}

std::string providers(const storage::Attestation& report) {
  std::string text;
  for (std::size_t at = 0; at < std::min(report.providers.size(), kMostProviders); ++at)
    text += (at == 0 ? "" : "; ") + provider(report.providers[at]);
  if (report.providers.size() > kMostProviders)
    text += fmt::format("; and {} more", report.providers.size() - kMostProviders);
  return text.empty() ? "none registered." : text + ". As the settings say; it cannot be checked here.";
}

std::string unseen() {
  std::string text;
  for (const auto& one : storage::unseen()) text += (text.empty() ? "" : "; ") + one;
  return text + ".";
}

}  // namespace tenure::disclosure::sentences

// The verdict, in the words of the people who read it. Pure.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "storage/attestation/report.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kMostReasons = 3;

std::string number(std::uint64_t count) {
  static constexpr std::array kNames{"no",  "one",   "two",   "three", "four", "five",
                                     "six", "seven", "eight", "nine",  "ten"};
  return count < kNames.size() ? kNames.at(count) : std::to_string(count);
}

std::string counted(std::uint64_t count, const std::string& one, const std::string& many) {
  return number(count) + " " + (count == 1 ? one : many);
}

std::string capital(std::string text) {
  text.at(0) = static_cast<char>(std::toupper(static_cast<unsigned char>(text.at(0))));
  return text;
}

// The first three ways; the rest stands in the list.
std::string because_of(const Attestation& report, Weight weight) {
  std::string all;
  std::size_t kinds = 0;
  for (const auto& finding : report.findings)
    if (finding.weight == weight && ++kinds <= kMostReasons) all += (all.empty() ? "" : "; ") + finding.what;
  return kinds > kMostReasons ? fmt::format("{}; and {} more", all, kinds - kMostReasons) : all;
}

std::string about_holds(const Attestation& report) {
  const auto keeping = static_cast<std::uint64_t>(
      std::ranges::count_if(report.holds, [](const auto& hold) { return hold.past_end > 0; }));
  if (report.holds.empty()) return ".";
  if (keeping == 0)
    return fmt::format(" ({} in force; nothing under {} is past its date).",
                       counted(report.holds.size(), "hold is", "holds are"), report.holds.size() == 1 ? "it" : "them");
  return fmt::format(", except what {} on purpose.", counted(keeping, "hold keeps", "holds keep"));
}

// What nothing here can see, and is known of all the same.
void add_providers(const Attestation& report, std::vector<std::string>& words) {
  using Standing = ProviderReport::Standing;
  std::set<std::string> said;  // one provider serves several lines
  for (const auto& one : report.providers) {
    std::string text;
    if (one.standing == Standing::longer)
      text = fmt::format(
          "{} keeps its own copies of calls for {}, longer than the {} promised here{}. Tenure can "
          "neither see nor delete them.",
          one.name, period_in_words(one.keeps), period_in_words(one.promised),
          one.until ? fmt::format(" (until {})", to_rfc3339(*one.until).substr(0, 10)) : "");
    else if (one.standing == Standing::unknown)
      text = fmt::format("{} keeps its own copies of calls, and nobody has recorded for how long.", one.name);
    if (!text.empty() && said.insert(text).second && said.size() <= kMostReasons) words.push_back(text);
  }
}
}  // namespace

std::string period_in_words(const std::string& period) {
  if (period.size() < 3 || period[0] != 'P' || period.find_first_not_of("0123456789", 1) != period.size() - 1)
    return period;
  const auto count = period.substr(1, period.size() - 2);
  const std::string unit = period.back() == 'D'   ? "day"
                           : period.back() == 'W' ? "week"
                           : period.back() == 'M' ? "month"
                                                  : "year";
  return count + " " + unit + (count == "1" ? "" : "s");
}

std::uint64_t Attestation::count(Weight weight) const {
  std::uint64_t all = 0;
  for (const auto& finding : findings) all += finding.weight == weight ? finding.count : 0;
  return all;
}

std::string verdict_of(const Attestation& report) {
  if (report.count(Weight::broken) > 0) return "broken";
  return report.count(Weight::unsure) > 0 ? "unsure" : "kept";
}

std::vector<std::string> verdict_in_words(const Attestation& report) {
  std::vector<std::string> words;
  const auto verdict = verdict_of(report);
  if (verdict == "kept") words.push_back("Yes. Nothing older than promised is kept" + about_holds(report));
  if (verdict == "broken")
    words.push_back(fmt::format("No. {} wrong: {}.",
                                capital(counted(report.count(Weight::broken), "thing is", "things are")),
                                because_of(report, Weight::broken)));
  if (verdict == "unsure")
    words.push_back("It cannot be said for certain. Nothing older than promised was found, but " +
                    because_of(report, Weight::unsure) + ".");
  if (const auto faults = report.count(Weight::fault); faults > 0)
    words.push_back(
        fmt::format("{} attention; see below.", capital(counted(faults, "other thing wants", "other things want"))));
  std::uint64_t outside = 0;
  for (const auto& folder : report.call_folders) outside += folder.older_than_promised;
  if (outside > 0)
    words.push_back(
        fmt::format("The telephone system's own folders hold {} older than promised, which Tenure does not delete.",
                    counted(outside, "file", "files")));
  add_providers(report, words);
  if (report.deleted_early > 0)
    words.push_back(fmt::format("In the last 31 days {} deleted before the promised date, for want of space.",
                                counted(report.deleted_early, "recording was", "recordings were")));
  const auto due = std::ranges::count_if(report.holds, [](const auto& hold) { return hold.review_due; });
  if (due > 0)
    words.push_back(
        fmt::format("{} due for review.", capital(counted(static_cast<std::uint64_t>(due), "hold is", "holds are"))));
  if (report.trial) words.push_back("This is a trial with shortened periods.");
  return words;
}

const std::vector<std::string>& unseen() {
  static const std::vector<std::string> all{"memory cards and storage inside cameras",
                                            "an old recorder that still stands somewhere",
                                            "what a telephone or camera supplier keeps, beyond what is registered",
                                            "copies that somebody downloaded or was given",
                                            "images and snapshots of this machine",
                                            "among other files here, recordings that are packed (zip and the like) or are sound or video without a header",
                                            "what a disk's repair put into its lost+found, for root alone",
                                            "what a laboratory might recover from a solid-state disk"};
  return all;
}

}  // namespace tenure::storage

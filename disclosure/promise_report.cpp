#include "disclosure/promise_report.h"

#include <fmt/format.h>

#include <algorithm>

namespace tenure::disclosure {

using namespace paper;

namespace {
constexpr std::size_t kMostFindings = 6, kMostHolds = 6, kMostGaps = 4, kMostReason = 90, kMostProviders = 4;

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

std::string class_name(const std::string& name) {
  if (name == "cctv") return "CCTV footage";
  return name == "calls" ? "Call recordings" : name;
}

Block heading(std::string title) {
  return {.kind = Block::Kind::heading, .title = std::move(title), .texts = {}, .columns = {}, .rows = {}, .tones = {}};
}
Block labelled(std::string label, std::string text) {
  return {.kind = Block::Kind::text,
          .title = std::move(label),
          .texts = {std::move(text)},
          .columns = {},
          .rows = {},
          .tones = {}};
}
Block small(std::string text) {
  return {.kind = Block::Kind::small, .title = {}, .texts = {std::move(text)}, .columns = {}, .rows = {}, .tones = {}};
}
Block table(std::vector<Column> columns) {
  return {.kind = Block::Kind::table, .title = {}, .texts = {}, .columns = std::move(columns), .rows = {}, .tones = {}};
}

Block verdict(const storage::Attestation& report) {
  const auto said = storage::verdict_of(report);
  Block block{.kind = Block::Kind::verdict,
              .title = "Kept",
              .texts = storage::verdict_in_words(report),
              .tone = Tone::good,
              .columns = {},
              .rows = {},
              .tones = {}};
  if (said == "broken") {
    block.title = "Not kept";
    block.tone = Tone::bad;
  } else if (said == "unsure") {
    block.title = "Not certain";
    block.tone = Tone::doubt;
  }
  return block;
}

Block classes(const storage::Attestation& report) {
  auto block = table({{"", 2.2},
                      {"Promised", 1.5},
                      {"Recordings", 1.6, true},
                      {"Size", 1.2, true},
                      {"Oldest", 2.3},
                      {"Next deletion", 2.3},
                      {"Past date, held", 1.6, true}});
  for (const auto& one : report.classes)
    block.rows.push_back({class_name(one.name), one.period.empty() ? "nothing" : storage::period_in_words(one.period),
                          number_text(one.recordings), size_text(one.bytes), date_or(one.oldest, "–"),
                          date_or(one.next_end, "–"), number_text(one.kept_by_holds)});
  return block;
}

// The place of the first, and how many more there are.
std::string where_of(const storage::Finding& finding) {
  if (finding.first.empty()) return "";
  const auto& first = finding.first.front();
  std::string text = first.source.empty() ? shortened(first.place, 60) : first.source;
  if (first.since) text += ", due " + date_text(*first.since);
  return finding.count > 1 ? text + " …" : text;
}

void add_findings(const storage::Attestation& report, std::vector<Block>& blocks) {
  if (report.findings.empty()) return;
  blocks.push_back(heading("What is wrong, and what to do"));
  auto block = table({{"What was found", 4}, {"How many", 1, true}, {"The first", 2.3}, {"What to do", 3}});
  for (const auto& finding : report.findings) {
    if (block.rows.size() == kMostFindings) break;
    block.rows.push_back({finding.what, number_text(finding.count), where_of(finding), finding.remedy});
    block.tones.push_back(finding.weight == storage::Weight::broken ? Tone::bad : Tone::doubt);
  }
  const auto left = report.findings.size() - block.rows.size();
  blocks.push_back(std::move(block));
  if (left > 0) blocks.push_back(small(fmt::format("And {} more kinds of finding: see the JSON file.", left)));
}

void add_holds(const storage::Attestation& report, std::vector<Block>& blocks) {
  blocks.push_back(heading("Kept on purpose: holds"));
  if (report.holds.empty()) return blocks.push_back(small("No hold is in force."));
  auto sorted = report.holds;
  std::ranges::stable_sort(sorted, std::ranges::greater{}, [](const auto& hold) { return hold.past_end; });
  auto block = table({{"Why", 3.4},
                      {"Authority", 2},
                      {"Placed", 1.9},
                      {"Review", 2.1},
                      {"Recordings", 1.3, true},
                      {"Past date", 1, true}});
  for (const auto& hold : sorted) {
    if (block.rows.size() == kMostHolds) break;
    const auto review = hold.counts_until ? "released, ends " + date_text(*hold.counts_until)
                                          : date_text(hold.review_at) + (hold.review_due ? " – DUE" : "");
    block.rows.push_back({shortened(hold.reason, kMostReason), shortened(hold.authority, 40), date_text(hold.placed_at),
                          review, number_text(hold.keeps), number_text(hold.past_end)});
    block.tones.push_back(hold.review_due ? Tone::doubt : Tone::plain);
  }
  const auto left = sorted.size() - block.rows.size();
  blocks.push_back(std::move(block));
  if (left > 0)
    blocks.push_back(small(fmt::format("And {}: see `tenure hold list`.", many(left, "more hold", "more holds"))));
}

std::string gaps(const storage::Attestation& report) {
  if (report.gaps.empty()) return "Nothing is missing that should have been recorded.";
  std::string text;
  for (std::size_t at = 0; at < std::min(report.gaps.size(), kMostGaps); ++at) {
    const auto& gap = report.gaps[at];
    const auto minutes = std::chrono::round<std::chrono::minutes>(gap.missing).count();
    const auto length =
        minutes < 120 ? fmt::format("{} min", minutes) : fmt::format("{:.1f} h", static_cast<double>(minutes) / 60);
    text += fmt::format("{}{}: {} in {}, mostly because {}", at == 0 ? "" : "; ", gap.source, length,
                        many(gap.gaps, "gap", "gaps"), shortened(gap.cause, 60));
  }
  return text +
         (report.gaps.size() > kMostGaps ? fmt::format("; and {} more sources.", report.gaps.size() - kMostGaps) : ".");
}

std::string acts(const storage::Attestation& report) {
  const auto count = [&](std::initializer_list<const char*> names) {
    std::uint64_t all = 0;
    for (const auto* name : names)
      if (const auto found = report.acts.find(name); found != report.acts.end()) all += found->second;
    return all;
  };
  const auto early = report.deleted_early == 0 ? "nothing deleted"
                                               : many(report.deleted_early, "recording deleted", "recordings deleted");
  return fmt::format("{}; {} placed, {} released; {}; {} before its date for want of space.",
                     many(count({"export"}), "export", "exports"), many(count({"hold-add"}), "hold", "holds"),
                     number_text(count({"hold-release"})),
                     many(count({"login-failed"}), "failed login", "failed logins"), early);
}

std::string space(const storage::Attestation& report) {
  std::string text;
  for (const auto& one : report.spaces) {
    const auto fits =
        one.promise_fits
            ? (one.month_fits ? "has room for what is promised, and for 31 days of footage"
                              : "has room for what is promised, but not for the 31 days that the police ask for")
            : "is too small for what is promised";
    text += fmt::format("{}vault {} {}; {} free{}", text.empty() ? "" : "; ", one.vault, fits, size_text(one.free),
                        one.full_at ? ", full on " + date_text(*one.full_at) : "");
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
}  // namespace

Page promise_page(const storage::Attestation& report, const ReportProof& proof) {
  Page page;
  page.title = "Promise report";
  page.subtitle = minute_text(report.at);
  page.made = report.at;
  auto& blocks = page.blocks;
  blocks.push_back(verdict(report));
  blocks.push_back(
      small("Is anything kept longer than the practice promised? This answer comes from looking at every file and "
            "every key on the "
            "machine, not from the part of Tenure that deletes."));
  add_findings(report, blocks);
  blocks.push_back(heading("What is kept"));
  blocks.push_back(classes(report));
  add_holds(report, blocks);
  blocks.push_back(heading("Also worth knowing"));
  blocks.push_back(labelled("Not recorded", gaps(report)));
  blocks.push_back(labelled("Last 31 days", acts(report)));
  blocks.push_back(labelled("Space", space(report)));
  blocks.push_back(labelled("Clock", report.time_in_words + "."));
  blocks.push_back(
      labelled("Record of acts", fmt::format("{}; {}.", many(report.ledger.entries, "entry", "entries"),
                                             report.ledger.sound ? "checked and sound" : report.ledger.problem)));
  if (!report.call_folders.empty())
    blocks.push_back(labelled("Telephone", "recordings in the folder " + outside(report.call_folders)));
  blocks.push_back(labelled("Backups", backups(report)));
  blocks.push_back(labelled("Supplier copies", providers(report)));
  blocks.push_back(labelled("It cannot see", unseen()));
  page.footer = fmt::format(
      "Looked at {}, {} in use and {} destroyed. SHA-256 of the signed JSON: {}. Entry {} of the ledger. The ledger's "
      "checkpoint "
      "when it was made:\n{}",
      many(report.files, "file", "files"), many(report.keys_live, "key", "keys"), number_text(report.keys_erased),
      proof.digest, proof.ledger_number, proof.checkpoint);
  return page;
}

}  // namespace tenure::disclosure

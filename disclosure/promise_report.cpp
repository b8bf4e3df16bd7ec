#include "disclosure/promise_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "disclosure/promise_sentences.h"

namespace tenure::disclosure {

using namespace paper;
using namespace sentences;

namespace {
constexpr std::size_t kMostFindings = 6, kMostHolds = 6, kMostReason = 90;

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
  if (left > 0)
    blocks.push_back(
        small(fmt::format("And {} of finding: see the JSON file.", many(left, "more kind", "more kinds"))));
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

}  // namespace

Page promise_page(const storage::Attestation& report, const ReportProof& proof) {
  Page page;
  page.title = "Promise report";
  page.subtitle = report.practice.empty() ? minute_text(report.at) : report.practice + ", " + minute_text(report.at);
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
  blocks.push_back(labelled("Erased by order", erasures(report)));
  blocks.push_back(labelled("Space", space(report)));
  blocks.push_back(labelled("Clock", report.time_in_words + "."));
  blocks.push_back(
      labelled("Record of acts", fmt::format("{}; {}.", many(report.ledger.entries, "entry", "entries"),
                                             report.ledger.sound ? "checked and sound" : report.ledger.problem)));
  if (!report.call_folders.empty())
    blocks.push_back(labelled("Telephone", "recordings and what describes them, in the folder " + outside(report.call_folders)));
  blocks.push_back(labelled("Backups", backups(report)));
  blocks.push_back(labelled("Supplier copies", providers(report)));
  blocks.push_back(labelled("It cannot see", unseen()));
  page.footer = fmt::format(
      "Looked at {}, {} in use. SHA-256 of the signed JSON: {}. Entry {} of the ledger. The ledger's "
      "checkpoint "
      "when it was made:\n{}",
      many(report.files, "file", "files"), many(report.keys_live, "key", "keys"),
      proof.digest, proof.ledger_number, proof.checkpoint);
  return page;
}

}  // namespace tenure::disclosure

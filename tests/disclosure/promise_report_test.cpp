// The page for people: what it says, that it is one page, and that nothing in it can be more than text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/filesystem/operations.hpp>

#include "disclosure/promise_report.h"
#include "tests/disclosure/practice.h"

namespace tenure::disclosure {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Instant day(const std::string& text) { return *parse_rfc3339(text + "T10:00:00Z"); }

storage::Attestation report() {
  storage::Attestation report;
  report.at = *parse_rfc3339("2026-11-22T03:00:04Z");
  report.time_in_words = "the clock agrees";
  report.classes = {{"cctv", "P28D", true, 645'120, 9'700'000'000'000, 0, day("2026-07-02"), day("2026-11-22"),
                     day("2026-11-23"), 122, 1'830'000'000}};
  report.holds = {{"a",
                   "active",
                   "fall on the ramp",
                   "practice manager",
                   "jo",
                   day("2026-07-09"),
                   day("2026-12-01"),
                   {},
                   false,
                   61,
                   1,
                   61,
                   {"front"}}};
  return report;
}

// As bad as it gets.
storage::Attestation crowded() {
  auto all = report();
  const storage::Finding finding{
      storage::Weight::broken,      "past-date", "recordings lie here that should have been deleted",
      "look at the log of tenured", 214,         {{"cctv", "car-park", "main:cctv/car-park/x.seg", day("2026-11-19")}}};
  const std::string reason = std::string(40, 'W') + " <script>alert('1')</script> & \"x\"";
  all.findings.assign(20, finding);
  all.holds.assign(20, {"a",
                        "active",
                        reason,
                        std::string(60, 'M'),
                        "jo",
                        day("2026-07-09"),
                        day("2026-12-01"),
                        {},
                        true,
                        61,
                        1,
                        61,
                        {"front"}});
  all.gaps.assign(20,
                  {"a-camera-with-a-name-of-forty-characters-", std::string(90, 'm'), std::chrono::minutes(94), 12});
  all.classes.assign(6, all.classes.front());
  all.providers.assign(6, {"reception",
                           "calls",
                           std::string(80, 'W'),
                           std::string(120, 'W'),
                           "P7Y",
                           "P3Y",
                           {},
                           storage::ProviderReport::Standing::longer});
  all.erasures.assign(40, {1'234'567, day("2026-11-20"), 1'000'000, false});
  all.spaces.assign(2, {"main", 9'700'000'000'000, 1, day("2026-11-25"), true, true, 12});
  return all;
}

const ReportProof kProof{std::string(64, 'a'), 48'212,
                         "tenure-ledger-1a2b\n48212\nqk1m\n\n— tenure-ledger-1a2b kQ8x\n"};

std::string shell(const std::string& command) { return disclosure::testing::output_of(command); }

struct Folder {
  Folder() : path(boost::filesystem::temp_directory_path() / boost::filesystem::unique_path("tenure-page-%%%%%%")) {
    boost::filesystem::create_directories(path);
  }
  ~Folder() { boost::filesystem::remove_all(path); }
  Path path;
};

TEST(PromisePage, AnswersTheQuestionFirst) {
  const auto page = promise_page(report(), kProof);
  EXPECT_EQ(page.blocks.at(0).title, "Kept");
  EXPECT_EQ(page.blocks[0].tone, paper::Tone::good);
  EXPECT_EQ(page.blocks[0].texts.at(0),
            "Yes. Nothing older than promised is kept, except what one hold keeps on purpose.");
  EXPECT_EQ(promise_page(crowded(), kProof).blocks.at(0).title, "Not kept");
}

TEST(PromisePage, SaysSizesPeriodsAndDatesAsPeopleDo) {
  const auto html = paper::to_html(promise_page(report(), kProof));
  for (const auto* said : {"28 days", "645,120", "9.7 TB", "2 Jul 2026", "22 November 2026, 03:00 UTC", "CCTV footage",
                           "fall on the ramp", "none registered"})
    EXPECT_THAT(html, HasSubstr(said));
}

TEST(PromisePage, SaysWhatProvidersAndBackupsKeep) {
  using Standing = storage::ProviderReport::Standing;
  auto one = report();
  one.providers = {
      {"reception", "calls", "Example Telecom", "Leeds", "P7Y", "P3Y", day("2027-03-31"), Standing::longer},
      {"desk", "calls", "Example Voice", "", "", "P3Y", {}, Standing::unknown},
      {"old", "calls", "Example Talk", "", "P90D", "P3Y", day("2026-03-31"), Standing::ended},
      {"out", "calls", "", "", "", "P3Y", {}, Standing::unregistered}};
  one.backups = {{"keys", "/mnt/keys", 7, 0, day("2026-11-15"), day("2026-11-21"), "", 41},
                 {"recordings", "/mnt/data", 0, 0, {}, {}, "it is not there: its disk may not be connected", 0}};
  const auto html = paper::to_html(promise_page(one, kProof));
  for (const auto* said : {"reception: Example Telecom, Leeds, kept 7 years, LONGER than promised, until 31 Mar 2027",
                           "desk: Example Voice, nobody knows how long",
                           "old: Example Talk, nothing left since 31 Mar 2026", "out: nothing registered",
                           "it cannot be checked here", "longer than the 3 years promised here (until 2027-03-31)",
                           "keys in /mnt/keys: 7 files, the oldest of 15 Nov 2026, which with the recovery key could "
                           "bring back 41 recordings",
                           "recordings in /mnt/data: it is not there"})
    EXPECT_THAT(html, HasSubstr(said));
}

TEST(PromisePage, SpeaksOfGapsThatAreOnRecordAndOfWhatIsMissingBesideThem) {
  auto one = report();
  EXPECT_THAT(paper::to_html(promise_page(one, kProof)),
              AllOf(HasSubstr("no gap in the recording is on record for the last 31 days."),
                    Not(HasSubstr("nothing is missing")), Not(HasSubstr("missing from the vault"))));
  one.findings = {{storage::Weight::fault, "missing-file", "recordings are missing", "check the disk", 1, {}}};
  EXPECT_THAT(
      paper::to_html(promise_page(one, kProof)),
      HasSubstr("no gap in the recording is on record for the last 31 days. 1 recording that was made is missing "
                "from the vault: no gap, but a loss."));
  one.gaps = {{"front", "connection refused", std::chrono::minutes(94), 12}};
  one.findings[0].count = 2;
  EXPECT_THAT(paper::to_html(promise_page(one, kProof)),
              HasSubstr("front: 94 min in 12 gaps, mostly because connection refused. 2 recordings that were made are "
                        "missing from the vault"));
}

TEST(PromisePage, TellsExportsThatWereDoneFromThoseThatWereNotFinished) {
  auto one = report();
  one.acts = {{"export", 3}, {"export-done", 3}};
  EXPECT_THAT(paper::to_html(promise_page(one, kProof)), HasSubstr("3 exports; 0 holds placed"));
  one.acts = {{"export", 3}, {"export-done", 1}, {"export-failed", 1}};
  EXPECT_THAT(paper::to_html(promise_page(one, kProof)), HasSubstr("3 exports begun, 2 not finished; 0 holds placed"));
  one.acts = {{"export", 1}, {"export-done", 2}};  // one of them was begun before these days
  EXPECT_THAT(paper::to_html(promise_page(one, kProof)), HasSubstr("1 export; 0 holds placed"));
}

TEST(PromisePage, SaysHowManyWereDeletedBeforeTheirDateForWantOfSpace) {
  auto one = report();
  const auto said = [&](std::uint64_t deleted) {
    one.deleted_early = deleted;
    return paper::to_html(promise_page(one, kProof));
  };
  EXPECT_THAT(said(0), HasSubstr("; nothing deleted before its date for want of space."));
  EXPECT_THAT(said(1), HasSubstr("; 1 recording deleted before its date for want of space."));
  EXPECT_THAT(said(8), HasSubstr("; 8 recordings deleted before their date for want of space."));
}

TEST(PromisePage, SaysThatActsWereLostBesideTheirCounts) {
  auto one = report();
  EXPECT_THAT(paper::to_html(promise_page(one, kProof)), Not(HasSubstr("not counted here")));
  one.rollbacks = {{177, day("2026-11-23"), 7}};
  EXPECT_THAT(
      paper::to_html(promise_page(one, kProof)),
      HasSubstr("for want of space. At least 7 acts were lost with an older catalogue that was put back, which was "
                "accepted on 23 Nov 2026 (no. 177 in the ledger): not counted here."));
  one.rollbacks = {{177, {}, 1}, {180, {}, 0}, {190, {}, 3}};
  const auto html = paper::to_html(promise_page(one, kProof));
  EXPECT_THAT(html, HasSubstr("At least 1 act was lost with an older catalogue that was put back, which was accepted "
                              "(no. 177 in the ledger)"));
  EXPECT_THAT(html, HasSubstr("Acts were lost, nobody can say how many, with an older catalogue"));
  EXPECT_THAT(html, HasSubstr("And more: see the JSON file."));
}

TEST(PromisePage, SaysHowMuchWasErasedByOrderAndByWhichOrders) {
  auto one = report();
  EXPECT_THAT(paper::to_html(promise_page(one, kProof)), HasSubstr("nothing in the last 31 days."));
  one.erasures = {{5'120, day("2026-11-03"), 1, true}};
  EXPECT_THAT(paper::to_html(promise_page(one, kProof)),
              HasSubstr("1 recording was deleted before its date by 1 order, numbered as in the ledger: no. 5120 of 3 "
                        "Nov 2026 (1)."));
  one.erasures.push_back({5'166, day("2026-11-20"), 1'234, false});
  EXPECT_THAT(paper::to_html(promise_page(one, kProof)),
              HasSubstr("1,235 recordings were deleted before their date by 2 orders, numbered as in the ledger: no. "
                        "5120 of 3 Nov 2026 (1), no. 5166 of 20 Nov 2026 (1,234, no certificate yet)."));
  one.erasures = {{5'166, day("2026-11-20"), 12, true, true}};
  EXPECT_THAT(paper::to_html(promise_page(one, kProof)),
              HasSubstr("no. 5166 (12, done again after a restore)."));
}

TEST(PromisePage, DoesNotSayThatThePromiseFitsWhenTheDiskWillBeFull) {
  auto one = report();
  one.spaces = {{"main", 9'700'000'000'000, 80'000'000'000, {}, true, true, 40}};
  EXPECT_THAT(paper::to_html(promise_page(one, kProof)), HasSubstr("vault main has room for what is promised"));
  one.spaces[0].full_at = day("2026-11-25");
  const auto html = paper::to_html(promise_page(one, kProof));
  EXPECT_THAT(html, Not(HasSubstr("has room for what is promised")));
  EXPECT_THAT(html, HasSubstr("keeps what is promised until now; 80 GB free; the disk will be full on 25 Nov 2026"));
  one.spaces[0].full_at = std::nullopt;
  one.spaces[0].full_now = true;
  EXPECT_THAT(paper::to_html(promise_page(one, kProof)),
              HasSubstr("keeps what is promised until now; 80 GB free; the disk is full now, or within the hour"));
}

TEST(PromisePage, BearsThePracticesNameWhereOneIsGiven) {
  auto one = report();
  EXPECT_EQ(promise_page(one, kProof).subtitle, "22 November 2026, 03:00 UTC");
  one.practice = "Example Surgery";
  const auto html = paper::to_html(promise_page(one, kProof));
  EXPECT_THAT(html, HasSubstr("<p>Example Surgery, 22 November 2026, 03:00 UTC</p>"));
}

TEST(PromisePage, SaysThatItDoesNotKnowPackedRecordingsNorThoseWithoutAHeader) {
  EXPECT_THAT(paper::to_html(promise_page(report(), kProof)),
              HasSubstr("recordings that are packed (zip and the like) or are sound or video without a header"));
}

TEST(PromisePage, CarriesItsProof) {
  const auto html = paper::to_html(promise_page(report(), kProof));
  EXPECT_THAT(html, HasSubstr(kProof.digest));
  EXPECT_THAT(html, HasSubstr("Entry 48212 of the ledger"));
  EXPECT_THAT(html, HasSubstr("— tenure-ledger-1a2b kQ8x"));
}

TEST(PromisePage, NoTextBecomesMarkupAndNothingIsFetched) {
  const auto html = paper::to_html(promise_page(crowded(), kProof));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;"));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  for (const auto* outward : {"http:", "https:", "src=", "url(", "<link", "@import"})
    EXPECT_THAT(html, Not(HasSubstr(outward))) << outward;
}

TEST(PromisePage, IsOnePageOfA4AsPdfHoweverMuchThereIs) {
  const Folder folder;
  for (const auto& one : {report(), crowded()}) {
    const auto pdf = paper::to_pdf(promise_page(one, kProof));
    write_durably(folder.path / "a.pdf", pdf);
    const auto info = shell("pdfinfo " + (folder.path / "a.pdf").string());
    EXPECT_THAT(info, HasSubstr("Pages:           1\n"));
    EXPECT_THAT(info, HasSubstr("(A4)"));
  }
  const auto text = shell("pdftotext -layout " + (folder.path / "a.pdf").string() + " -");
  EXPECT_THAT(text, HasSubstr("Not kept"));
  EXPECT_THAT(text, HasSubstr("<script>alert('1')"));  // as text
  EXPECT_THAT(text, HasSubstr("And 14 more holds"));
  EXPECT_THAT(shell("pdffonts " + (folder.path / "a.pdf").string()), HasSubstr("DejaVuSans"));
}

TEST(PromisePage, TextThatIsNoUtf8OrHasControlBytesIsShownAllTheSame) {
  auto odd = report();
  odd.holds[0].reason =
      "a\x01"
      "b\xff"
      "c\n\x1b[31m";
  const Folder folder;
  write_durably(folder.path / "a.pdf", paper::to_pdf(promise_page(odd, kProof)));
  EXPECT_THAT(shell("pdfinfo " + (folder.path / "a.pdf").string()), HasSubstr("Pages:           1\n"));
  EXPECT_THAT(paper::to_html(promise_page(odd, kProof)), Not(HasSubstr("\x1b")));
}

TEST(PromisePage, PrintsOnOnePageFromABrowser) {
  const Folder folder;
  for (const auto& one : {report(), crowded()}) {
    const auto html = paper::to_html(promise_page(one, kProof));
    write_durably(folder.path / "a.html", as_view(html));
    shell("cd " + folder.path.string() +
          " && chromium --headless --no-sandbox --disable-gpu --user-data-dir=profile --no-pdf-header-footer "
          "--print-to-pdf=b.pdf file://" +
          (folder.path / "a.html").string() + " 2>&1");
    EXPECT_THAT(shell("pdfinfo " + (folder.path / "b.pdf").string()), HasSubstr("Pages:           1\n"));
  }
}

}  // namespace
}  // namespace tenure::disclosure

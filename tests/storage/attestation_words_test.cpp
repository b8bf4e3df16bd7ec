// What the promise report takes a file for, by its first bytes alone, and how it says its verdict.
#include <gmock/gmock.h>

#include <set>

#include "storage/attestation/backup_look.h"
#include "storage/attestation/file_look.h"
#include "storage/attestation/report.h"
#include "storage/keys/slot_format.h"
#include "tests/storage/attested.h"

namespace tenure::storage {
namespace {

using attestation::FileKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string text_of(std::initializer_list<int> bytes) {
  std::string text;
  for (const int byte : bytes) text.push_back(static_cast<char>(byte));
  return text;
}

TEST(FileLook, TellsWhatAFileIsByItsOwnFirstBytes) {
  TemporaryFolder folder;
  const auto kind = [&](const std::string& bytes) {
    write_file(folder.path / "file", bytes);
    return attestation::look_at(folder.path / "file", /*thorough=*/true).kind;
  };
  const auto mp3 = text_of({0xff, 0xfb, 0x90, 0x44});
  const std::string start_code = text_of({0, 0, 0, 1});
  const std::vector<std::pair<std::string, FileKind>> files{
      {"", FileKind::empty},
      {"TENURESF and then nothing of a header", FileKind::sealed},
      {"TNRBOX01", FileKind::key_backup},
      {"SQLite format 3", FileKind::catalogue},
      {"....ftypiso6", FileKind::recording},
      {"....moof", FileKind::recording},
      {"RIFF1234WAVE", FileKind::recording},
      {"RF64", FileKind::recording},
      {"ID3", FileKind::recording},
      {"OggS", FileKind::recording},
      {start_code + text_of({0x67}), FileKind::recording},
      {start_code + text_of({0x41}), FileKind::other},
      {start_code, FileKind::other},
      {text_of({0, 0, 0, 2, 0x67}), FileKind::other},
      {text_of({0, 0, 1, 0x67, 0}), FileKind::other},
      {text_of({0, 1, 0, 1, 0x67}), FileKind::other},
      {mp3 + "...." + mp3 + "...." + mp3, FileKind::recording},
      {mp3 + "...." + mp3 + "....", FileKind::other},
      {text_of({0xff, 0x21, 0xff, 0x21, 0xff, 0x21}), FileKind::other},
      {text_of({0xff}), FileKind::other},
      {"ftyp is not where it would be", FileKind::other},
      {"notes", FileKind::other},
  };
  for (const auto& [bytes, expected] : files) EXPECT_EQ(kind(bytes), expected) << to_hex(as_view(bytes));
  EXPECT_EQ(attestation::look_at(folder.path / "nowhere", true).kind, FileKind::unreadable);
}

// Of its 60 random bytes about 54 are different ones. One in 70,000 has less than the 44 that are asked for, and among
// many that makes no difference; here it is the only one.
SlotBytes usual_slot(std::uint64_t number) {
  SlotCodec codec(Key{1});
  for (;;) {
    auto slot = codec.seal(number, SegmentId::make(at("2026-03-02T10:00:00Z")), Key{2});
    Wrapping(1, Key{3}).lay(slot, number);
    if (std::set<std::uint8_t>(slot.begin() + 4, slot.end()).size() >= 50) return slot;
  }
}

TEST(FileLook, FindsAKeySlotWhereverItLiesAmongOthers) {
  TemporaryFolder folder;
  const auto slot = usual_slot(5);
  const auto kind = [&](const Blob& bytes) {
    write_file(folder.path / "file", as_text(bytes));
    return attestation::look_at(folder.path / "file", /*thorough=*/true).kind;
  };
  Blob bytes(kSlotSize * 4096, 0x20);
  EXPECT_EQ(kind(bytes), FileKind::other);
  std::copy(slot.begin(), slot.end(), bytes.end() - kSlotSize);
  EXPECT_EQ(kind(bytes), FileKind::key_slots);
  bytes.insert(bytes.begin(), kSlotSize * 4096, 0x20);
  EXPECT_EQ(kind(bytes), FileKind::key_slots) << "beyond the first piece that is read";
  for (const std::size_t at : {1u, 2u}) {
    auto other = slot;
    other[at] = 1;
    EXPECT_EQ(kind(Blob(other.begin(), other.end())), FileKind::other) << "no slot has " << at;
  }
  auto none = slot;
  none[3] = 0;
  EXPECT_EQ(kind(Blob(none.begin(), none.end())), FileKind::other) << "no slot is of generation 0";
}

TEST(FileLook, FindsKeySlotsThatWereShiftedAndTakesNoProgramForSlots) {
  TemporaryFolder folder;
  const auto sealed = [](std::uint64_t slot) { return std::string(as_text(usual_slot(slot))); };
  const auto kind = [&](const std::string& bytes) {
    write_file(folder.path / "file", bytes);
    return attestation::look_at(folder.path / "file", /*thorough=*/true).kind;
  };
  const auto erased = erased_slot();
  const std::string two = sealed(5) + sealed(6), and_erased = sealed(5) + std::string(as_text(erased));
  EXPECT_EQ(kind("x" + two), FileKind::key_slots);
  EXPECT_EQ(kind("x" + and_erased), FileKind::key_slots);
  EXPECT_EQ(kind("x" + sealed(5) + std::string(kSlotSize, '\0')), FileKind::key_slots);
  EXPECT_EQ(kind(std::string(kSlotSize * 4096 - 1, ' ') + two), FileKind::key_slots) << "over the end of a piece";
  EXPECT_EQ(kind("x" + sealed(5) + std::string(kSlotSize, ' ')), FileKind::other) << "alone it may be chance";
  std::string code = "K";
  code += text_of({0, 0, 1});
  for (int n = 0; n < 60; ++n) code.push_back(static_cast<char>(n % 36));
  EXPECT_EQ(kind(code + code), FileKind::other) << "not random: a piece of a program";
}

TEST(FileLook, FindsKeySlotsThatWereWrittenAsBase64) {
  TemporaryFolder folder;
  SlotCodec codec(Key{1});
  auto slot = codec.seal(5, SegmentId::make(at("2026-03-02T10:00:00Z")), Key{2});
  Wrapping(1, Key{3}).lay(slot, 5);
  const auto kind = [&](const std::string& bytes) {
    write_file(folder.path / "file", bytes);
    return attestation::look_at(folder.path / "file", /*thorough=*/true).kind;
  };
  const auto in_lines = [](const std::string& text, std::size_t width, const std::string& end) {
    std::string lines;
    for (std::size_t from = 0; from < text.size(); from += width) lines += text.substr(from, width) + end;
    return lines;
  };
  // A slot begins at each of the three places that it may have in a group of letters, and about the end of a piece.
  for (const std::size_t before : {0u, 1u, 2u, 3'070u, 3'071u, 3'072u, 5'000u}) {
    Blob bytes(before * kSlotSize, 0xE5);
    bytes.insert(bytes.end(), slot.begin(), slot.end());
    const auto text = to_base64(bytes);
    EXPECT_EQ(kind(text), FileKind::key_slots) << before;
    EXPECT_EQ(kind(in_lines(text, 64, "\n")), FileKind::key_slots) << before;
    EXPECT_EQ(kind(in_lines(text, 76, "\r\n") + "\n-- \n"), FileKind::key_slots) << before;
  }
  EXPECT_EQ(kind(to_base64(Blob(100'000, 0xE5))), FileKind::other) << "erased, all of them";
  EXPECT_EQ(kind("keys: " + to_base64(Blob(slot.begin(), slot.end()))), FileKind::other) << "behind other text";
}

TEST(FileLook, KnowsTheCommonFormatsOfRecordings) {
  TemporaryFolder folder;
  const auto is_recording = [&](const std::string& bytes) {
    write_file(folder.path / "file", bytes);
    return attestation::look_at(folder.path / "file", /*thorough=*/true).kind == FileKind::recording;
  };
  const auto packets = [](std::size_t size, std::size_t first) {
    std::string text(first, 'x');
    for (int n = 0; n < 9; ++n) text += "G" + std::string(size - 1, 'x');
    return text;
  };
  const std::string start = text_of({0, 0, 0, 1}), size = text_of({0, 0, 0, 20});
  std::string aac;
  for (int n = 0; n < 3; ++n) aac += text_of({0xff, 0xf1, 0x50, 0x80, 0x01, 0x40, 0xfc}) + "abc";
  for (const auto& bytes : {
           text_of({0x1a, 0x45, 0xdf, 0xa3}), packets(188, 0), packets(188, 100), packets(192, 4), packets(204, 0),
           start + text_of({0x40, 1}), start + text_of({0x42, 1}), text_of({0, 0, 1, 0x44, 1}),
           start + text_of({0x46, 1, 0x50}), start + text_of({9, 0x10}), start + text_of({9, 0xf0}),
           std::string("fLaC"), std::string("FORM1234AIFF"), std::string("FORM1234AIFC"), std::string("#!AMR\n"),
           std::string("#!AMR-WB\n"), "caff" + text_of({0, 1}), ".snd" + text_of({0, 0}), text_of({0, 0, 1, 0xba}),
           text_of({0, 0, 1, 0xb3}), size + "moov", size + "mdat", size + "styp", std::string("IMKH"), aac})
    EXPECT_TRUE(is_recording(bytes)) << to_hex(as_view(bytes.substr(0, 16)));
  for (const auto& bytes :
       {packets(188, 0).substr(0, 188 * 7), packets(189, 0), std::string(4096, 'G'), start + text_of({0x40, 2}),
        start + text_of({0x4e, 1}), std::string(4096, '\0'), std::string("FORM1234ILBM"), std::string("The wide world"),
        std::string("caffeine"), text_of({0xff, 0xf1, 0x50, 0x80, 0x01, 0x40, 0xfc}), text_of({0x1f, 0x8b, 8, 0})})
    EXPECT_FALSE(is_recording(bytes)) << to_hex(as_view(bytes.substr(0, 16)));
}

TEST(FileLook, OfASegmentIsAskedItsHeaderAlone) {
  TemporaryFolder folder;
  write_file(folder.path / "file", "RIFF1234WAVE");
  EXPECT_EQ(attestation::look_at(folder.path / "file", /*thorough=*/false).kind, FileKind::other);
}

TEST(KeyBackupLook, ReadsWhenItWasMadeOrNothing) {
  TemporaryFolder folder;
  const auto made_at = [&](const std::string& header, const std::string& magic = "TNRBOX01", std::uint32_t more = 0) {
    ByteWriter out;
    out.text(magic);
    out.u32(static_cast<std::uint32_t>(header.size()) + more);
    out.text(header);
    write_file(folder.path / "box", as_text(out.blob()));
    return attestation::key_backup_made_at(folder.path / "box");
  };
  const std::string sound = R"({"made_at":"2026-03-02T10:00:00Z"})";
  EXPECT_EQ(made_at(sound), at("2026-03-02T10:00:00Z"));
  EXPECT_FALSE(made_at(sound, "TNRBOX02"));
  EXPECT_FALSE(made_at(sound, "TNRBOX01", 1)) << "cut";
  EXPECT_FALSE(made_at(sound, "TNRBOX01", 1 << 20)) << "a header of a megabyte";
  for (const auto* other : {"", "no JSON", "[]", "{}", R"({"made_at":5})", R"({"made_at":"then"})"})
    EXPECT_FALSE(made_at(other)) << other;
  EXPECT_FALSE(attestation::key_backup_made_at(folder.path / "nowhere"));
}

TEST(Verdict, SaysPeriodsAsPeopleDo) {
  const std::vector<std::pair<const char*, const char*>> periods{{"P28D", "28 days"},
                                                                 {"P1D", "1 day"},
                                                                 {"P2W", "2 weeks"},
                                                                 {"P1W", "1 week"},
                                                                 {"P6M", "6 months"},
                                                                 {"P1Y", "1 year"},
                                                                 {"P3Y", "3 years"},
                                                                 {"P1Y6M", "P1Y6M"},
                                                                 {"PT5M", "PT5M"},
                                                                 {"28D", "28D"},
                                                                 {"P", "P"},
                                                                 {"P12", "P12"},
                                                                 {"", ""}};
  for (const auto& [period, words] : periods) EXPECT_EQ(period_in_words(period), words);
}

Finding finding(Weight weight, const std::string& what, std::uint64_t count = 1) {
  Finding made;
  made.weight = weight;
  made.what = what;
  made.count = count;
  return made;
}

TEST(Verdict, NamesTheFirstThreeWaysAndCountsTheRest) {
  Attestation report;
  report.findings = {finding(Weight::broken, "one way", 2), finding(Weight::broken, "another")};
  EXPECT_EQ(verdict_in_words(report).at(0), "No. Three things are wrong: one way; another.");
  report.findings.push_back(finding(Weight::fault, "beside it"));
  report.findings.push_back(finding(Weight::broken, "a third", 20));
  report.findings.push_back(finding(Weight::broken, "a fourth"));
  EXPECT_THAT(verdict_in_words(report), ElementsAre("No. 24 things are wrong: one way; another; a third; and 1 more.",
                                                    "One other thing wants attention; see below."));
  report.findings = {finding(Weight::unsure, "the time is in doubt"), finding(Weight::fault, "a file", 2)};
  EXPECT_EQ(verdict_of(report), "unsure");
  EXPECT_THAT(verdict_in_words(report),
              ElementsAre(HasSubstr("but the time is in doubt."), StartsWith("Two other things want")));
}

TEST(Verdict, SaysOfHoldsWhatTheyKeepAndWhichWantALook) {
  Attestation report;
  EXPECT_THAT(verdict_in_words(report), ElementsAre("Yes. Nothing older than promised is kept."));
  report.holds.resize(1);
  EXPECT_EQ(verdict_in_words(report).at(0),
            "Yes. Nothing older than promised is kept (one hold is in force; nothing under it is past its date).");
  report.holds.resize(2);
  EXPECT_EQ(verdict_in_words(report).at(0),
            "Yes. Nothing older than promised is kept (two holds are in force; nothing under them is past its date).");
  report.holds[1].past_end = 3;
  report.holds[0].review_due = true;
  EXPECT_THAT(verdict_in_words(report),
              ElementsAre("Yes. Nothing older than promised is kept, except what one hold keeps on purpose.",
                          "One hold is due for review."));
}

TEST(Verdict, SaysWhatWentEarlyAndThatItIsATrial) {
  Attestation report;
  report.deleted_early = 1;
  report.trial = true;
  EXPECT_THAT(verdict_in_words(report),
              ElementsAre(StartsWith("Yes."),
                          "In the last 31 days one recording was deleted before the promised date, for want of space.",
                          "This is a trial with shortened periods."));
}

TEST(Verdict, NamesEachProviderOnceAndThreeAtMost) {
  using Standing = ProviderReport::Standing;
  Attestation report;
  const auto provider = [&](const std::string& name, Standing standing, const std::optional<Instant>& until = {}) {
    report.providers.push_back({"line", "calls", name, "", "P7Y", "P3Y", until, standing});
  };
  provider("Alpha", Standing::within);
  provider("Beta", Standing::longer);
  provider("Beta", Standing::longer);
  provider("Gamma", Standing::longer, at("2027-01-31T00:00:00Z"));
  provider("Delta", Standing::unknown);
  provider("Epsilon", Standing::unknown);
  const auto words = verdict_in_words(report);
  ASSERT_EQ(words.size(), 4u);
  EXPECT_EQ(words[1],
            "Beta keeps its own copies of calls for 7 years, longer than the 3 years promised here. Tenure can neither "
            "see nor delete them.");
  EXPECT_THAT(words[2], HasSubstr("promised here (until 2027-01-31)."));
  EXPECT_EQ(words[3], "Delta keeps its own copies of calls, and nobody has recorded for how long.");
}

}  // namespace
}  // namespace tenure::storage

// What a reader says of a file that is not what its own footer tells, and what a writer refuses.
#include <gmock/gmock.h>

#include "storage/sealed/sealed_format.h"
#include "tests/storage/practice.h"
#include "tests/storage/sealed_fixture.h"

namespace tenure::storage {
namespace {

using testing::HasSubstr;

class SealedReading : public SealedFixture {
 protected:
  // The file with another footer, sealed with its own key: what a fault in the writer would leave.
  void put_footer(const std::string& name, const std::function<void(SealedFooter&)>& change) {
    auto bytes = read_whole(path("a"), 32 << 20);
    const auto trailer = format::decode_trailer(View(bytes).last(format::kTrailerSize), bytes.size());
    auto footer = open("a").footer();
    change(footer);
    const View header = View(bytes).first(format::kHeaderSize);
    const format::SegmentKeys keys(key(), format::decode_header(header)->salt);
    const auto end =
        format::seal_footer(footer, trailer->footer_offset, trailer->chunks, format::header_digest(header), keys);
    bytes.resize(trailer->footer_offset);
    bytes.insert(bytes.end(), end.begin(), end.end());
    replace(name, bytes);
  }
};

TEST_F(SealedReading, AFooterThatTellsOfOtherFragmentsThanTheFileHasIsNotBelieved) {
  write("a", some_fragments({500, 700}));
  put_footer("b", [](SealedFooter&) {});
  EXPECT_TRUE(open("b").verify()) << "the same footer, sealed anew";
  const std::vector<std::pair<const char*, std::function<void(SealedFooter&)>>> changes{
      {"another kind", [](SealedFooter& footer) { footer.fragments[0].kind = FragmentKind::data; }},
      {"another time", [](SealedFooter& footer) { footer.fragments[0].span.to += Seconds(1); }},
      {"no key frame", [](SealedFooter& footer) { footer.fragments[1].key = false; }},
      {"another sample's size", [](SealedFooter& footer) { footer.fragments[1].coded_sizes[0] += 1; }},
      {"another root", [](SealedFooter& footer) { footer.root[0] ^= 1; }},
      {"another count of samples", [](SealedFooter& footer) { footer.leaf_count += 1; }},
      {"another digest of the plaintext", [](SealedFooter& footer) { footer.plain_sha256[0] ^= 1; }},
  };
  for (const auto& [what, change] : changes) {
    put_footer("b", change);
    auto reader = open("b");
    EXPECT_TRUE(reader.finished()) << what;
    EXPECT_FALSE(reader.verify()) << what;
  }
}

TEST_F(SealedReading, AFragmentOfAnotherLengthThanItsFooterTellsIsReportedNotRead) {
  write("a", some_fragments({500, 700}));
  put_footer("b",
             [](SealedFooter& footer) {  // ten bytes moved from one fragment to the other: the map still tiles the file
               footer.fragments[0].plain_size -= 10;
               footer.fragments[1].plain_size += 10;
               footer.fragments[1].plain_offset -= 10;
               footer.fragments[1].file_offset -= 10;
             });
  auto reader = open("b");
  ASSERT_TRUE(reader.finished());
  EXPECT_THAT(error_of([&] { reader.read_fragment(0); }), HasSubstr("does not begin as it should"));
  EXPECT_FALSE(reader.verify());
}

TEST_F(SealedReading, ACallsWholeDigestIsHeldToItsBytes) {
  const auto fragments = some_fragments({500, 700});
  const auto all = plaintext(fragments);
  for (const bool right : {true, false}) {
    auto header = some_header();
    header.kind = Kind::calls;
    const std::string name = right ? "right" : "wrong";
    SealedWriter writer(File(path(name), File::Mode::create), header, key());
    for (const auto& fragment : fragments) writer.append(fragment);
    writer.finish({fragments[0].span.from, fragments[1].span.to}, {}, {},
                  right ? sha256(all) : sha256(as_view("another call")));
    EXPECT_EQ(open(name).verify(), right);
  }
}

TEST_F(SealedReading, WhatChangesUnderAReaderIsNamedWithItsChunk) {
  write("a", some_fragments({40'000}));
  const auto whole = read_whole(path("a"));
  const auto read_after = [&](std::size_t at, const std::function<void(File&)>& change) {
    replace("b", whole);
    auto reader = open("b");
    File file(path("b"), File::Mode::read_write);
    change(file);
    Blob out(20'000);
    return error_of([&] { reader.read(at, out); });
  };
  EXPECT_EQ(read_after(0, [](File&) {}), "no error");
  EXPECT_THAT(read_after(20'000, [](File& file) { file.truncate(20'000); }), HasSubstr("is missing"));
  EXPECT_THAT(read_after(0, [](File& file) { file.write_at(format::kHeaderSize, Blob{0xFF, 0xFF, 0xFF, 0xFF}); }),
              HasSubstr("chunk 0 is missing or does not begin as it should"));
  EXPECT_THAT(read_after(0, [](File& file) { file.write_at(format::kHeaderSize, Blob{0x80, 0, 0, 5}); }),
              HasSubstr("chunk 0 is missing or does not begin as it should"));
  EXPECT_THAT(read_after(0, [](File& file) { file.write_at(format::kHeaderSize + 500, Blob{1, 2, 3, 4, 5, 6, 7, 8}); }),
              HasSubstr("chunk 0 is not what was recorded"));
}

TEST_F(SealedReading, BytesAndFragmentsThatAreNotThereAreRefusedByName) {
  write("a", some_fragments({500}));
  auto reader = open("a");
  Blob out(1);
  EXPECT_THAT(error_of([&] { reader.read(501, out); }), HasSubstr("beyond the end"));
  EXPECT_THAT(error_of([&] { reader.read(500, out); }), HasSubstr("beyond the end"));
  EXPECT_THAT(error_of([&] { reader.read_fragment(1); }), HasSubstr("has no fragment 1"));
  reader.read(500, std::span(out).first(0));
}

TEST_F(SealedReading, AWriterThatHasEndedTakesNothingMore) {
  SealedWriter writer(File(path("a"), File::Mode::create), some_header(), key());
  writer.append(some_fragment(100, 0));
  writer.finish({});
  const auto size = writer.size();
  EXPECT_THAT(error_of([&] { writer.append(some_fragment(100, 1)); }), HasSubstr("has ended"));
  EXPECT_THAT(error_of([&] { writer.finish({}); }), HasSubstr("ended twice"));
  EXPECT_EQ(File(path("a"), File::Mode::read).size(), size);
}

TEST_F(SealedReading, AFragmentWithMoreSamplesThanTheFormatCountsIsRefusedAndTheNextIsTaken) {
  SealedWriter writer(File(path("a"), File::Mode::create), some_header(), key());
  auto many = some_fragment(100, 0);
  many.leaves.assign(format::kMostLeaves + 1, {0, 1, 1, false, 0, 1});
  EXPECT_THAT(error_of([&] { writer.append(many); }), HasSubstr("65,536 samples"));
  auto start = some_fragment(60, 0);
  start.kind = FragmentKind::init;  // with leaves of its own: they stay as they are
  writer.append(start);
  writer.append(some_fragment(100, 1));
  writer.finish({});
  auto reader = open("a");
  EXPECT_TRUE(reader.verify());
  EXPECT_EQ(reader.footer().leaf_count, 6u);
}

TEST_F(SealedReading, LargeAndSmallFragmentsInTurnComeBackAsTheyWere) {
  const auto fragments = some_fragments({5 << 20, 5 << 20, 300});
  write("a", fragments);
  auto reader = open("a");
  for (std::size_t at = 0; at < fragments.size(); ++at) EXPECT_EQ(reader.read_fragment(at), fragments[at].bytes);
  EXPECT_TRUE(reader.verify());
}

}  // namespace
}  // namespace tenure::storage

// The sealed file's parsers on their own: a sound header, head, footer and trailer read back, and each field that is
// wrong once is refused. What a file as a whole withstands is in sealed_file_test.cpp.
#include "storage/sealed/sealed_format.h"

#include <gmock/gmock.h>

#include "tests/storage/sealed_fixture.h"

namespace tenure::storage {
namespace {

struct Damage {
  const char* what;
  std::function<void(Blob&)> done;
};

Damage byte_at(const char* what, std::size_t at, std::uint8_t value) {
  return {what, [at, value](Blob& bytes) { bytes.at(at) = value; }};
}
Damage u32_at(const char* what, std::size_t at, std::uint32_t value) {
  return {what, [at, value](Blob& bytes) {
            for (std::size_t i = 0; i < 4; ++i) bytes.at(at + i) = static_cast<std::uint8_t>(value >> (24 - 8 * i));
          }};
}

class SealedFormat : public SealedFixture {
 protected:
  static FragmentEntry entry(const FragmentEntry* before, std::uint32_t size, std::uint32_t leaves) {
    FragmentEntry made;
    made.kind = FragmentKind::media;
    made.key = true;
    made.span = {at_second(0), at_second(2)};
    made.file_offset = format::kHeaderSize;
    if (before != nullptr) {
      made.file_offset = before->file_offset + format::size_on_disk(format::sealed_plaintext(*before));
      made.first_chunk = before->first_chunk + format::chunk_count(format::sealed_plaintext(*before));
      made.plain_offset = before->plain_offset + before->plain_size;
    }
    made.plain_size = size;
    made.coded_sizes.assign(leaves, 10);
    return made;
  }
  static SealedFooter footer() {
    SealedFooter made;
    made.span = {at_second(0), at_second(4)};
    made.fragments.push_back(entry(nullptr, 1000, 2));
    made.fragments.push_back(entry(&made.fragments[0], 20'000, 1));
    made.leaf_count = 3;
    made.clock_offset = Millis(-20);
    made.salvaged = true;
    return made;
  }
  static std::uint64_t end_of_fragments() {
    const auto last = footer().fragments[1];
    return last.file_offset + format::size_on_disk(format::sealed_plaintext(last));
  }
  static Instant at_second(int second) { return *parse_rfc3339("2026-03-02T14:05:00Z") + Seconds(second); }
  static constexpr std::size_t kFirst = 112, kEntry = 52;  // where a footer's map begins; an entry without its sizes
};

TEST_F(SealedFormat, AFooterReadsBackAsItWasWritten) {
  const auto wrote = footer();
  const auto read = format::decode_footer(format::encode_footer(wrote), end_of_fragments());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->span, wrote.span);
  EXPECT_EQ(read->clock_offset, wrote.clock_offset);
  EXPECT_TRUE(read->salvaged);
  ASSERT_EQ(read->fragments.size(), 2u);
  EXPECT_EQ(read->fragments[1].coded_sizes, wrote.fragments[1].coded_sizes);
  EXPECT_EQ(read->fragments[1].file_offset, wrote.fragments[1].file_offset);
}

TEST_F(SealedFormat, AFooterWithAnyFieldThatNoWriterMakesIsRefused) {
  const auto sound = format::encode_footer(footer());
  const std::vector<Damage> damages{
      byte_at("another version", 1, 2),
      byte_at("an unknown flag", 2, 4),
      byte_at("a reserved byte that is not zero", 3, 1),
      u32_at("more metadata than there is", 104, 1 << 30),
      byte_at("a fragment of an unknown kind", kFirst, 3),
      byte_at("a key mark that is neither yes nor no", kFirst + 1, 2),
      byte_at("a reserved byte of a fragment", kFirst + 3, 1),
      u32_at("a fragment that begins elsewhere in the file", kFirst + 24, 300),
      u32_at("a fragment with another first chunk", kFirst + 32, 1),
      u32_at("a fragment that begins elsewhere in the plaintext", kFirst + 40, 1),
      u32_at("a fragment larger than any", kFirst + 44, (16 << 20) + 1),
      u32_at("a fragment with more samples than any", kFirst + 48, format::kMostLeaves + 1),
      u32_at("a fragment with more samples than bytes are left", kFirst + 48, 1000),
      u32_at("a second fragment that leaves a gap", kFirst + kEntry + 8 + 24, 5000),
      u32_at("fewer fragments than there are", 108, 1),
      u32_at("more fragments than there are", 108, 3),
      {"bytes behind its end", [](Blob& bytes) { bytes.push_back(0); }},
  };
  for (const auto& damage : damages) {
    auto bytes = sound;
    damage.done(bytes);
    EXPECT_FALSE(format::decode_footer(bytes, end_of_fragments())) << damage.what;
  }
  for (std::size_t length = 0; length < sound.size(); ++length)
    EXPECT_FALSE(format::decode_footer(View(sound).first(length), end_of_fragments())) << "cut at " << length;
}

TEST_F(SealedFormat, AFooterMustTileTheFileToItsEnd) {
  const auto bytes = format::encode_footer(footer());
  EXPECT_TRUE(format::decode_footer(bytes, end_of_fragments()));
  EXPECT_FALSE(format::decode_footer(bytes, end_of_fragments() + 1));
  EXPECT_FALSE(format::decode_footer(bytes, end_of_fragments() - 1));
}

TEST_F(SealedFormat, ATrailerThatCannotBeThatOfThisFileIsRefused) {
  const format::Trailer wrote{1000, 200, 7};
  const auto bytes = format::encode_trailer(wrote);
  const std::uint64_t size = 1000 + 200 + format::kTrailerSize;
  const auto read = format::decode_trailer(bytes, size);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->footer_offset, 1000u);
  EXPECT_EQ(read->chunks, 7u);
  EXPECT_FALSE(format::decode_trailer(bytes, size + 1)) << "another file's size";
  EXPECT_FALSE(format::decode_trailer(bytes, 900)) << "begins behind the file's end";
  EXPECT_FALSE(format::decode_trailer(View(bytes).first(31), size)) << "cut";
  EXPECT_FALSE(format::decode_trailer(format::encode_trailer({100, 200, 7}), 332)) << "begins inside the header";
  const auto huge = format::kLargestFooter + 1;
  EXPECT_FALSE(format::decode_trailer(format::encode_trailer({1000, huge, 7}), 1000 + huge + format::kTrailerSize))
      << "a map of 256 MiB";
  auto marked = bytes;
  marked[0] ^= 1;
  EXPECT_FALSE(format::decode_trailer(marked, size)) << "another mark";
}

TEST_F(SealedFormat, ASealedFooterOpensOnlyAsWhatItWasSealedAs) {
  const format::SegmentKeys keys(key(), some_header().salt);
  const Digest header = sha256(as_view("header"));
  const auto end = end_of_fragments();
  const std::uint64_t chunks = 3;  // one of the first fragment, two of the second
  const auto opened = [&](const SealedFooter& sealed, std::uint64_t said_chunks, const Digest& bound,
                          std::size_t cut = 0) {
    const auto bytes = format::seal_footer(sealed, end, said_chunks, header, keys);
    const auto trailer = format::decode_trailer(View(bytes).last(format::kTrailerSize), end + bytes.size());
    return format::open_footer(View(bytes).first(trailer->footer_size - cut), *trailer, bound, keys);
  };
  EXPECT_TRUE(opened(footer(), chunks, header));
  EXPECT_FALSE(opened(footer(), chunks, sha256(as_view("another segment"))));
  EXPECT_FALSE(opened(footer(), chunks, header, /*cut=*/1));
  EXPECT_FALSE(opened(footer(), chunks + 1, header)) << "the trailer counts other chunks than the map";
  auto gap = footer();
  gap.fragments[1].plain_offset += 1;
  EXPECT_FALSE(opened(gap, chunks, header)) << "authentic, and yet no map";
  const format::Trailer tiny{end, 10, chunks};
  EXPECT_FALSE(format::open_footer(Blob(10), tiny, header, keys)) << "shorter than a nonce and a tag";
}

TEST_F(SealedFormat, AHeaderTakesNamesThatFitItsFieldsAndNoOthers) {
  const format::SegmentKeys keys(key(), some_header().salt);
  for (const auto& name : {std::string(), std::string(65, 'a'), std::string("a\0b", 3)}) {
    auto header = some_header();
    header.source = name;
    EXPECT_THROW(format::encode_header(header, keys), Error) << name;
  }
  auto longest = some_header();
  longest.cls = std::string(64, 'c');
  const auto read = format::decode_header(format::encode_header(longest, keys));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->cls, longest.cls);
}

// The digest of a header needs no key: whoever changes a field can make it fit, and the field must be refused for
// itself.
TEST_F(SealedFormat, AHeaderWithAFieldThatNoWriterMakesIsRefusedThoughItsDigestFits) {
  const auto sound = format::encode_header(some_header(), format::SegmentKeys(key(), some_header().salt));
  const auto refitted = [&](const Damage& damage) {
    Blob bytes(sound.begin(), sound.end());
    damage.done(bytes);
    const auto digest = sha256(View(bytes).first(192));
    std::copy(digest.begin(), digest.end(), bytes.begin() + 192);
    return format::decode_header(bytes);
  };
  EXPECT_TRUE(refitted({"nothing changed", [](Blob&) {}}));
  const std::vector<Damage> damages{
      byte_at("another mark", 0, 'X'),
      byte_at("another version", 9, 2),
      byte_at("an unknown kind", 10, 2),
      byte_at("a reserved byte", 11, 1),
      {"no source", [](Blob& bytes) { std::fill_n(bytes.begin() + 64, 64, std::uint8_t{0}); }},
      byte_at("a source with something behind its end", 127, 'x'),
      {"no class", [](Blob& bytes) { std::fill_n(bytes.begin() + 128, 64, std::uint8_t{0}); }},
      byte_at("a class with something behind its end", 191, 'x'),
      {"a byte too few", [](Blob& bytes) { bytes.pop_back(); }},
  };
  for (const auto& damage : damages) EXPECT_FALSE(refitted(damage)) << damage.what;
}

TEST_F(SealedFormat, AFragmentsHeadWithAnyFieldThatNoWriterMakesIsRefused) {
  const std::vector<LeafExtent> leaves{{0, 60, 1, true, 0, 3600}, {60, 40, 1, false, 3600, 3600}};
  auto described = entry(nullptr, 100, 2);
  Blob sound;
  format::encode_head(sound, described, leaves);
  sound.resize(sound.size() + 100, 7);
  const auto read = format::decode_head(sound);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->leaves.size(), 2u);
  EXPECT_EQ(read->leaves[1].offset, 60u);
  EXPECT_EQ(read->entry.coded_sizes, (std::vector<std::uint32_t>{60, 40}));
  const std::vector<Damage> damages{
      byte_at("an unknown kind", 0, 3),
      byte_at("a key mark that is neither yes nor no", 1, 2),
      byte_at("a reserved byte", 2, 1),
      u32_at("larger than any fragment", 28, (16 << 20) + 1),
      u32_at("another size than its bytes", 28, 99),
      u32_at("more samples than any fragment", 32, format::kMostLeaves + 1),
      u32_at("more samples than there are", 32, 3),
      u32_at("a reserved number", 36, 1),
      u32_at("a sample that begins behind the bytes", 40, 41),
      u32_at("a sample that ends behind the bytes", 62 + 4, 41),
  };
  for (const auto& damage : damages) {
    auto bytes = sound;
    damage.done(bytes);
    EXPECT_FALSE(format::decode_head(bytes)) << damage.what;
  }
  for (const std::size_t length : {0u, 10u, 30u, 38u, 60u, 183u})
    EXPECT_FALSE(format::decode_head(View(sound).first(length))) << "cut at " << length;
}

TEST_F(SealedFormat, AChunksFrameIsRefusedWhenNoWriterMakesIt) {
  const auto frame = [](std::size_t length, bool end) {
    Blob bytes(4);
    format::put_frame(bytes.data(), length, end);
    return format::read_frame(bytes);
  };
  EXPECT_TRUE(frame(kChunkSize, false));
  EXPECT_TRUE(frame(0, true));
  EXPECT_FALSE(frame(kChunkSize, true)) << "a full chunk is followed by a shorter one";
  EXPECT_FALSE(frame(kChunkSize - 1, false));
  EXPECT_FALSE(frame(kChunkSize + 1, false));
  EXPECT_FALSE(format::read_frame(Blob(3)));
}

}  // namespace
}  // namespace tenure::storage

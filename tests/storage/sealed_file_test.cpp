#include <gtest/gtest.h>

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <cstdlib>
#include <random>

#include "base/entropy.h"
#include "base/error.h"
#include "storage/sealed/hash_tree.h"
#include "tests/storage/sealed_fixture.h"
#include "tests/support/figures.h"

namespace tenure::storage {
namespace {

using Sealed = SealedFixture;

TEST_F(Sealed, GivesBackEveryByteFromEveryOffset) {
  const auto fragments = some_fragments({0, 1, 16'384, 40'000, 16'384 * 3, 70'000});
  write("a", fragments);
  SealedReader reader = open("a");
  ASSERT_TRUE(reader.finished());
  const Blob all = plaintext(fragments);
  ASSERT_EQ(reader.plain_size(), all.size());
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    const std::size_t from = random() % all.size();
    Blob part(std::min<std::size_t>(random() % 50'000, all.size() - from));
    reader.read(from, part);
    ASSERT_TRUE(std::equal(part.begin(), part.end(), all.begin() + static_cast<std::ptrdiff_t>(from)));
  }
  for (std::size_t at = 0; at < fragments.size(); ++at) EXPECT_EQ(reader.read_fragment(at), fragments[at].bytes);
  EXPECT_TRUE(reader.verify());
  Blob beyond(2);
  EXPECT_THROW(reader.read(all.size() - 1, beyond), Error);
}

TEST_F(Sealed, EndsEachFragmentWithAShortChunkEvenWhenItsSizeIsAMultiple) {
  // Head of 40 bytes and one leaf of 22: the plaintext is exactly two chunks, so a third of no length must follow.
  Fragment fragment = some_fragment(2 * kChunkSize - 62, 1);
  fragment.leaves.resize(1);
  fragment.leaves[0] = {0, 100, 1, true, 0, 3600};
  write("a", {fragment});
  SealedReader reader = open("a");
  EXPECT_EQ(reader.read_fragment(0), fragment.bytes);
  EXPECT_TRUE(reader.verify());
}

TEST_F(Sealed, KeepsWhatTheHeaderAndFooterSay) {
  const auto fragments = some_fragments({500, 3000});
  const SealedHeader header = some_header();
  SealedWriter writer(File(path("a"), File::Mode::create), header, key());
  for (const auto& fragment : fragments) writer.append(fragment);
  const Blob metadata{1, 2, 3};
  const SealedFooter written = writer.finish({fragments[0].span.from, fragments[1].span.to}, metadata, Millis(-340), {});
  EXPECT_EQ(writer.size(), boost::filesystem::file_size(path("a")));
  SealedReader reader = open("a");
  EXPECT_EQ(reader.header().id, header.id);
  EXPECT_EQ(reader.header().source, "front-door");
  EXPECT_EQ(reader.header().cls, "cctv");
  EXPECT_EQ(reader.header().slot, 42u);
  EXPECT_EQ(reader.header().run, 7u);
  EXPECT_EQ(reader.header().start, header.start);
  EXPECT_EQ(reader.footer().root, written.root);
  EXPECT_EQ(reader.footer().metadata, metadata);
  EXPECT_EQ(reader.footer().clock_offset, Duration(Millis(-340)));
  EXPECT_EQ(reader.footer().span, written.span);
  EXPECT_EQ(reader.footer().fragments.at(1).coded_sizes.size(), fragments[1].leaves.size());
  EXPECT_EQ(read_header(File(path("a"), File::Mode::read)).id, header.id);
}

TEST_F(Sealed, RefusesAnotherKeyAndAHeaderThatWasChanged) {
  write("a", some_fragments({500}));
  Key other = key();
  other[0] ^= 1;
  EXPECT_THROW(SealedReader(File(path("a"), File::Mode::read), other), Error);
  for (std::size_t at = 0; at < 256; ++at) {
    Blob bytes = read_whole(path("a"));
    bytes[at] ^= 0x10;
    replace("b", bytes);
    EXPECT_THROW(open("b"), Error) << "header byte " << at;
  }
}

TEST_F(Sealed, SwappingChunksWithinAndBetweenSegmentsIsFound) {
  const auto fragments = some_fragments({16'384 * 4, 16'384 * 4});
  write("a", fragments);
  const SealedFooter footer = open("a").footer();
  const Blob whole = read_whole(path("a"));
  constexpr std::size_t kOnDisk = kChunkSize + 4 + 16;
  const auto chunk = [&](const SealedFooter& of, Blob& bytes, std::size_t fragment, std::size_t index) {
    return bytes.begin() + static_cast<std::ptrdiff_t>(of.fragments[fragment].file_offset + index * kOnDisk);
  };
  Blob swapped = whole;
  std::swap_ranges(chunk(footer, swapped, 0, 1), chunk(footer, swapped, 0, 1) + kOnDisk, chunk(footer, swapped, 0, 2));
  EXPECT_TRUE(tampering_is_found(swapped, fragments));
  swapped = whole;
  std::swap_ranges(chunk(footer, swapped, 0, 1), chunk(footer, swapped, 0, 1) + kOnDisk, chunk(footer, swapped, 1, 1));
  EXPECT_TRUE(tampering_is_found(swapped, fragments));
  // The same key and the same bytes, in another segment (its id and salt differ).
  write("other", fragments);
  Blob foreign = read_whole(path("other"));
  swapped = whole;
  std::copy_n(chunk(footer, foreign, 0, 1), kOnDisk, chunk(footer, swapped, 0, 1));
  EXPECT_TRUE(tampering_is_found(swapped, fragments));
}

TEST_F(Sealed, FiveThousandRandomTamperingsAreAllFound) {
  const tests::Figure figure("chunk tampering");
  const auto fragments = some_fragments({300, 20'000, 5'000, 33'000});
  write("a", fragments);
  write("other", fragments);  // the same key and bytes, another segment
  const Blob whole = read_whole(path("a")), foreign = read_whole(path("other"));
  std::mt19937 random(20'260'301);
  std::uint64_t changed = 0;
  const auto place = [](Blob& bytes, std::size_t at) { return bytes.begin() + static_cast<std::ptrdiff_t>(at); };
  while (changed < 5'000) {
    Blob bytes = whole;
    const std::size_t at = random() % bytes.size();
    const std::size_t length = 1 + random() % std::min<std::size_t>(20'000, bytes.size() - at);
    const std::size_t second = random() % (bytes.size() - length + 1);
    switch (random() % 9) {
      case 0: bytes[at] ^= static_cast<std::uint8_t>(1u << random() % 8); break;
      case 1: bytes.resize(at); break;
      case 2: bytes.insert(place(bytes, at), length % 200, static_cast<std::uint8_t>(random())); break;
      case 3: bytes.erase(place(bytes, at), place(bytes, at + length)); break;
      case 4: bytes.insert(bytes.end(), length % 200, static_cast<std::uint8_t>(random())); break;
      case 5: std::fill_n(place(bytes, at), length, std::uint8_t{0xFF}); break;
      case 6: std::copy_n(whole.begin() + static_cast<std::ptrdiff_t>(second), length, place(bytes, at)); break;  // out of place
      case 7:
        if (at + length <= second || second + length <= at)
          std::swap_ranges(place(bytes, at), place(bytes, at + length), place(bytes, second));
        break;
      default: std::copy_n(foreign.begin() + static_cast<std::ptrdiff_t>(at), std::min(length, foreign.size() - at), place(bytes, at));
    }
    if (bytes == whole) continue;
    ++changed;
    ASSERT_TRUE(tampering_is_found(bytes, fragments)) << "change " << changed << " at " << at;
  }
  figure.write(changed, 0, "flip, cut, insert, swap, reorder, other segment");
}

TEST_F(Sealed, EveryByteOfAFileIsGuarded) {
  if (std::getenv("TENURE_LONG") == nullptr) GTEST_SKIP() << "in the long run only";  // NOLINT(concurrency-mt-unsafe)
  const tests::Figure figure("chunk tampering, every byte");
  const auto fragments = some_fragments({300, 20'000, 5'000});
  write("a", fragments);
  const Blob whole = read_whole(path("a"));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    Blob bytes = whole;
    bytes[at] ^= 0x01;
    ASSERT_TRUE(tampering_is_found(bytes, fragments)) << "byte " << at;
  }
  figure.write(whole.size(), 0);
}

TEST_F(Sealed, AFileStillBeingWrittenReadsAsFarAsItsLastWholeFragment) {
  const auto fragments = some_fragments({200, 40'000, 3'000});
  SealedWriter writer(File(path("a"), File::Mode::create), some_header(), key());
  for (std::size_t count = 0; count <= fragments.size(); ++count) {
    SealedReader reader = open("a");
    EXPECT_FALSE(reader.finished());
    EXPECT_FALSE(reader.verify());
    ASSERT_EQ(reader.footer().fragments.size(), count);
    for (std::size_t at = 0; at < count; ++at) EXPECT_EQ(reader.read_fragment(at), fragments[at].bytes);
    if (count < fragments.size()) writer.append(fragments[count]);
  }
}

TEST_F(Sealed, SalvageKeepsTheLongestWholePrefixWhereverTheFileIsCut) {
  auto fragments = some_fragments({60, 500, 700, 300});
  fragments[0].kind = FragmentKind::init;
  fragments[0].leaves.clear();
  write("a", fragments);
  const SealedFooter footer = open("a").footer();
  const Blob whole = read_whole(path("a"));
  for (std::size_t cut = 256; cut < whole.size(); ++cut) {
    replace("b", Blob(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut)));
    const auto saved = salvage(path("b"), key());
    std::size_t expected = 0;
    while (expected < fragments.size() && end_of(footer, expected) <= cut) ++expected;
    if (expected < 2) {
      ASSERT_FALSE(saved) << "cut at " << cut;
      ASSERT_EQ(read_whole(path("b")).size(), cut) << "an unsalvageable file must be left as it was";
      continue;
    }
    ASSERT_TRUE(saved) << "cut at " << cut;
    ASSERT_TRUE(saved->salvaged);
    SealedReader reader = open("b");
    ASSERT_TRUE(reader.finished());
    ASSERT_TRUE(reader.verify());
    ASSERT_EQ(reader.footer().fragments.size(), expected) << "cut at " << cut;
    for (std::size_t at = 0; at < expected; ++at) ASSERT_EQ(reader.read_fragment(at), fragments[at].bytes);
    ASSERT_EQ(saved->span.to, fragments[expected - 1].span.to);
  }
}

TEST_F(Sealed, SalvageOfAWholeFileChangesNothing) {
  write("a", some_fragments({500, 700}));
  const Blob before = read_whole(path("a"));
  const auto saved = salvage(path("a"), key());
  ASSERT_TRUE(saved);
  EXPECT_FALSE(saved->salvaged);
  EXPECT_EQ(read_whole(path("a")), before);
}

TEST_F(Sealed, SalvageNeverKeepsAByteThatIsNotAuthentic) {
  const auto fragments = some_fragments({500, 20'000, 700});
  write("a", fragments);
  const SealedFooter footer = open("a").footer();
  Blob whole = read_whole(path("a"));
  whole.resize(end_of(footer, 2));  // no footer: as after a crash
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    Blob bytes = whole;
    const std::size_t at = 256 + random() % (bytes.size() - 256);
    bytes[at] ^= static_cast<std::uint8_t>(1 + random() % 255);
    replace("b", bytes);
    std::size_t intact = 0;
    while (end_of(footer, intact) <= at) ++intact;
    const auto saved = salvage(path("b"), key());
    ASSERT_EQ(saved ? saved->fragments.size() : 0, intact);
  }
}

TEST_F(Sealed, I1_SalvageDoesNotTrustAFooterThatOutlivedItsFragments) {
  const auto fragments = some_fragments({500, 20'000, 700});
  write("a", fragments);
  const SealedFooter footer = open("a").footer();
  Blob bytes = read_whole(path("a"));
  const auto lost = [&](std::size_t fragment) {  // a write that a power cut took: zeros where it would be
    const auto from = static_cast<std::ptrdiff_t>(footer.fragments[fragment].file_offset);
    std::fill(bytes.begin() + from, bytes.begin() + static_cast<std::ptrdiff_t>(end_of(footer, fragment)), std::uint8_t{0});
  };
  lost(1);
  replace("b", bytes);
  const auto saved = salvage(path("b"), key());
  ASSERT_TRUE(saved);
  EXPECT_TRUE(saved->salvaged);
  EXPECT_EQ(saved->fragments.size(), 1u);
  SealedReader reader = open("b");
  EXPECT_TRUE(reader.finished() && reader.verify());
  EXPECT_EQ(reader.read_fragment(0), fragments[0].bytes);
  lost(0);
  replace("b", bytes);
  EXPECT_FALSE(salvage(path("b"), key()));
}

TEST_F(Sealed, TheHashTreeIsTheOneOfRfc6962) {
  // The tree written out by its definition, from the leaves that the format page describes.
  const auto fragments = some_fragments({400, 900, 1500});
  const SealedHeader header = some_header();
  SealedWriter writer(File(path("a"), File::Mode::create), header, key());
  for (const auto& fragment : fragments) writer.append(fragment);
  const SealedFooter footer = writer.finish({});
  const Key salts = hkdf_sha256(key(), header.salt, "tenure sealed file tree salt 1");
  std::vector<Digest> leaves;
  for (const auto& fragment : fragments)
    for (const auto& leaf : fragment.leaves)
      leaves.push_back(leaf_digest(leaf_salt(salts, leaves.size()), leaf, View(fragment.bytes).subspan(leaf.offset, leaf.size)));
  ASSERT_EQ(leaves.size(), 9u);
  EXPECT_EQ(footer.leaf_count, leaves.size());
  EXPECT_EQ(footer.root, merkle_root(leaves));
}

TEST_F(Sealed, ALeafOutsideItsFragmentAndAnOversizedFragmentAreRefused) {
  SealedWriter writer(File(path("a"), File::Mode::create), some_header(), key());
  Fragment fragment = some_fragment(100, 1);
  fragment.leaves.push_back({90, 11, 1, false, 0, 1});
  EXPECT_THROW(writer.append(fragment), Error);
  EXPECT_THROW(writer.append(some_fragment(kLargestFragment + 1, 0)), Error);
  writer.append(some_fragment(100, 2));
  writer.finish({});
  EXPECT_TRUE(open("a").verify());
}

}  // namespace
}  // namespace tenure::storage
